//! Tests of exports.

use super::*;
use crate::check::check;
use DocumentFormat::{Env, Json, Jsonc, Yaml};

fn options(format: DocumentFormat) -> CheckOptions {
    CheckOptions { format, ..CheckOptions::default() }
}

fn exported(text: &str, from: DocumentFormat, to: DocumentFormat) -> String {
    let exported = manifest(text, &options(from), to).unwrap_or_else(|refused| panic!("{refused}: {text}"));
    exported.text().expose().to_owned()
}

#[test]
fn a_manifest_keeps_all_but_the_secrets() {
    let text = "# The lookup.\ndata_action: a1\nparent_scope: global\ndescription: CRM\nvariables:\n  # cxvars: ignore[CX207] later\n  \
        - {name: region, type: string, value: \"\"}\n  - name: api-token # rotated\n    type: string\n    value: |\n      \
        hunter2\n      hunter3\n    # sent as it is\n    encrypted: true\n  - name: old\n    state: absent\n";
    let expected = text.replace("value: |\n      hunter2\n      hunter3", "value_from: {env: CXV_API_TOKEN}");
    assert_eq!(exported(text, Yaml, Yaml), expected);
    let jsonc = exported(text, Yaml, Jsonc);
    for kept in [
        "\"data_action\": \"a1\"",
        "\"parent_scope\": \"global\"",
        "// rotated",
        "// cxvars: ignore[CX207] later",
        "// sent as it is",
    ] {
        assert!(jsonc.contains(kept), "{kept}\n{jsonc}");
    }
    assert!(!jsonc.contains("hunter"));
    assert!(jsonc.contains("\"value_from\": {\"env\": \"CXV_API_TOKEN\"},"), "{jsonc}");
}

#[test]
fn two_variables_never_have_the_same_reference() {
    let variable = |name: &str| serde_json::json!({"name": name, "type": "string", "value": "x", "encrypted": true});
    let mut list: Vec<_> = ["a-b", "a_b", "A.b", "a_b_2", "ключ", "клич", "", "a_b"].map(variable).to_vec();
    list.push(serde_json::json!({"name": "c", "type": "string", "value_from": {"env": "CXV_A_B_3"}}));
    let text = exported(&serde_json::Value::from(list).to_string(), Json, Json);
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names: Vec<_> =
        read.as_array().unwrap().iter().map(|one| one["value_from"]["env"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    assert_eq!(&names[..3], ["CXV_A_B", "CXV_A_B_2", "CXV_A_B_4"]);
    let is_valid =
        |name: &String| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    assert!(names.iter().all(is_valid), "{names:?}");
}

#[test]
fn what_looks_like_a_secret_is_replaced_too_and_said() {
    let token = ["ghp_", "Zk3vQ9xT7mB2nR8wL5pY1cH6Zk3vQ9xT7mB2"].concat();
    let text = format!("# was hunter2\nkey={token}\nurl=https://crm.example.com\npin='hunter2' # cxvars: encrypted\n");
    let result = manifest(&text, &options(Env), Yaml).unwrap();
    let expected = "# was hunter2\n- name: key\n  type: string\n  value_from: {env: CXV_KEY}\n- name: url\n  type: string\n  \
        value: https://crm.example.com\n- name: pin\n  type: string\n  value_from: {env: CXV_PIN}\n  encrypted: true\n";
    assert_eq!(result.text().expose(), expected);
    let notes: Vec<_> = result.notes().iter().map(|note| note.message.as_str()).collect();
    assert_eq!(
        notes,
        [
            "the comment in line 1 holds the value of `pin`: delete it",
            "`key` in line 2 is not encrypted, but its value looks like a secret: it was replaced",
        ]
    );
}

#[test]
fn no_layout_and_no_mistake_keeps_a_secret() {
    for (text, format) in [
        ("- name: a\n  type: string\n  encrypted: true\n  ? value\n  : hunter2\n", Yaml),
        ("- {name: a, type: string, encrypted: true, value: hunter2}\n", Yaml),
        ("- name: a\n  type: string\n  encrypted: true\n  value:\n  - hunter2\n", Yaml),
        ("- name: a\n  type: string\n  encrypted: yes\n  value: hunter2\n", Yaml),
        ("- name: a\n  type: string\n  encrypted: true\n  value: >+\n    hunter2\n\n", Yaml),
        (r#"[{"name": "a", "encrypted": true, "value": "x", "value": "hunter2"}]"#, Json),
        (r#"[{"name": "a", "encrypted": true, "value_from": {"env": "A"}, "value": "hunter2"}]"#, Json),
        (r#"[{"name": "a", "encrypted": true, "state": "absent", "value": "hunter2"}]"#, Json),
        (r#"[{"name": "a", "encrypted": 1, "value": ["hunter2"]}, 3, {"encrypted": true, "value": "hunter2"}]"#, Json),
    ] {
        for to in [Json, Jsonc, Yaml] {
            let result = exported(text, format, to);
            assert!(!result.contains("hunter2"), "{result}");
            let valid = check(text.as_bytes(), &options(format)).is_valid();
            assert!(!valid || check(result.as_bytes(), &options(to)).is_valid(), "{result}");
        }
    }
    assert_eq!(manifest("A=1", &options(Env), Env).err(), Some(Refused::CannotHold { format: ".env" }));
    assert_eq!(manifest("[{", &options(Json), Yaml).err(), Some(Refused::Unread { line: 1 }));
}

#[test]
fn the_service_is_sent_what_it_stores() {
    let text = "variables:\n  - name: a\n    type: integer\n    value: 3\n    encrypted: true\n    scope: global\n  - name: b\n    \
        value_from: {env: B}\n  - name: c\n    state: absent\n";
    let result = wire(text, &options(Yaml)).unwrap();
    let expected = serde_json::json!({"variables": [
        {"name": "a", "type": "integer", "value": "3", "encrypted": true, "scope": "global"},
        {"name": "b", "type": "string", "value": "", "encrypted": false, "scope": "action"},
    ]});
    assert_eq!(serde_json::from_str::<serde_json::Value>(result.text().expose()).unwrap(), expected);
    let notes: Vec<_> = result.notes().iter().map(|note| note.message.as_str()).collect();
    assert_eq!(
        notes,
        ["`b` in line 7 is empty: its value comes from elsewhere", "`c` in line 9 was left out: it is to be removed"]
    );
    assert_eq!(wire("variables: []\n", &options(Yaml)).unwrap().text().expose(), "{\n  \"variables\": []\n}\n");
}
