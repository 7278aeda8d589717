//! The options that a calling program passes to a check: the keys of the sections, without file access.

#[cfg(feature = "config")]
use crate::base::small_map::SmallMap;
use crate::diagnostic::rule::Rule;
use crate::options::CheckOptions;
#[cfg(feature = "config")]
use crate::options::file::{self, CheckFile};
use crate::options::ignore::{Ignore, WrittenIgnore};
use crate::options::kind::{AnyText, Day, Schemas, Tables, TextLists, Word};
#[cfg(not(feature = "config"))]
use crate::options::reader::Value;
use crate::options::reader::{Reading, Table};
#[cfg(feature = "config")]
use crate::options::rule::CustomRules;
#[cfg(feature = "config")]
use crate::options::rule::WrittenRule;
use crate::options::section::{Flat, Section as _};
#[cfg(not(feature = "config"))]
use crate::options::section::{Kind, Shape};
use crate::options::target::{Target, TargetAction};
use crate::options::validate::Validate;
use crate::options::written::{Node, Source};
use crate::reader::format::DocumentFormat;
use crate::section;

section! {
    /// The options of a check.
    #[derive(Clone, Debug, Default)]
    pub struct Call("options") {
        /// The format of the text. By default the extension of `filename` decides, else it is JSON.
        format: Word<DocumentFormat>;
        /// The name of the document, for the report.
        filename: AnyText;
        /// The text of a `cxvars.toml`. Pages `load("config")` first. Other options take precedence over it. The files
        /// that it names, in `extends` and `[contracts]`, are not read.
        config: AnyText;
        /// The keys of `[validate]`.
        validate: Flat<Validate>;
        /// Findings that are accepted.
        ignore: Tables<WrittenIgnore>;
        /// Rules of your own. They are checked by the part `config`; of two rules with the same code, that of `rule` counts
        /// before that of `config`.
        rule: Rules;
        /// The chosen environment, for rules of your own.
        environment: AnyText;
        /// The action that the document is for, by its alias or id, for rules of your own. By default, it is that of the
        /// document.
        action: AnyText;
        /// The day that decides whether an ignore has expired, such as `2027-01-31`; today in UTC by default.
        today: Day;
        /// The names of the parameters that each environment defines.
        params: TextLists;
    }
}

section! {
    /// The additional options of builds with contracts.
    #[derive(Clone, Debug, Default)]
    pub struct Contracts("contracts") {
        /// JSON Schemas as texts, by the name of the variable. Its type has to be object, and its value has to satisfy
        /// the schema.
        contracts: Schemas;
    }
}

