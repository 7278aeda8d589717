//! One mistake gives one finding, even if several rules could report it.

use cxvars_core::check::check;
use cxvars_core::options::CheckOptions;

/// The codes of the findings in a document with these variables, given as JSON.
fn codes(variables: &str) -> Vec<String> {
    let report = check(format!("{{\"variables\": [{variables}]}}").as_bytes(), &CheckOptions::default());
    report.diagnostics().iter().map(|finding| finding.code.to_string()).collect()
}

fn variable(kind: &str, value: &str) -> String {
    format!(r#"{{"name": "a", "type": "{kind}", "value": {value}}}"#)
}

fn named(name: &str) -> String {
    format!(r#"{{"name": "{name}", "type": "string", "value": "x"}}"#)
}

#[test]
fn a_name_has_one_problem() {
    assert_eq!(codes(&named("_\\u0430-")), ["CX105"]);
    assert_eq!(codes(&named("_a-")), ["CX102"]);
    assert_eq!(codes(&named("a-")), ["CX101"]);
    for name in ["_a", "a-", "\\u0430"] {
        let twice = codes(&format!("{},{}", named(name), named(name)));
        assert!(twice.len() == 2 && !twice.iter().any(|code| code == "CX103" || code == "CX104"), "{name}: {twice:?}");
    }
    assert_eq!(codes(&format!("{},{}", named("a"), named("a"))), ["CX103"]);
    assert_eq!(codes(&format!("{},{}", named("a"), named("A"))), ["CX104"]);
}

#[test]
fn what_is_wrong_with_a_field_silences_the_rules_on_its_value() {
    for (kind, value, code) in [
        ("integer", "3", "CX002"),
        ("integer", "null", "CX002"),
        ("string", "[]", "CX002"),
        ("number", r#""x""#, "CX201"),
        ("number", r#""""#, "CX201"),
        ("number", r#""****""#, "CX201"),
        ("integer", r#""""#, "CX202"),
        ("integer", r#"" 3""#, "CX202"),
        ("boolean", r#""""#, "CX203"),
        ("boolean", r#"" true ""#, "CX203"),
        ("object", r#""""#, "CX204"),
        ("object", r#"" [] ""#, "CX204"),
        ("string", r#""""#, "CX207"),
        ("string", r#""  ""#, "CX206"),
        ("string", r#""****""#, "CX503"),
        ("integer", r#""****""#, "CX503"),
        ("object", r#""[REDACTED]""#, "CX503"),
        ("string", r#""x\u00a0""#, "CX506"),
        ("string", r#"" \u2003""#, "CX506"),
        ("string", r#""\u200b""#, "CX506"),
        ("string", r#""x\u2028""#, "CX506"),
        ("integer", r#""3\u200b""#, "CX506"),
        ("integer", r#""1\u00a0000""#, "CX202"),
        ("boolean", r#""\ufefftrue""#, "CX506"),
        ("object", r#""\ufeff{}""#, "CX506"),
        ("object", r#""{\u00a0}""#, "CX506"),
        ("number", r#""x\u200b""#, "CX201"),
        ("object", r#""{\"k\": 1, \"k\": 2}""#, "CX003"),
    ] {
        assert_eq!(codes(&variable(kind, value)), [code], "{kind} {value}");
    }
    assert_eq!(codes(r#"{"name": "a", "type": "integer"}"#), ["CX005"]);
}

#[test]
fn a_reference_is_judged_by_the_rules_on_references() {
    let reference = |reference: &str| format!(r#"{{"name": "a", "type": "string", "value_from": {reference}}}"#);
    assert_eq!(codes(&reference(r#"{"vault": {"path": "p"}}"#)), ["CX601"]);
    assert_eq!(codes(&reference(r#"{"vault": {"path": "p", "key": "k"}}"#)), ["CX504"]);
    assert_eq!(codes(r#"{"name": "a", "type": "string", "value": "x", "value_from": {"env": "A"}}"#), ["CX601"]);
    for fields in [
        r#""value": "x", "value_from": {"command": "c"}"#,
        r#""value": "x", "value_from": {"env": "A"}, "encrypted": true"#,
    ] {
        assert_eq!(codes(&format!(r#"{{"name": "a", "type": "string", {fields}}}"#)), ["CX601"], "{fields}");
    }
    assert_eq!(codes(""), [""; 0]);
}

#[test]
fn what_is_to_be_removed_needs_no_value_so_nothing_is_wrong_with_one() {
    for fields in [
        r#""type": "string", "value": "https://crm:hunter2@crm.example.com ""#,
        r#""type": "string", "value": """#,
        r#""type": "integer", "value": "x""#,
        r#""type": "string", "value": "****""#,
        r#""type": "string", "value": "x", "encrypted": true"#,
        r#""value_from": {"command": "c"}"#,
    ] {
        assert_eq!(codes(&format!(r#"{{"name": "a", "state": "absent", {fields}}}"#)), [""; 0], "{fields}");
    }
}

#[test]
fn of_the_rules_on_secrets_in_the_clear_one_speaks() {
    let named = |fields: &str| format!(r#"{{"name": "db_password", "type": "string", {fields}}}"#);
    for (fields, code) in [
        (r#""value": "https://crm:hunter2@crm.example.com""#, "CX501"),
        (r#""value": "9f86d081884c7d659a2feaa0c55ad015""#, "CX501"),
        (r#""value_from": {"command": "c"}"#, "CX504"),
        (r#""value_from": {"env": "A"}"#, "CX505"),
        (r#""value": "hunter2""#, "CX505"),
        (r#""value": """#, "CX207"),
        (r#""value": "****""#, "CX503"),
        (r#""value": "hu***r2\n""#, "CX503"),
        (r#""value": "hunter2", "value_from": {"env": "A"}"#, "CX601"),
        (r#""value": "hunter2", "encrypt": true"#, "CX004"),
    ] {
        assert_eq!(codes(&named(fields)), [code], "{fields}");
    }
    assert_eq!(codes(r#"{"name": "db_password", "type": "number", "value": "hunter2"}"#), ["CX201"]);
    assert_eq!(codes(r#"{"name": "db_password", "type": "integer", "value": "hunter2"}"#), ["CX202"]);
    assert_eq!(codes(r#"{"name": "login", "type": "object", "value": "{\"password\": \"hunter2\"}"}"#), ["CX505"]);
    assert_eq!(codes(r#"{"name": "login", "type": "object", "value": "{\"password\": \"hunter2\""}"#), ["CX204"]);
}
