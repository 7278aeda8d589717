//! The options of a check, as core reads them. What is not understood is refused, so that no setting is silently without
//! effect.

use cxvars_core::options::CheckOptions;
use cxvars_core::options::call;
use cxvars_core::options::written::Tree;
use cxvars_core::rules;

use crate::wit;

/// `project` is the text of a `cxvars.toml` and what surrounds the document, for the team's own rules.
pub(crate) fn read(path: &str, given: wit::Options, project: wit::Project) -> Result<CheckOptions, String> {
    if !given.contracts.is_empty() {
        return Err("contracts are not checked by this component".to_owned());
    }
    let (call, ()) = call::read(&tree(path, given, project).into(), rules::ALL, |_| Some(()))?;
    Ok(call.into_options(rules::ALL, Some(call::read_config))?.1)
}

/// The record by the keys that JavaScript has.
fn tree(path: &str, given: wit::Options, project: wit::Project) -> Tree {
    let number = |number: Option<u32>| number.map(|number| Tree::Integer(Some(number.into())));
    let table =
        |entries: Vec<(String, Tree)>| Tree::table(entries.into_iter().map(|(name, value)| (name, Some(value))));
    let severity = given.severity.into_iter().map(|(code, level)| (code, word(level_word(level)))).collect::<Vec<_>>();
    let params = |environments: Vec<(String, Vec<String>)>| {
        table(environments.into_iter().map(|(name, params)| (name, Tree::texts(params))).collect())
    };
    Tree::table([
        ("filename", Some(Tree::Text(path.to_owned()))),
        ("format", given.format.map(|format| word(format_word(format)))),
        ("parent_scope", given.parent_scope.map(|scope| word(scope_word(scope)))),
        ("max_variables", number(given.max_variables)),
        ("max_bytes", number(given.max_bytes)),
        ("max_depth", number(given.max_depth)),
        ("name_pattern", given.name_pattern.map(Tree::Text)),
        ("allow_empty", Some(Tree::texts(given.allow_empty))),
        ("params", given.params.map(params)),
        ("severity", Some(table(severity))),
        ("ignore", Some(Tree::array(given.ignore.into_iter().map(ignore)))),
        ("today", given.today.map(Tree::Text)),
        ("config", project.config.map(Tree::Text)),
        ("environment", project.environment.map(Tree::Text)),
        ("action", project.action.map(Tree::Text)),
    ])
}

fn ignore(ignore: wit::Ignore) -> Tree {
    Tree::table([
        ("code", Some(Tree::Text(ignore.code))),
        ("variable", ignore.variable.map(Tree::Text)),
        ("reason", Some(Tree::Text(ignore.reason))),
        ("expires", ignore.expires.map(Tree::Text)),
    ])
}

fn word(word: &str) -> Tree {
    Tree::Text(word.to_owned())
}

fn format_word(format: wit::Format) -> &'static str {
    match format {
        wit::Format::Json => "json",
        wit::Format::Jsonc => "jsonc",
        wit::Format::Yaml => "yaml",
        wit::Format::Env => "env",
    }
}

fn scope_word(scope: wit::Scope) -> &'static str {
    match scope {
        wit::Scope::Global => "global",
        wit::Scope::Template => "template",
        wit::Scope::Action => "action",
    }
}

fn level_word(level: wit::Level) -> &'static str {
    match level {
        wit::Level::Off => "off",
        wit::Level::Warning => "warning",
        wit::Level::Error => "error",
    }
}
