//! Applies fixes to documents with every kind of mistake. Fixes help, come to an end, and touch nothing else.

use cxvars_core::check::fix::{apply, apply_fixes};
use cxvars_core::check::{Report, check};
use cxvars_core::diagnostic::{Applicability, Severity};
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::render::diff::unified;
use cxvars_core::render::text::Color;
use proptest::prelude::*;

/// Occurs only in values and comments, so no output may show it.
const CANARY: &str = "CANARY-7f3a9c";
const LEVELS: [Applicability; 2] = [Applicability::Safe, Applicability::Unsafe];

/// A field of a variable, with or without a mistake.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => Just(r#""value": "CANARY-7f3a9c""#),
        1 => Just(r#""value": 7"#),
        1 => Just(r#""value": 3.5"#),
        1 => Just(r#""value": true"#),
        1 => Just(r#""value": null"#),
        1 => Just(r#""value": "True""#),
        1 => Just(r#""value": " 007""#),
        1 => Just(r#""value": ["CANARY-7f3a9c"]"#),
        1 => Just(r#""value": {"x": "CANARY-7f3a9c", "x": 1}"#),
        1 => Just(r#""valeu": "CANARY-7f3a9c""#),
        2 => Just(r#""type": "string""#),
        1 => Just(r#""type": "Integer""#),
        1 => Just(r#""type": "integer""#),
        1 => Just(r#""type": "bool""#),
        1 => Just(r#""type": "boolean""#),
        1 => Just(r#""typ": "string""#),
        1 => Just(r#""scope": "Action""#),
        1 => Just(r#""scope": "actions""#),
        2 => Just(r#""encrypted": true"#),
        1 => Just(r#""encrypted": "true""#),
        1 => Just(r#""encrypted": "FALSE""#),
        1 => Just(r#""encrypt": true"#),
        1 => Just(r#""value_from": {"env": "A", "env": "B",}"#),
        1 => Just(r#""colour": "CANARY-7f3a9c""#),
    ]
    .prop_map(str::to_owned)
}

/// The separator between two members: mostly a comma, sometimes none. After the last member, the comma is one too many.
fn separator() -> impl Strategy<Value = &'static str> {
    prop_oneof![12 => Just(", "), 6 => Just(",\n    "), 2 => Just(",\r\n\t"), 1 => Just("\n    "), 1 => Just(" ")]
}

fn variable() -> impl Strategy<Value = String> {
    let name = prop_oneof![4 => "[a-e]", 1 => Just("_x".to_owned())];
    let key = prop_oneof![9 => Just("name"), 1 => Just("nam")];
    let end = prop_oneof![8 => Just("}"), 1 => Just(",}"), 1 => Just(" ,\n}")];
    (key, name, prop::collection::vec((separator(), field()), 0..5), end).prop_map(|(key, name, fields, end)| {
        let fields: String = fields.into_iter().map(|(separator, field)| separator.to_owned() + &field).collect();
        format!("{{\"{key}\": \"{name}\"{fields}{end}")
    })
}

fn document() -> impl Strategy<Value = String> {
    let around = prop_oneof![
        3 => Just(("{\"variables\": [", "]}\n")),
        1 => Just(("\u{feff}[\r\n", "\r\n]")),
        1 => Just(("{\"variables\": {\"variables\": [", "]}}")),
        1 => Just(("{\"variables\": {\"variables\": [", "], \"parent_scop\": \"Global\"}}")),
        1 => Just(("{\"variable\": [", "],}")),
        1 => Just(("{\"parent_scope\": \"Template\"\n\"variables\": [", "], \"variables\": []}")),
    ];
    (around, prop::collection::vec((variable(), separator()), 0..6)).prop_map(|((open, close), variables)| {
        let list: String = variables.into_iter().map(|(variable, separator)| variable + separator).collect();
        format!("{open}{list}{close}")
    })
}

/// The same document with comments, for JSONC.
fn commented(text: &str) -> String {
    text.replace(", ", ", /* CANARY-7f3a9c, */ ").replace(",\n", ", // \"CANARY-7f3a9c\",\n")
}

fn options(format: DocumentFormat) -> CheckOptions {
    let mut options = CheckOptions::default();
    options.format = format;
    options
}

/// The codes of the errors in a report, sorted.
fn errors(report: &Report) -> Vec<String> {
    let errors = report.diagnostics().iter().filter(|finding| finding.severity == Severity::Error);
    let mut codes: Vec<String> = errors.map(|finding| finding.code.to_string()).collect();
    codes.sort_unstable();
    codes
}

/// The codes of errors that `after` has and `before` does not have. A code that occurs more often counts as new.
fn new_ones(before: &Report, after: &Report) -> Vec<String> {
    let mut before = errors(before);
    let is_new = |code: &String| match before.iter().position(|known| known == code) {
        Some(at) => {
            before.swap_remove(at);
            false
        }
        None => true,
    };
    errors(after).into_iter().filter(is_new).collect()
}

/// The comments of a generated text, in their order.
fn comments(text: &str) -> Vec<&str> {
    let starts =
        text.match_indices("/*").map(|(at, _)| (at, "*/")).chain(text.match_indices("//").map(|(at, _)| (at, "\n")));
    let mut starts: Vec<_> = starts.collect();
    starts.sort_unstable();
    starts.into_iter().filter_map(|(at, end)| text[at..].split_inclusive(end).next()).collect()
}

fn holds_for(text: &str, options: &CheckOptions) -> Result<(), TestCaseError> {
    let before = check(text.as_bytes(), options);
    for finding in before.diagnostics() {
        for fix in &finding.fixes {
            prop_assert_eq!(fix.edits.is_empty(), fix.applicability == Applicability::DisplayOnly);
            let shown = format!("{fix:?}");
            prop_assert!(!shown.contains(CANARY), "{}", shown);
            untouched_outside(text, fix)?;
        }
    }
    for level in LEVELS {
        let fixed = apply(text, options, level);
        let after = fixed.text().expose();
        let report = check(after.as_bytes(), options);
        prop_assert_eq!(report.diagnostics(), fixed.report().diagnostics());
        prop_assert_eq!(new_ones(&before, &report), Vec::<String>::new(), "{}\n{}", text, after);
        let score = |report: &Report| (errors(report).len(), report.diagnostics().len());
        prop_assert_eq!(score(&report) < score(&before), !fixed.applied().is_empty());
        prop_assert_eq!(fixed.applied().is_empty(), text == after);
        // Applying fixes again changes nothing.
        let again = apply(after, options, level);
        prop_assert_eq!(again.text().expose(), after);
        prop_assert!(again.applied().is_empty());
        let applied = format!("{:?}", fixed.applied());
        prop_assert!(!applied.contains(CANARY), "{}", applied);
        if options.format == DocumentFormat::Jsonc {
            prop_assert_eq!(comments(text), comments(after));
        }
        let signs = |text: &str| (text.starts_with('\u{feff}'), text.contains("\r\n"), text.ends_with('\n'));
        prop_assert_eq!(signs(text).0, signs(after).0);
        prop_assert_eq!(signs(text).2, signs(after).2);
        if let Some(diff) = unified("vars.json", text, after, options, Color::Off) {
            prop_assert!(!diff.contains(CANARY), "{}", diff);
            prop_assert_eq!(diff.is_empty(), text == after);
        }
    }
    Ok(())
}

/// Applies one fix, and asserts that every byte outside its spans is still there, in the same order.
fn untouched_outside(text: &str, fix: &cxvars_core::diagnostic::Fix) -> Result<(), TestCaseError> {
    let result = apply_fixes(text, std::slice::from_ref(fix)).expect("a fix fits its text");
    let mut rest = result.expose();
    let mut at = 0;
    for edit in &fix.edits {
        let kept = &text[at..edit.span.start()];
        prop_assert!(rest.starts_with(kept));
        rest = &rest[kept.len()..];
        prop_assert!(rest.starts_with(&edit.text));
        rest = &rest[edit.text.len()..];
        at = edit.span.end();
    }
    prop_assert_eq!(rest, &text[at..]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn fixes_help_and_end_and_touch_nothing_else(text in document()) {
        holds_for(&text, &options(DocumentFormat::Json))?;
    }

    #[test]
    fn comments_survive_fixes(text in document()) {
        holds_for(&commented(&text), &options(DocumentFormat::Jsonc))?;
    }

    #[test]
    fn any_text_can_be_fixed_without_a_panic(text in "[\\[\\]{}:,\"\\\\a-c0-9.u/*\\-\\n é]{0,60}") {
        holds_for(&text, &options(DocumentFormat::Json))?;
        let jsonc = options(DocumentFormat::Jsonc);
        for level in LEVELS {
            let once = apply(&text, &jsonc, level);
            let again = apply(once.text().expose(), &jsonc, level);
            prop_assert_eq!(again.text().expose(), once.text().expose());
        }
    }
}

/// Fixes of these rules are found and applied. Otherwise the properties above could hold although nothing is fixed.
#[test]
fn the_search_itself_finds_fixes_of_every_rule_that_has_some() {
    let text = r#"{"variables": {"variables": [
  {"name": "a", "type": "Integer", "value": 7, "scope": "Action", "encrypted": "True"},
  {"name": "b", "typ": "string", "value": "CANARY-7f3a9c", "value": "x"}
  {"name": "c", "type": "boolean", "value": "True", "scope": "actoin"},
  {"name": "d", "type": "integer", "value": " 007",},
]}}"#;
    let fixed = apply(text, &CheckOptions::default(), Applicability::Unsafe);
    let mut codes: Vec<_> = fixed.applied().iter().map(|done| done.code.as_ref()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes, ["CX001", "CX002", "CX003", "CX004", "CX201", "CX202", "CX203", "CX301"]);
    assert!(fixed.report().diagnostics().is_empty(), "{:?}", fixed.report().diagnostics());
    assert_eq!(comments("1 /* a */ // b\n2 // c"), ["/* a */", "// b\n", "// c"]);
}

#[test]
fn each_of_thousands_of_mistakes_is_fixed() {
    let quoted =
        apply(&format!("[{}1]", r#"{"name":"a","value":1},"#.repeat(5_000)), &CheckOptions::default(), LEVELS[0]);
    assert_eq!(quoted.applied().len(), 5_000);
    let commas = apply(&format!("[{}]", "[1,],".repeat(5_000)), &CheckOptions::default(), LEVELS[0]);
    assert_eq!(commas.applied().len(), 5_001);
}
