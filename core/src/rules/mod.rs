//! The rules, one file each. This list is the only place that names them all: a new rule is a file and a line here.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::rule::Rule;
use crate::rules::context::Context;
use crate::rules::declare::Checks;
use crate::rules::directive::Idle;
use crate::rules::findings::Findings;

pub(crate) mod context;
mod declare;
pub(crate) mod directive;
pub(crate) mod findings;
mod names;
mod secrets;
mod word;

pub(crate) use secrets::credential::{Suspicion, suspicion};
pub(crate) use secrets::entropy::is_random;

macro_rules! rules {
    ($($module:ident $code:ident)+) => {
        $(mod $module;)+

        /// Every rule, in the order of the codes.
        pub static ALL: &[&Rule] = &[$(&$module::RULE),+];

        /// Runs every rule that is not switched off over a document.
        pub(crate) fn run(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
            $(let $module = context.options.severity_of(&$module::RULE);)+
            $(if let Some(in_force) = $module {
                <$module::$code as Checks>::document(context, &mut Findings::new(&$module::RULE, in_force, found));
            })+
            for variable in context.document.variables() {
                $(if let Some(in_force) = $module {
                    let findings = &mut Findings::new(&$module::RULE, in_force, found);
                    <$module::$code as Checks>::variable(context, &variable, findings);
                })+
            }
        }

        /// Runs what looks at ignore comments that silence nothing.
        pub(crate) fn run_over_comments(context: &Context<'_>, comments: &[Idle], found: &mut Vec<Diagnostic>) {
            $(if let Some(in_force) = context.options.severity_of(&$module::RULE) {
                let findings = &mut Findings::new(&$module::RULE, in_force, found);
                <$module::$code as Checks>::comments(context, comments, findings);
            })+
        }
    };
}

rules! {
    cx001_syntax CX001
    cx002_wrong_shape CX002
    cx003_duplicate_field CX003
    cx004_unknown_field CX004
    cx005_missing_field CX005
    cx006_too_large CX006
    cx007_unquoted_scalar CX007
    cx101_invalid_name CX101
    cx102_leading_underscore CX102
    cx103_key_collision CX103
    cx104_near_collision CX104
    cx105_confusable_name CX105
    cx201_unknown_type CX201
    cx202_not_an_integer CX202
    cx203_not_a_boolean CX203
    cx204_not_an_object CX204
    cx205_contract_violation CX205
    cx206_stray_whitespace CX206
    cx207_empty_value CX207
    cx301_unknown_scope CX301
    cx302_scope_exceeds_parent CX302
    cx401_too_many_variables CX401
    cx501_plaintext_secret CX501
    cx502_literal_secret CX502
    cx503_masked_value CX503
    cx504_plaintext_reference CX504
    cx601_bad_reference CX601
    cx602_missing_param CX602
    cx701_idle_ignore CX701
}

/// The rule of a code, whatever its letters' case.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code) || rule.name == code)
}

/// docs/rules.md: a table of all rules, and what each one documents.
pub fn page() -> String {
    let mut page = String::from(
        "# Rules\n\nWhat `cxvars validate` finds. This page is made from the documentation of the rules, which \
         `cxvars explain CODE`\nprints as well. Codes are stable.\n\n| code | name | severity | fires when |\n|---|---|---|---|\n",
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

    /// The examples of a rule: the mark behind the fence, and the text.
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

    /// The contract of the examples: `connect_ms` has to be there, and an integer.
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
        assert_eq!(find("cx103").unwrap().name, "key-collision");
        assert_eq!(find("key-collision").unwrap().code, "CX103");
        assert!(find("CX999").is_none());
    }
}