/// Reads the options. `more` reads keys of the caller that a check does not have.
///
/// # Errors
/// All mistakes, in one line.
pub fn read<T>(
    root: &Node,
    rules: &[&'static Rule],
    more: impl FnOnce(&mut Table<'_>) -> Option<T>,
) -> Result<(Call, T), String> {
    let reading = Reading { source: Source::Call, text: "", rules };
    let read = reading.read(root, |table| {
        let (call, more) = (Call::read(table), more(table));
        Some((call?, more?))
    });
    read.map_err(|problems| join(problems.into_iter().map(|problem| problem.message)))
}

impl Call {
    /// Returns the name of the document and the options of its check. `read_config` reads the text of a `cxvars.toml`; a
    /// build without it refuses that option.
    ///
    /// # Errors
    /// All mistakes, in one line.
    pub fn into_options(
        self,
        rules: &[&'static Rule],
        read_config: Option<ReadConfig>,
    ) -> Result<(String, CheckOptions), String> {
        let mut options = CheckOptions::default();
        options.validate.clone_from(&self.validate);
        for written in self.ignore.iter().flatten() {
            let origin = &written.place.path;
            let ignore = Ignore::from_written(rules, written, origin);
            options.ignores.push(ignore.map_err(|error| format!("{origin}: {error}"))?);
        }
        match read_config {
            Some(read) => read(&mut options, &self, rules)?,
            None if self.config.is_some() || self.rule.is_some() => {
                return Err("config is not loaded; call await load(\"config\") first".to_owned());
            }
            None => {}
        }
        let name = self.filename.unwrap_or_default();
        // Drop ignores that are for other documents.
        options.ignores.retain(|ignore| ignore.applies_to(Some(&name)));
        options.today = self.today;
        options.params = self.params;
        options.target = Target {
            environment: self.environment,
            action: self.action.map(|id| TargetAction { id, alias: None }),
            path: Some(name.clone()).filter(|name| !name.is_empty()),
        };
        let of_name = || DocumentFormat::of_file_name(name.rsplit('/').next().unwrap_or_default());
        options.format = self.format.or_else(of_name).unwrap_or(DocumentFormat::Json);
        Ok((name, options))
    }
}

/// The rules of the team's own.
#[cfg(feature = "config")]
pub type Rules = Tables<WrittenRule>;

/// The rules of the team's own, which this build does not have.
#[cfg(not(feature = "config"))]
pub struct Rules;

#[cfg(not(feature = "config"))]
impl Kind for Rules {
    type Value = ();

    const SHAPE: Shape = Shape::Hidden;

    fn read(value: &Value<'_>) -> Option<()> {
        value.problem("is not in this build");
        None
    }
}

/// Adds what the text of a `cxvars.toml` says to the options of a check, and the rules of the team's own.
///
/// It is passed as a function, so that a module that does not pass [`read_config`] does not contain the reader of TOML and
/// the rules.
pub type ReadConfig = fn(&mut CheckOptions, &Call, &[&'static Rule]) -> Result<(), String>;

/// Reads the text of a `cxvars.toml`, and the rules of the team's own.
///
/// # Errors
/// All mistakes, in one line.
#[cfg(feature = "config")]
pub fn read_config(options: &mut CheckOptions, call: &Call, rules: &[&'static Rule]) -> Result<(), String> {
    let mut file = CheckFile::default();
    if let Some(text) = &call.config {
        file = crate::options::file::read(text, rules).map_err(|problems| join(problems.into_iter()))?;
        options.validate = std::mem::take(&mut options.validate).over(file.validate);
        options.ignores.extend(file.ignores);
    }
    let written: Vec<WrittenRule> = call.rule.iter().flatten().chain(&file.rules).cloned().collect();
    let rules = CustomRules::new(&written, file::origin_of);
    options.custom_rules = rules.map_err(|mistakes| {
        let shown = mistakes.iter().filter_map(|mistake| {
            let rule = written.get(mistake.rule)?;
            Some(format!("{}: {}", file::origin_of(rule), mistake.problem))
        });
        join(shown)
    })?;
    if !file.is_extended {
        check_references(options)?;
    }
    options.known_contracts = file.contracts.into_keys().collect();
    Ok(())
}

/// Checks the codes of rules of the team's own that the options name.
#[cfg(feature = "config")]
fn check_references(options: &CheckOptions) -> Result<(), String> {
    let severities = options.validate.severity.iter().flat_map(SmallMap::iter).map(|(code, _)| ("severity", code));
    let ignores = options.ignores.iter().map(|ignore| (ignore.origin.as_str(), &ignore.code));
    let problem = |(place, code): (&str, &String)| {
        let error = options.check_reference(code).err()?;
        Some(format!("{place}: {error}"))
    };
    let problems: Vec<String> = severities.chain(ignores).filter_map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(join(problems.into_iter())) }
}

fn join(problems: impl Iterator<Item = String>) -> String {
    problems.collect::<Vec<_>>().join("; ")
}

#[cfg(all(test, feature = "config"))]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::options::written::Tree;
    use crate::rules;

    fn passed(entries: Vec<(&str, Tree)>) -> Result<(String, CheckOptions), String> {
        let root = Tree::table(entries.into_iter().map(|(key, value)| (key, Some(value)))).into();
        read(&root, rules::ALL, |_| Some(()))?.0.into_options(rules::ALL, Some(read_config))
    }

    fn text(text: &str) -> Tree {
        Tree::Text(text.to_owned())
    }

    fn ignore(path: &str) -> Tree {
        let entry = |key, value| (key, Some(text(value)));
        Tree::array([Tree::table([entry("code", "CX102"), entry("reason", "known"), entry("path", path)])])
    }

    #[test]
    fn what_is_passed_is_taken() {
        let severity = Tree::table([("cx501", Some(text("off")))]);
        let (name, options) = passed(vec![
            ("filename", text("bu07/a.yaml")),
            ("parent_scope", text("template")),
            ("max_bytes", Tree::Integer(Some(0))),
            ("severity", severity),
            ("ignore", ignore("bu07/{a,b}.*")),
        ])
        .unwrap();
        assert_eq!((name.as_str(), options.format), ("bu07/a.yaml", DocumentFormat::Yaml));
        // Bounds apply to files, but not to programs.
        assert_eq!(options.validate.max_bytes(), 0);
        assert_eq!(options.validate.severity.unwrap().get("CX501"), Some(&None));
        assert_eq!((options.ignores.len(), options.ignores[0].origin.as_str()), (1, "ignore[0]"));
        let (_, other) = passed(vec![("filename", text("bu07/c.yaml")), ("ignore", ignore("bu07/{a,b}.*"))]).unwrap();
        assert_eq!(other.ignores, []);
    }

    #[test]
    fn mistakes_are_worded_for_the_one_who_calls() {
        for (entries, expected) in [
            (vec![("max_variable", text("3"))], "options: there is no max_variable; did you mean max_variables?"),
            (vec![("format", text("toml"))], "format must be json, jsonc, yaml or env"),
            (vec![("max_bytes", Tree::Integer(None))], "max_bytes must be a whole number"),
            (vec![("max_bytes", text("9"))], "max_bytes must be a whole number"),
            (vec![("allow_empty", text("a"))], "allow_empty must be an array"),
            (vec![("allow_empty", Tree::array([Tree::Other]))], "allow_empty must be a string"),
            (vec![("severity", Tree::table([("CX999", Some(text("off")))]))], "severity: there is no rule CX999"),
            (vec![("severity", Tree::table([("CX103", Some(text("on")))]))], "severity must be error, warning or off"),
            (vec![("params", Tree::Other)], "params must be an object"),
            (vec![("today", text("31.1.2027"))], "today must be a day such as 2027-01-31"),
            (vec![("ignore", ignore("a["))], "ignore[0]: `path` is no glob: unclosed character class; missing ']'"),
            (
                vec![("ignore", Tree::array([Tree::table([("code", Some(text("CX103")))])]))],
                "ignore[0]: an ignore needs a reason",
            ),
            (
                vec![("today", Tree::Other), ("parent_scope", text("galaxy"))],
                "parent_scope must be global, template or action; today must be a day such as 2027-01-31",
            ),
        ] {
            assert_eq!(passed(entries).unwrap_err(), expected);
        }
        let root = Tree::Integer(Some(3)).into();
        assert_eq!(read(&root, rules::ALL, |_| Some(())).err().unwrap(), "options must be an object");
    }

    #[test]
    fn a_configuration_counts_where_nothing_is_passed() {
        let config = "[validate]\nmax_depth = 3\nmax_bytes = 9\n[validate.severity]\nCX103 = \"warning\"\n\
                      [[ignore]]\ncode = \"CX102\"\nreason = \"r\"\n[profile]\ndeadline_s = 1\n[contracts]\na = \"a.json\"\n";
        let (_, options) = passed(vec![("config", text(config)), ("max_depth", Tree::Integer(Some(4)))]).unwrap();
        assert_eq!((options.validate.max_depth(), options.validate.max_bytes()), (4, 9));
        assert_eq!(options.validate.severity.unwrap().get("CX103"), Some(&Some(Severity::Warning)));
        assert_eq!(options.ignores[0].origin, "cxvars.toml:6");
        for (config, expected) in [
            ("[validate]\nmax_depth = 0", "cxvars.toml:2:13: `validate.max_depth` must be from 1 to 128"),
            ("[validat]", "cxvars.toml:1:2: unknown key `validat` at the top level; did you mean `validate`?"),
            ("a = ", "cxvars.toml:1:5: not valid TOML"),
            ("[[ignore]]\ncode = \"CX1O2\"\nreason = \"r\"", "cxvars.toml:1: [[ignore]]: `CX1O2` is no rule"),
        ] {
            let problem = passed(vec![("config", text(config))]).unwrap_err();
            assert!(problem.starts_with(expected), "{problem}");
        }
    }
}
