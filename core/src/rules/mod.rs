//! The rules, one file each. A new rule needs a file and a `mod` line in the list below; whatever else names every rule
//! is generated from that list.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::rules::context::Context;
use crate::rules::declare::Checks;
use crate::rules::directive::Idle;
use crate::rules::findings::AllFindings;

mod block_scalar;
pub(crate) mod context;
mod declare;
pub(crate) mod directive;
pub(crate) mod findings;
mod names;
mod secrets;
mod syntax_of_text;
mod word;

// The list.
mod cx001_syntax;
mod cx002_wrong_shape;
mod cx003_duplicate_field;
mod cx004_unknown_field;
mod cx005_missing_field;
mod cx006_too_large;
mod cx007_unquoted_scalar;
mod cx008_shell_value;
mod cx101_invalid_name;
mod cx102_leading_underscore;
mod cx103_key_collision;
mod cx104_near_collision;
mod cx105_confusable_name;
mod cx201_unknown_type;
mod cx202_not_an_integer;
mod cx203_not_a_boolean;
mod cx204_not_an_object;
mod cx205_contract_violation;
mod cx206_stray_whitespace;
mod cx207_empty_value;
mod cx208_folded_pem;
mod cx301_unknown_scope;
mod cx302_scope_exceeds_parent;
mod cx401_too_many_variables;
mod cx501_plaintext_secret;
mod cx502_literal_secret;
mod cx503_masked_value;
mod cx504_plaintext_reference;
mod cx505_secret_name;
mod cx506_invisible_character;
mod cx601_bad_reference;
mod cx602_missing_param;
mod cx701_idle_ignore;

#[cfg(feature = "config")]
pub(crate) use cx202_not_an_integer::is_integer;
pub(crate) use secrets::{Suspicion, is_random, may_be_secret, suspicion};

/// Generates the items that name every rule. `build.rs` writes the call, with the modules above.
macro_rules! list {
    ($($module:ident $name:ident)+) => {
        /// Every rule, in the order of the codes.
        pub static ALL: &[&Rule] = &[$(&$module::RULE),+];

        /// The place of each rule in [`ALL`].
        #[allow(non_camel_case_types, reason = "named as the modules")]
        enum At { $($module),+ }

        /// Runs every enabled rule on a document: first on the document as a whole, then on each variable.
        pub(crate) fn run(context: &Context<'_>) -> Vec<Diagnostic> {
            let mut all = AllFindings::new(context);
            $(if let Some(findings) = all.of(At::$module as usize) {
                <$module::Checker as Checks>::document(context, findings);
            })+
            for variable in context.document.variables() {
                $(if let Some(findings) = all.of(At::$module as usize) {
                    <$module::Checker as Checks>::variable(context, &variable, findings);
                })+
            }
            all.into_list()
        }

        /// Runs every enabled rule on the ignore comments that silence nothing.
        pub(crate) fn run_over_comments(context: &Context<'_>, comments: &[Idle]) -> Vec<Diagnostic> {
            let mut all = AllFindings::new(context);
            $(if let Some(findings) = all.of(At::$module as usize) {
                <$module::Checker as Checks>::comments(context, comments, findings);
            })+
            all.into_list()
        }

        /// The module of every rule, in the order of the codes.
        #[cfg(test)]
        const FILES: &[&str] = &[$(stringify!($module)),+];
    };
}
include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Finds a rule by its code, in any letter case, or by its name.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code) || rule.name == code)
}

