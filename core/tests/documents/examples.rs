//! The documents in `examples/` give exactly the findings that they are meant to show.

use cxvars_core::check::{Report, check};
use cxvars_core::options::CheckOptions;

fn codes(report: &Report) -> Vec<(&str, &str)> {
    report.diagnostics().iter().map(|finding| (finding.code.as_ref(), finding.pointer.as_str())).collect()
}

#[test]
fn the_first_example_has_nothing_but_its_secret_written_out() {
    let text = include_bytes!("../../../examples/crm-lookup.json");
    let report = check(text, &CheckOptions::default());
    assert_eq!(codes(&report), [("CX502", "/variables/1/value")]);
    assert_eq!((report.variable_count(), report.encrypted_count()), (3, 1));
}

#[test]
fn every_mistake_is_found_once_at_its_place() {
    let text = include_str!("../../../examples/every-mistake.json");
    let report = check(text.as_bytes(), &CheckOptions::default());
    let expected = [
        ("CX002", "/variables/0/value", "3"),
        ("CX502", "/variables/1/value", "\"not-shown\""),
        ("CX003", "/variables/1/encrypted", "\"encrypted\""),
        ("CX004", "/variables/2/encrypt", "\"encrypt\""),
        ("CX005", "/variables/3", r#"{"name": "region", "value": "us-east-1"}"#),
        ("CX101", "/variables/4/name", "\"crm-url\""),
        ("CX102", "/variables/5/name", "\"_internal\""),
        ("CX103", "/variables/6/name", "\"auth_token\""),
        ("CX201", "/variables/7/type", "\"number\""),
        ("CX202", "/variables/8/value", "\"1,000\""),
        ("CX203", "/variables/9/value", "\"True\""),
        ("CX204", "/variables/10/value", ","),
        ("CX301", "/variables/11/scope", "\"actions\""),
        ("CX302", "/variables/12/scope", "\"global\""),
        ("CX601", "/variables/13/value_from", r#"{"environment": "API_KEY"}"#),
        ("CX104", "/variables/14/name", "\"Region\""),
        ("CX105", "/variables/15/name", r#""queu\u0435""#),
        ("CX206", "/variables/16/value", " "),
        ("CX207", "/variables/17/value", "\"\""),
        ("CX501", "/variables/18/value", "\"https://crm:not-shown@crm.example.com\""),
        ("CX503", "/variables/19/value", "\"********\""),
        ("CX504", "/variables/20/value_from", r#"{"vault": {"path": "crm", "key": "signing"}}"#),
        ("CX208", "/variables/21/value", "\"-----BEGIN CERTIFICATE----- not-shown -----END CERTIFICATE-----\""),
        ("CX505", "/variables/22/value", "\"not-shown\""),
        ("CX506", "/variables/23/value", r"\u200b"),
    ];
    let found: Vec<_> = report
        .diagnostics()
        .iter()
        .map(|finding| (finding.code.as_ref(), finding.pointer.as_str(), finding.span.of(text)))
        .collect();
    assert_eq!(found, expected);
}

/// Rules that the example cannot show. They need a text that cannot be read, is too large, has too many variables or is
/// not JSON, or they need a configuration.
const SHOWN_ELSEWHERE: [&str; 8] = ["CX001", "CX006", "CX007", "CX008", "CX205", "CX401", "CX602", "CX701"];

#[test]
fn every_other_rule_has_its_mistake_in_the_example() {
    let report = check(include_bytes!("../../../examples/every-mistake.json"), &CheckOptions::default());
    let shown = |code: &str| report.diagnostics().iter().any(|finding| finding.code == code);
    for rule in cxvars_core::rules::ALL {
        assert_ne!(shown(rule.code), SHOWN_ELSEWHERE.contains(&rule.code), "{}", rule.code);
    }
}
