//! Hover, symbols, folding, definition, rename and actions, each on a small document.

use std::collections::BTreeMap;

use super::actions::{ActionKind, actions, fix_all};
use super::definition::{Target, definition};
use super::folding::{FoldKind, folding};
use super::hover::hover;
use super::rename::{prepare, rename};
use super::symbols::symbols;
use super::*;
use crate::base::small_map::SmallMap;
use crate::base::span::Span;
use crate::check::Source;
use crate::diagnostic::Edit;
use crate::options::CheckOptions;
use crate::policy::PolicyRule;
use crate::reader::format::DocumentFormat;

fn options(format: DocumentFormat) -> CheckOptions {
    CheckOptions { format, ..CheckOptions::default() }
}

/// A text without its mark `|`, and the offset of the mark.
fn marked(text: &str) -> (String, usize) {
    (text.replacen('|', "", 1), text.find('|').unwrap())
}

fn applied(text: &str, edits: &[Edit]) -> String {
    let mut result = text.to_owned();
    edits.iter().rev().for_each(|edit| result.replace_range(edit.span.start()..edit.span.end(), &edit.text));
    result
}

/// The span and the text of what is shown at the mark of a text.
fn shown(text: &str, format: DocumentFormat) -> Option<(String, String)> {
    let owned = |text: &str| text.to_owned();
    let params: SmallMap<String, Vec<String>> =
        [(owned("dev"), vec![owned("region")]), (owned("prod"), vec![owned("region")]), (owned("test"), Vec::new())]
            .into_iter()
            .collect();
    let contracts = BTreeMap::from([(owned("limits"), owned("contracts/limits.json"))]);
    let facts = Facts { params: Some(&params), contracts: Some(&contracts), ..Facts::default() };
    let (text, offset) = marked(text);
    let options = options(format);
    let source = Source::read(text.as_bytes(), &options);
    let found = hover(&source.check(&options, None), offset, &facts)?;
    Some((found.span.of(&text).to_owned(), found.markdown))
}