/// The content of docs/rules.md: a table of all rules, then the documentation of each one.
pub fn page() -> String {
    let mut page = String::from(
        "# Rules\n\nThe findings of `cxvars validate`. This page is generated from the documentation of the rules, \
         which\n`cxvars explain CODE` prints as well. Codes are stable.\n\n| code | name | severity | fires when \
         |\n|---|---|---|---|\n",
    );
    for rule in ALL {
        let (code, name, severity) = (rule.code, rule.name, rule.severity.as_str());
        page += &format!("| [{code}](#{}-{name}) | {name} | {severity} | {} |\n", code.to_lowercase(), rule.summary());
    }
    for rule in ALL {
        let text = rule.markdown().replace("## ", "### ");
        page += &format!("\n## {} {}\n\n{text}", rule.code, rule.name);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    /// The examples of a rule: what follows the opening fence, and the text.
    fn examples(rule: &Rule) -> Vec<(String, String)> {
        let documentation = rule.documentation();
        let mut parts = documentation.split("```");
        let mut found = Vec::new();
        while let (Some(_), Some(example)) = (parts.next(), parts.next()) {
            let (mark, text) = example.split_once('\n').unwrap();
            found.push((mark.to_owned(), text.to_owned()));
        }
        found
    }

    fn options(mark: &str) -> CheckOptions {
        let mut options = CheckOptions::default();
        let format = mark.split_whitespace().next().unwrap();
        options.format = DocumentFormat::of_file_name(&format!("example.{format}")).unwrap();
        for setting in mark.split_whitespace().skip(2) {
            match setting.split_once(':').unwrap() {
                ("max_variables", number) => options.validate.max_variables = number.parse().ok(),
                ("max_depth", number) => options.validate.max_depth = number.parse().ok(),
                ("contract", variable) => contract(&mut options, variable),
                ("allow_empty", name) => options.validate.allow_empty = Some(vec![name.to_owned()]),
                ("params", definition) => {
                    let (environment, param) = definition.split_once(':').unwrap();
                    options.params = Some([(environment.to_owned(), [param.to_owned()].into())].into());
                }
                other => panic!("unknown setting {other:?}"),
            }
        }
        options
    }

    /// The contract that the examples use: `connect_ms` is required, and is an integer.
    #[cfg(feature = "contracts")]
    fn contract(options: &mut CheckOptions, variable: &str) {
        let schema = r#"{"properties": {"connect_ms": {"type": "integer"}}, "required": ["connect_ms"]}"#;
        let contract = crate::options::contract::Contract::new(schema, "contracts/timeouts.json").unwrap();
        options.contracts.insert(variable.to_owned(), std::sync::Arc::new(contract));
    }

    #[cfg(not(feature = "contracts"))]
    fn contract(_: &mut CheckOptions, _: &str) {}

    #[test]
    fn the_examples_of_every_rule_hold() {
        for rule in ALL {
            let mut marks = Vec::new();
            for (mark, text) in examples(rule) {
                let report = check(text.as_bytes(), &options(&mark));
                let codes: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.to_string()).collect();
                let kind = mark.split_whitespace().nth(1).unwrap().to_owned();
                match kind.as_str() {
                    "fires" if mark.contains("contract:") && cfg!(not(feature = "contracts")) => {
                        assert_eq!(codes, [""; 0], "{} {text}", rule.code);
                    }
                    "fires" => assert_eq!(codes, [rule.code], "{} {text}", rule.code),
                    "passes" => assert_eq!(codes, [""; 0], "{} {text}", rule.code),
                    _ => panic!("{}: unknown mark {mark}", rule.code),
                }
                marks.push(kind);
            }
            assert!(
                marks.iter().any(|mark| mark == "fires") && marks.iter().any(|mark| mark == "passes"),
                "{}",
                rule.code
            );
        }
    }

    #[test]
    fn every_rule_is_documented_under_the_same_headings() {
        for rule in ALL {
            let documentation = rule.documentation();
            let headings: Vec<_> = documentation.lines().filter(|line| line.starts_with("## ")).collect();
            assert_eq!(
                headings,
                ["## Why it matters", "## Fires", "## Does not fire", "## How to fix"],
                "{}",
                rule.code
            );
            assert!(rule.summary().ends_with('.') && rule.summary().len() < 100, "{}", rule.code);
        }
    }

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(ALL.iter().all(|rule| rule.code.len() == 5 && rule.code.starts_with("CX")));
        let file = |rule: &Rule| format!("{}_{}", rule.code.to_lowercase(), rule.name.replace('-', "_"));
        assert!(ALL.iter().map(|rule| file(rule)).eq(FILES.iter().copied()), "a rule is in the file of its name");
        assert_eq!(find("cx103").unwrap().name, "key-collision");
        assert_eq!(find("key-collision").unwrap().code, "CX103");
        assert!(find("CX999").is_none());
    }
}
