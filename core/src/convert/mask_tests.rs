//! Tests of masked copies.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::check::check;
use crate::convert::convert;
use DocumentFormat::{Env, Json, Jsonc, Yaml};

fn options(format: DocumentFormat) -> CheckOptions {
    CheckOptions { format, ..CheckOptions::default() }
}

fn shared(text: &str, format: DocumentFormat) -> String {
    let masked = mask(text, &options(format)).unwrap_or_else(|refused| panic!("{refused}: {text}"));
    masked.text().expose().to_owned()
}

fn findings(text: &str, format: DocumentFormat) -> BTreeSet<(String, String)> {
    let report = check(text.as_bytes(), &options(format));
    report.diagnostics().iter().map(|finding| (finding.code.to_string(), finding.pointer.clone())).collect()
}

#[test]
fn what_is_certainly_plain_stays() {
    let text = "description: CRM lookup\nvariables:\n  - name: endpoint\n    type: string\n    value: https://crm.example.com/v1\n  \
        - name: retries\n    type: integer\n    value: \"3\"\n";
    assert_eq!(shared(text, Yaml), text);
}

#[test]
fn values_become_ones_of_their_type_and_comments_lose_their_text() {
    let text = "# token: hunter2\n- name: pin # cxvars: ignore[CX102] was hunter2\n  type: integer\n  value: \"1234\"\n  encrypted: true\n\
        - {name: flag, type: boolean, value: \"false\", encrypted: true}\n- name: limits\n  type: object\n  value: |\n    {\"password\": \"hunter2\"}\n\
        - name: key\n  type: string\n  value: ' hunter2'\n- name: old\n  type: string\n  value: sk-****abcd\n  encrypted: true\n";
    let expected = "# masked\n- name: pin # cxvars: ignore[CX102] masked\n  type: integer\n  value: \"0\"\n  encrypted: true\n\
        - {name: flag, type: boolean, value: \"true\", encrypted: true}\n- name: limits\n  type: object\n  value: \"{}\"\n\
        - name: key\n  type: string\n  value: \" placeholder\"\n- name: old\n  type: string\n  value: \"********\"\n  encrypted: true\n";
    assert_eq!(shared(text, Yaml), expected);
    let env = "# x\nA='hunter2' # cxvars: encrypted\nB=https://a:hunter2@x.example\nC=\n";
    assert_eq!(shared(env, Env), "# masked\nA=placeholder # cxvars: encrypted\nB=placeholder\nC=\n");
}

#[test]
fn the_same_mistakes_are_found() {
    let text = r#"{"parent_scope": "globl", "variables": [
        {"name": "a", "type": "strng", "value": "x", "scope": "everywhere"},
        {"name": "b", "type": "integer", "value": "3.5", "encrypted": true},
        {"name": "b", "type": "boolean", "value": "yes", "encrypted": true},
        {"name": "_c", "type": "object", "value": "{\"a\"", "encrypted": true},
        {"name": "d", "type": "string", "value": 12345678},
        {"name": "e", "type": "string", "value": {"password": "hunter2"}},
        {"name": "f", "type": "string", "value": " x ", "encrypted": true, "hunter2x": "hunter2"},
        {"name": "g", "type": "string", "value": "[REDACTED]", "encrypted": true},
        {"name": "api-token", "type": "string", "value": "hunter2 ", "encrypted": true, "password": "hunter2"},
        {"name": "h", "type": "string", "value_from": {"evn": "hunter2"}}, "hunter2"]}"#;
    let masked = shared(text, Json);
    assert!(!masked.contains("hunter2") && !masked.contains("12345678"), "{masked}");
    let (before, after) = (findings(text, Json), findings(&masked, Json));
    let kept = |(code, pointer): &(String, String)| (code.clone(), pointer.replace("hunter2x", "masked_1"));
    assert_eq!(before.iter().map(kept).collect::<BTreeSet<_>>(), after, "{masked}");
}

#[test]
fn no_layout_and_no_mistake_shows_a_secret() {
    for (text, format) in [
        ("%TAG !hunter2! tag:hunter2,2000:\n---\n- name: a\n  type: string\n  value: x\n", Yaml),
        ("- name: a\n  type: string\n  encrypted: true\n  value: | # hunter2\n    hunter2\n", Yaml),
        ("- name: a\n  type: string\n  encrypted: true\n  value:\n  - hunter2\n", Yaml),
        ("- name: a\n  type: string\n  value: x\n  ? hunter2\n  : hunter2\n", Yaml),
        ("- name: a\n  type: string\n  encrypted: true\n  value: >+\n    hunter2\n\n# hunter2\n", Yaml),
        (
            "- name: hunter2\n  type: hunter2\n  encrypted: true\n  value: x\n- name: a\n  encrypted: true\n  value: hunter2\n  scope: hunter2\n",
            Yaml,
        ),
        (
            "[/* hunter2 */ {\"name\": \"a\", // hunter2\n \"value\": \"hunter2\", \"encrypted\": true}] // cxvars: ignore[CX005] hunter2",
            Jsonc,
        ),
        (
            r#"[{"name": "a", "encrypted": true, "value": "x", "value": "hunter2"}, {"name": "x", "state": "absent", "value": "hunter2"}]"#,
            Json,
        ),
        (r#"{"hunter2": {"hunter2": ["hunter2"]}, "description": "hunter2", "variables": "hunter2"}"#, Json),
        ("\"hunter2\"", Json),
        ("A=\"x\nhunter2\" # cxvars: encrypted\n# hunter2\n", Env),
        ("A=x # cxvars: secret_version=hunter2\n", Env),
    ] {
        let masked = shared(text, format);
        assert!(!masked.contains("hunter2"), "{text}\n{masked}");
    }
    for text in ["[{\"name\": \"a\" \"value\": \"hunter2\"}]", "", "{"] {
        assert!(matches!(mask(text, &options(Json)), Err(Refused::Unread { .. })), "{text}");
    }
}

#[test]
fn a_masked_copy_stays_as_it_is() {
    let text = include_str!("../../../examples/every-mistake.json");
    let once = shared(text, Json);
    assert_eq!(shared(&once, Json), once);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_secret_survives(
        tokens in proptest::collection::vec("[a-z]{3}[0-9]{3}[A-Za-z0-9]{6,20}", 7),
        password in "[ -~]{8,20}",
        format in prop_oneof![Just(Json), Just(Jsonc), Just(Yaml), Just(Env)],
    ) {
        let [a, b, c, d, e, f, g] = &tokens[..] else { unreachable!() };
        let yaml = format!(
            "# {a}\nvariables:\n  - name: one # old: {a}\n    type: string\n    value: {b}\n    encrypted: true\n  \
             - name: two\n    type: string\n    value: https://crm:{c}@crm.example.com\n  - name: three\n    type: string\n    \
             value: https://crm.example.com/hooks/{d}?key={e}\n  # token={f}\n  - name: crm_password\n    type: string\n    \
             value: {}\n  - name: four\n    type: object\n    value: '{{\"k\": [\"{g}\"]}}'\n",
            serde_json::Value::from(password.as_str())
        );
        let text = convert(&yaml, &options(Yaml), format).unwrap().text().expose().to_owned();
        let masked = shared(&text, format);
        for secret in tokens.iter().chain([&password]) {
            prop_assert!(!masked.contains(secret.trim()), "{secret}\n{masked}");
        }
        let count = |text: &str| check(text.as_bytes(), &options(format)).variable_count();
        prop_assert_eq!(count(&text), count(&masked));
    }
}
