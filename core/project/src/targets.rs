//! What a document is for, and where it is: what rules and policies learn besides the document itself.

use std::collections::BTreeMap;
use std::path::Path;

use cxvars_core::options::target::{Target, TargetAction};

use crate::paths::{Base, GlobRoot};
use crate::section::Environment;

/// The chosen environment and its actions, merged from all files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    environment: Option<String>,
    actions: BTreeMap<String, crate::section::Action>,
}

impl Chosen {
    /// `said` is what each file says of the environment; the first file takes precedence.
    pub(crate) fn new(name: Option<&str>, said: [Environment; 2]) -> Self {
        let mut actions = BTreeMap::new();
        for environment in said.into_iter().rev() {
            actions.extend(environment.actions.unwrap_or_default());
        }
        Self { environment: name.map(str::to_owned), actions }
    }
}

/// Finds the target of a document.
#[derive(Clone, Debug)]
pub struct Targets {
    environment: Option<String>,
    root: GlobRoot,
    /// By the path of the document; `None` if several actions have the same one.
    actions: BTreeMap<String, Option<TargetAction>>,
}

impl Targets {
    pub(crate) fn new(chosen: &Chosen, base: &Base) -> Self {
        let root = base.globs();
        let mut actions = BTreeMap::new();
        for (alias, action) in &chosen.actions {
            if let Some(path) = action.file.as_deref().and_then(|file| root.relative(file)) {
                let found = TargetAction { id: action.id.clone(), alias: Some(alias.clone()) };
                actions.entry(path).and_modify(|other| *other = None).or_insert(Some(found));
            }
        }
        Self { environment: chosen.environment.clone(), root, actions }
    }

    /// The target of the document at this path; standard input has none. Its action is the only one of the environment
    /// whose `file` is the document.
    pub fn of(&self, document: Option<&Path>) -> Target {
        let path = document.and_then(|path| self.root.relative(path));
        let action = path.as_ref().and_then(|path| self.actions.get(path)).cloned().flatten();
        Target { environment: self.environment.clone(), action, path }
    }
}

#[cfg(test)]
mod tests {
    use cxvars_core::options::written::{Owner, Source};

    use super::*;
    use crate::section;

    #[test]
    fn a_document_is_for_the_only_action_that_has_it() {
        let text = "[env.prod.actions]\na = {id = '1', file = 'docs/a.yaml'}\nb = {id = '2', file = 'x/../b.json'}\n\
                    c = {id = '3', file = 'b.json'}\nd = {id = '4'}\ne = {id = '5', file = '../e.json'}\n";
        let source = Source::File { path: Path::new("/p/cxvars.toml"), owner: Owner::Project };
        let file = section::parse(text, source).unwrap();
        let environment = file.env.unwrap().remove("prod").unwrap();
        let chosen = Chosen::new(Some("prod"), [environment, Environment::default()]);
        let base = Base::new(Path::new("/p/docs"), Some(Path::new("/p/cxvars.toml")));
        let targets = Targets::new(&chosen, &base);
        let target = |path: &str| targets.of(Some(Path::new(path)));
        let a = TargetAction { id: "1".to_owned(), alias: Some("a".to_owned()) };
        let of_a =
            Target { environment: Some("prod".to_owned()), action: Some(a), path: Some("docs/a.yaml".to_owned()) };
        assert_eq!([target("a.yaml"), target("/p/docs/a.yaml")], [of_a.clone(), of_a]);
        let shared = target("../b.json");
        assert_eq!((shared.path.as_deref(), shared.action), (Some("b.json"), None), "two actions have it");
        let outside = target("/e.json");
        assert_eq!((outside.path, outside.action), (None, None));
        assert_eq!(targets.of(None), Target { environment: Some("prod".to_owned()), ..Target::default() });
    }
}