#[test]
fn hover_says_what_is_at_an_offset() {
    use DocumentFormat::{Env, Json, Yaml};
    let whole = |text: &str, format| shown(text, format).unwrap_or_default().1;
    let variable = |field: &str| format!(r#"[{{"name": "limits", "type": "object", "scope": "action", {field}}}]"#);
    for (field, expected) in [
        (r#""val|ue": "{}""#, "**`value`**: Always a string, for every type: the integer 3 is written \"3\""),
        (r#""value_from": {"env": "CRM|"}"#, "Environment variable `CRM`"),
        (r#""value_from": {"file": "a/b`c.pem|"}"#, "File `` a/b`c.pem ``"),
        (
            r#""value_from": {"pa|ram": "region"}"#,
            "**`param`**: Parameter of the chosen environment\n\nParameter `region`, defined in dev, prod; missing in test",
        ),
        (
            r#""encrypted": true, "value_from": {"vault": {"path": "crm/|x", "key": "k"}}"#,
            "Vault path `crm/x`, key `k`",
        ),
        (
            r#""value_from|": {"param": "region"}"#,
            "**`value_from`**: Where the value is fetched from when it is needed\n\nParameter `region`, defined in dev, prod; missing in test",
        ),
        (r#""value": "{}|""#, ""),
    ] {
        assert_eq!(whole(&variable(field), Json), expected, "{field}");
    }
    let name = whole(r#"[{"name": "lim|its", "type": "object", "encrypted": true, "value_from": {"env": "X"}}]"#, Json);
    assert_eq!(name, "**`limits`**: object, action, encrypted\n\nContract: `contracts/limits.json`");
    assert_eq!(whole("# cxvars: type=integer\nAB|C=1\n", Env), "**`ABC`**: integer, action");
    assert!(whole("# cxvars: ty|pe=integer\nABC=1\n", Env).starts_with("**`type`**: "));
    assert!(whole("- name: a\n  type: str|ing\n  value: x\n", Yaml).starts_with("**`type`**: "));
    assert_eq!(shown("- name: a\n  type: string\n  value: x|y\n", Yaml), None);
    assert_eq!(shown("|", Json).map(|(span, _)| span), Some(String::new()), "the text is empty, which is a finding");
}

#[test]
fn hover_shows_the_rule_of_a_finding() {
    let (span, text) = shown(r#"[{"name": "_a|", "type": "string", "value": "x"}]"#, DocumentFormat::Json).unwrap();
    assert_eq!(span, "\"_a\"");
    let (about, rule) = text.split_once("\n\n---\n\n").unwrap();
    assert_eq!(about, "**`_a`**: string, action");
    assert!(rule.starts_with("**CX102 leading-underscore**\n\nA name starts with an underscore.\n\n## Why it matters"));
    assert!(rule.contains("## How to fix\n") && !rule.contains("## Fires") && !rule.contains("```"), "{rule}");
    assert!(!rule.contains("json fires"));
    let rule = PolicyRule {
        code: "PX001".to_owned(),
        name: "our-rule".to_owned(),
        severity: crate::diagnostic::Severity::Error,
        summary: "Ours.".to_owned(),
    };
    let facts = Facts { policy_rules: std::slice::from_ref(&rule), ..Facts::default() };
    assert_eq!(hover::about_rule("PX001", &facts).as_deref(), Some("**PX001 our-rule**\n\nOurs."));
    assert_eq!(hover::about_rule("PX002", &facts), None);
}

#[test]
fn hover_shows_the_rule_that_an_ignore_comment_names() {
    let text = "# cxvars: ignore[CX102, CX5|01] CX206\n- name: _a\n  type: string\n  value: x\n";
    let (span, rule) = shown(text, DocumentFormat::Yaml).unwrap();
    assert!(span == "CX501" && rule.starts_with("**CX501 "), "{span} {rule}");
    for text in ["# cxvars: ignore[CX102] CX2|06\n- name: _a\n", "# see [CX5|01]\n- name: a\n", "# |\n- name: a\n"] {
        let rule = shown(text, DocumentFormat::Yaml).unwrap_or_default().1;
        assert!(!rule.starts_with("**CX206") && !rule.starts_with("**CX501"), "{text}: {rule}");
    }
}

#[test]
fn a_finding_of_several_lines_is_shown_on_the_first_only() {
    let text = "[{\n  \"na|me\": \"a\",\n  \"type\": \"string\"\n}]";
    let (_, text) = shown(text, DocumentFormat::Json).unwrap();
    assert!(text.starts_with("**`name`**: ") && !text.contains("CX005"));
    assert!(
        shown("[{|\n  \"name\": \"a\",\n  \"type\": \"string\"\n}]", DocumentFormat::Json).unwrap().1.contains("CX005")
    );
}

#[test]
fn symbols_are_the_variables_with_their_fields() {
    let text = "variables:\n  - name: a\n    type: integer\n    value: \"1\"\n    colour: red\n  - state: absent\n";
    let options = options(DocumentFormat::Yaml);
    let found = symbols(&Source::read(text.as_bytes(), &options));
    let shown: Vec<_> =
        found.iter().map(|symbol| (symbol.name.as_str(), symbol.detail.as_str(), symbol.name_span.of(text))).collect();
    assert_eq!(shown, [("a", "integer, action", "a"), ("variable 2", "to be removed", "state: absent")]);
    let children: Vec<_> = found[0].children.iter().map(|field| (field.name.as_str(), field.span.of(text))).collect();
    assert_eq!(children, [("name", "name: a"), ("type", "type: integer"), ("value", "value: \"1\"")]);
}

#[test]
fn symbols_keep_their_names_while_another_variable_is_typed() {
    let text = r#"[{"name": "a", "ty}, {"name": "b", "type": "string", "value": "x"}"#;
    let options = options(DocumentFormat::Json);
    let found = symbols(&Source::read(text.replace("\"ty}", "\"ty\"}").as_bytes(), &options));
    assert_eq!(found.iter().map(|symbol| symbol.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    // What follows a name that is after a mistake in its own variable may be a value.
    let found = symbols(&Source::read(br#"[{"type" "integer", "name": "hunter2"}]"#, &options));
    assert_eq!(found[0].name, "variable 1");
}

/// The kind and the first line of everything that can be folded.
fn folded(text: &str, format: DocumentFormat) -> Vec<(FoldKind, String)> {
    let options = options(format);
    let folds = folding(&Source::read(text.as_bytes(), &options));
    folds.iter().map(|fold| (fold.kind, fold.span.of(text).lines().next().unwrap().to_owned())).collect()
}

#[test]
fn what_has_several_lines_is_folded() {
    let region = |line: &str| (FoldKind::Region, line.to_owned());
    let text = "# a\n# b\nvariables: # c\n  - name: a\n    value: |\n      x\n      y\n    # d\n  - {name: b}\n";
    let expected =
        [(FoldKind::Comment, "# a".to_owned()), region("variables: # c"), region("name: a"), region("value: |")];
    assert_eq!(folded(text, DocumentFormat::Yaml), expected);
    assert_eq!(folded("- name: a\n  type: string\n- name: b\n", DocumentFormat::Yaml), [region("name: a")]);
    let json = "[\n  {\n    \"name\": \"a\"\n  },\n  {\"name\": \"b\"}\n]\n";
    assert_eq!(folded(json, DocumentFormat::Json), [region("["), region("{")]);
    let env = "# a\n# cxvars: type=integer\nA=1\nB=\"x\ny\"\n";
    assert_eq!(folded(env, DocumentFormat::Env), [region("type=integer"), region("B=\"x")]);
}

#[test]
fn references_are_resolved() {
    let target = |text: &str| {
        let (text, offset) = marked(text);
        let options = options(DocumentFormat::Yaml);
        let source = Source::read(text.as_bytes(), &options);
        definition(&source.check(&options, None), offset).map(|found| found.target)
    };
    let name = |name: &str| name.to_owned();
    assert_eq!(target("- name: a\n  value_from: {param: reg|ion}\n"), Some(Target::Param { name: name("region") }));
    assert_eq!(target("- name: a\n  value_from: {file: x|}\n"), Some(Target::File { path: name("x") }));
    assert_eq!(target("- name: a|\n  value: x\n"), Some(Target::Contract { variable: name("a") }));
    assert_eq!(target("- name: a\n  value: x|\n"), Some(Target::Contract { variable: name("a") }));
    for text in ["- name: a\n  value_from: {env: X|}\n", "- name: a\n  ty|pe: string\n", "|", "- na|me: a"] {
        assert_eq!(target(text), None, "{text}");
    }
}

/// The text after the name at the mark is changed, and whether no other variable has the old name; or why not.
fn renamed(text: &str, format: DocumentFormat, name: &str) -> Result<(String, bool), String> {
    let (text, offset) = marked(text);
    let options = options(format);
    let source = Source::read(text.as_bytes(), &options);
    rename(&source.check(&options, None), offset, name).map(|renamed| (applied(&text, &renamed.edits), renamed.is_only))
}

#[test]
fn a_name_is_changed_as_it_is_written() {
    use DocumentFormat::{Env, Json, Yaml};
    for (text, format, name, expected) in [
        (r#"[{"name": "a|b", "value": "ab"}]"#, Json, "c", r#"[{"name": "c", "value": "ab"}]"#),
        ("- name: ab|\n", Yaml, "c", "- name: c\n"),
        ("- name: 'ab|'\n", Yaml, "no", "- name: 'no'\n"),
        ("- name: |ab # x\n", Yaml, "no", "- name: \"no\" # x\n"),
        ("A|B='x' # AB\n", Env, "C", "C='x' # AB\n"),
    ] {
        assert_eq!(renamed(text, format, name), Ok((expected.to_owned(), true)), "{text}");
    }
    let duplicate = renamed("- name: ab\n- name: a|b\n", Yaml, "c");
    assert_eq!(duplicate, Ok(("- name: ab\n- name: c\n".to_owned(), false)));
}

#[test]
fn a_name_that_cannot_be_used_is_refused_with_a_reason() {
    let refused = |name: &str| renamed("- name: ab|\n- name: other\n", DocumentFormat::Yaml, name).unwrap_err();
    assert_eq!(refused("a b"), "`a b` is not a valid name: a name has only letters, digits and underscores");
    assert_eq!(refused("_a"), "`_a` is not a valid name: a name must not start with an underscore");
    assert!(refused("\u{430}").contains("looks like `a`"));
    assert_eq!(refused(""), "the name is empty");
    assert_eq!(refused("other"), "another variable of the document is named `other`");
    for text in ["- na|me: a\n", "- name: a\n  value: x|\n", "- name: \"\\u0061|\"\n", "|"] {
        assert!(renamed(text, DocumentFormat::Yaml, "c").is_err(), "{text}");
    }
    let (text, offset) = marked("- name: 'ab|'\n");
    let options = options(DocumentFormat::Yaml);
    let source = Source::read(text.as_bytes(), &options);
    assert_eq!(prepare(&source.check(&options, None), offset).unwrap().span.of(&text), "ab");
}

/// The titles of what can be done at the mark of a text.
fn titles(text: &str, format: DocumentFormat) -> Vec<String> {
    let (text, offset) = marked(text);
    let options = options(format);
    let source = Source::read(text.as_bytes(), &options);
    let found = actions(&source.check(&options, None), Span::point(offset));
    found.into_iter().map(|action| action.title).collect()
}

#[test]
fn actions_are_the_fixes_and_ignores_of_the_findings_at_a_place() {
    use DocumentFormat::{Json, Yaml};
    let text = "- name: _a|\n  type: string\n  value: x\n";
    assert_eq!(titles(text, Yaml), ["ignore CX102 here", "ignore CX102 of `_a` in cxvars.toml"]);
    let json = r#"[{"name": "_a|", "type": "string", "value": "x"}]"#;
    assert_eq!(titles(json, Json), ["ignore CX102 of `_a` in cxvars.toml"]);
    let unquoted = titles("- name: a\n  type: integer\n  value: 3|\n", Yaml);
    assert_eq!(
        unquoted,
        ["put it in double quotes"],
        "a finding that keeps the document from being sent cannot be ignored"
    );
    assert!(titles("[|", Json).iter().all(|title| !title.starts_with("ignore")));
    assert!(titles("- name: a|\n  type: string\n  value: x\n", Yaml).is_empty());
}

#[test]
fn an_ignore_comment_is_where_it_is_about_nothing_else() {
    let (text, offset) = marked("variables:\n  - name: a\n    type: string\n    value: \" |x\"\n    scope: global\n");
    let options = options(DocumentFormat::Yaml);
    let source = Source::read(text.as_bytes(), &options);
    let found = actions(&source.check(&options, None), Span::point(offset));
    let edits = found.iter().find_map(|action| match &action.kind {
        ActionKind::IgnoreHere(edits) => Some(edits),
        _ => None,
    });
    let expected = text.replace("    value", "    # cxvars: ignore[CX206] reason\n    value");
    assert_eq!(applied(&text, edits.unwrap()), expected);
}

#[test]
fn all_safe_fixes_are_applied_together_without_text_of_the_document() {
    let text =
        r#"[{"name": "a", "type": "integer", "value": 12345,}, {"name": "b", "type": "boolean", "value": true}]"#;
    let options = options(DocumentFormat::Json);
    let source = Source::read(text.as_bytes(), &options);
    let action = fix_all(&source.check(&options, None)).unwrap();
    let ActionKind::FixAll(edits) = action.kind else { panic!() };
    assert_eq!(
        applied(text, &edits),
        r#"[{"name": "a", "type": "integer", "value": "12345"}, {"name": "b", "type": "boolean", "value": "true"}]"#
    );
    assert!(edits.iter().all(|edit| edit.text.len() <= 1), "{edits:?}");
    let good = Source::read(br#"[{"name": "a", "type": "string", "value": "x"}]"#, &options);
    assert_eq!(fix_all(&good.check(&options, None)), None);
}
