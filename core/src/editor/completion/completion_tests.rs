use std::collections::BTreeMap;

use super::*;
use crate::base::small_map::SmallMap;
use crate::options::CheckOptions;

/// What can be written at the mark `|` of a text: label and text to insert.
fn found(text: &str, format: DocumentFormat) -> Vec<(String, String)> {
    let owned = |text: &str| text.to_owned();
    let params: SmallMap<String, Vec<String>> =
        [(owned("dev"), vec![owned("region"), owned("no")]), (owned("prod"), vec![owned("region")])]
            .into_iter()
            .collect();
    let contracts = BTreeMap::from([(owned("limits"), owned("limits.json")), (owned("used"), owned("used.json"))]);
    let environment = [owned("CRM_TOKEN"), owned("CXONE_CLIENT_ID"), owned("cxone_secret")];
    let facts = Facts {
        params: Some(&params),
        contracts: Some(&contracts),
        environment_variables: &environment,
        ..Facts::default()
    };
    let offset = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    let options = CheckOptions { format, ..CheckOptions::default() };
    let items = completion(&Source::read(text.as_bytes(), &options), offset, &facts);
    items.into_iter().map(|item| (item.label, item.insert)).collect()
}

fn json() -> CheckOptions {
    CheckOptions { format: DocumentFormat::Json, ..CheckOptions::default() }
}

fn labels(text: &str, format: DocumentFormat) -> String {
    found(text, format).into_iter().map(|(label, _)| label).collect::<Vec<_>>().join(" ")
}

fn insert(text: &str, format: DocumentFormat, label: &str) -> String {
    let all = found(text, format);
    all.iter().find(|(other, _)| other == label).unwrap_or_else(|| panic!("{text}: {all:?}")).1.clone()
}

const OF_VARIABLE: &str = "name type value encrypted scope value_from secret_version state";

#[test]
fn keys_fit_the_level_and_are_not_repeated() {
    for (text, expected) in [
        ("{|}", "variables parent_scope data_action description"),
        (r#"{"variables": [], |}"#, "parent_scope data_action description"),
        (r#"{"variables": [{|}]}"#, OF_VARIABLE),
        (r#"[{|}]"#, OF_VARIABLE),
        (r#"[{"name": "a", "ty|"}]"#, "type value encrypted scope value_from secret_version state"),
        (r#"[{"name": "a", "ty|": "string"}]"#, "type value encrypted scope value_from secret_version state"),
        (r#"[{"value": "a", |}]"#, "name type encrypted scope secret_version state"),
        (r#"[{"name": "a", "value_from": {|}}]"#, "env file param command vault"),
        (r#"[{"value_from": {"env": "X", |}}]"#, ""),
        (r#"[{"value_from": {"vault": {"path": "x", |}}}]"#, "key"),
        (
            r#"{"variables": [{"name": "a", "type": "string", |"#,
            "value encrypted scope value_from secret_version state",
        ),
        (r#"{"other": {|}}"#, ""),
        (r#"[|]"#, "variable"),
        (r#"{"variables": |}"#, "variable"),
        (r#"{"variables": [{"name": "a", "type": "string", "value": "x"}, |]}"#, "variable"),
    ] {
        assert_eq!(labels(text, DocumentFormat::Json), expected, "{text}");
    }
    for (text, expected) in [
        ("|", "variables parent_scope data_action description variable"),
        ("variables: []\npa|", "parent_scope data_action description"),
        ("variables:\n  - |", &*format!("{OF_VARIABLE} variable")),
        ("variables:\n  - name: a\n    |", "type value encrypted scope value_from secret_version state"),
        ("variables:\n  - name: a\n    |\n    type: string\n", "value encrypted scope value_from secret_version state"),
        ("variables:\n  - name: a\n    ty|\n", "type value encrypted scope value_from secret_version state"),
        ("variables:\n  - name: a\n    value_from:\n      |", "env file param command vault"),
        ("variables:\n  - name: a\n    value_from: {|}", "env file param command vault"),
        ("variables:\n  - name: a\n    value_from:\n      vault:\n        |", "path key"),
        ("variables:\n  - name: a\n  |", "variable"),
        ("variables:\n  |", "variable"),
        ("variables: [|]", "variable"),
        ("variables: [{|}]", OF_VARIABLE),
        ("variables: |", "variable"),
        ("variables:|", "variable"),
        ("- name: a\n  value: |\n", ""),
        ("- name: a\n  type: string |\n", ""),
    ] {
        assert_eq!(labels(text, DocumentFormat::Yaml), expected, "{text}");
    }
}

#[test]
fn words_and_names_fit_their_key() {
    for (text, expected) in [
        (r#"[{"type": |}]"#, "string integer boolean object"),
        (r#"[{"type": "|"}]"#, "string integer boolean object"),
        (r#"[{"type": "in|, "value": "x"}]"#, "string integer boolean object"),
        (r#"[{"scope": "a"}, {"scope": |"#, "global template action"),
        (r#"{"parent_scope": |}"#, "global template action"),
        (r#"[{"encrypted": t|}]"#, "true false"),
        (r#"[{"state": |}]"#, "absent"),
        (r#"[{"value": "|"}]"#, ""),
        (r#"[{"type": "boolean", "value": "|"}]"#, "true false"),
        (r#"[{"type": "integer", "value": |}]"#, ""),
        (r#"[{"value_from": |}]"#, "env file param command vault"),
        (r#"[{"value_from": {"vault": |}}]"#, "path, key"),
        (r#"[{"value_from": {"env": "|"}}]"#, "CRM_TOKEN"),
        (r#"[{"value_from": {"param": "|"}}]"#, "no region"),
        (r#"[{"value_from": {"vault": {"path": "|"}}}]"#, ""),
        (r#"[{"name": "used"}, {"name": "|"}]"#, "limits"),
    ] {
        assert_eq!(labels(text, DocumentFormat::Json), expected, "{text}");
    }
    for (text, expected) in [
        ("- name: a\n  type: |\n  value: x\n", "string integer boolean object"),
        ("- name: a\n  type:|\n", "string integer boolean object"),
        ("- name: a\n  type: 'st|'\n", "string integer boolean object"),
        ("- name: a\n  encrypted: |", "true false"),
        ("- name: a\n  value_from: {param: |}", "no region"),
        ("- name: a\n  value: te|", ""),
        ("- type: boolean\n  value: |\n", "true false"),
        ("- name: a\n  value_from: |\n", "env file param command vault"),
        ("- name: a\n  value: b # type: |", ""),
    ] {
        assert_eq!(labels(text, DocumentFormat::Yaml), expected, "{text}");
    }
}

#[test]
fn what_is_inserted_is_written_as_the_format_and_the_text_need() {
    for (text, label, expected) in [
        ("[{|}]", "type", r#""type": "#),
        (r#"[{"ty|": "string"}]"#, "type", r#""type""#),
        (r#"[{"type": |}]"#, "integer", r#""integer""#),
        (r#"[{"encrypted": "|"}]"#, "true", "true"),
        ("[|]", "variable", r#"{"name": "", "type": "string", "value": ""}"#),
    ] {
        assert_eq!(insert(text, DocumentFormat::Json, label), expected, "{text}");
    }
    for (text, label, expected) in [
        ("- |", "type", "type: "),
        ("- ty|: string", "type", "type"),
        ("- type:|", "string", " string"),
        ("- type: \"|\"", "string", "\"string\""),
        ("- type: '|'", "string", "'string'"),
        ("- value_from: {param: |}", "no", "\"no\""),
        ("variables:\n  - |", "variable", "name: \n    type: string\n    value: \"\""),
        ("variables:\n  - name: a\n  |", "variable", "- name: \n    type: string\n    value: \"\""),
    ] {
        assert_eq!(insert(text, DocumentFormat::Yaml, label), expected, "{text}");
    }
}

#[test]
fn objects_are_written_with_what_belongs_in_them() {
    for (text, label, expected) in [
        (r#"[{"value_from": |}]"#, "env", r#"{"env": ""}"#),
        (r#"[{"value_from": |}]"#, "vault", r#"{"vault": {"path": "", "key": ""}}"#),
        (r#"[{"value_from": {"vault": |}}]"#, "path, key", r#"{"path": "", "key": ""}"#),
        (r#"{"variables": |}"#, "variable", r#"[{"name": "", "type": "string", "value": ""}]"#),
        (r#"[{"type": "boolean", "value": |}]"#, "true", "\"true\""),
    ] {
        assert_eq!(insert(text, DocumentFormat::Json, label), expected, "{text}");
    }
    for (text, label, expected) in [
        ("- value_from:|", "param", " {param: }"),
        ("- value_from: {vault: |}", "path, key", "{path: , key: }"),
        ("variables: [|]", "variable", "{name: , type: string, value: \"\"}"),
        ("variables:|", "variable", "\n  - name: \n    type: string\n    value: \"\""),
        ("variables:\r\n- |", "variable", "name: \r\n  type: string\r\n  value: \"\""),
        ("- type: boolean\n  value: |", "true", "\"true\""),
    ] {
        assert_eq!(insert(text, DocumentFormat::Yaml, label), expected, "{text}");
    }
}

#[test]
fn parts_to_fill_in_are_marked() {
    let text = "variables:\n  - ";
    let options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
    let all = completion(&Source::read(text.as_bytes(), &options), text.len(), &Facts::default());
    let item = all.iter().find(|item| item.label == "variable").unwrap();
    let stops: Vec<(&str, usize)> = item.stops.iter().map(|stop| (stop.of(&item.insert), stop.start())).collect();
    assert_eq!(stops, [("", 6), ("string", 17), ("", item.insert.len() - 1)]);
}

#[test]
fn a_missing_comma_is_written() {
    let text = "[\n  {\"name\": \"a\"\n   \"\"}\n  \n]";
    let source = Source::read(text.as_bytes(), &json());
    let after_line = completion(&source, text.find("\"\"").unwrap() + 1, &Facts::default());
    let edit = Edit { span: Span::point(text.find("\n   ").unwrap()), text: ",".to_owned() };
    assert!(
        !after_line.is_empty() && after_line.iter().all(|item| item.also.as_ref() == Some(&edit)),
        "{after_line:?}"
    );
    for (text, label, expected) in [
        (r#"[{"name": "a"|}]"#, "type", r#", "type": "#),
        (r#"[{"name": "a"}|]"#, "variable", r#", {"name": "", "type": "string", "value": ""}"#),
    ] {
        assert_eq!(insert(text, DocumentFormat::Json, label), expected, "{text}");
    }
    for (text, label, expected) in [
        ("[{\"type\": |\n\"value\": \"\"}]", "string", "\"string\","),
        (r#"[|{"name": "a"}]"#, "variable", r#"{"name": "", "type": "string", "value": ""},"#),
        (r#"[{"na| "value": ""}]"#, "name", r#""name": "#),
    ] {
        assert_eq!(insert(text, DocumentFormat::Json, label), expected, "{text}");
    }
    assert_eq!(labels(r#"[{"type": |"string"}]"#, DocumentFormat::Json), "");
    assert_eq!(labels(r#"[{"type": "string"}]|"#, DocumentFormat::Json), "");
    for text in ["[ // x|\n]", "[ /|/ x\n]", "[ /* |*/ ]"] {
        assert_eq!(labels(text, DocumentFormat::Jsonc), "", "{text}");
    }
    for text in ["[ /* x */|]", "[ |// x\n]"] {
        assert_eq!(labels(text, DocumentFormat::Jsonc), "variable", "{text}");
    }
    for text in [
        "variables:\n  - {name: a}|\n  - name: b\n",
        "- name: a\n  value_from:|\n    env: X\n",
        "variables:|\n- name: a\n",
        "variables:\n  - name: a\n|\n  - name: b\n",
        "- name: a # x |",
        "|  - name: a",
        "-| name: a",
        "- | name: a",
        "|# x",
    ] {
        assert_eq!(labels(text, DocumentFormat::Yaml), "", "{text}");
    }
    let followed = "[{\"na \"value\": \"\"}]";
    let found = completion(&Source::read(followed.as_bytes(), &json()), 5, &Facts::default());
    assert!(!found.is_empty() && found.iter().all(|item| item.needs_comma), "{found:?}");
    let complete = "[{\"name\": \"a\", \"\"}]";
    let found = completion(&Source::read(complete.as_bytes(), &json()), complete.len() - 3, &Facts::default());
    assert!(!found.is_empty() && found.iter().all(|item| item.also.is_none()), "{found:?}");
}

#[test]
fn notes_of_env_files_and_ignore_comments_are_completed() {
    for (text, expected) in [
        ("#|\nA=1\n", "cxvars:"),
        ("# cx|\nA=1\n", "cxvars:"),
        ("# cxvars:|\nA=1\n", "ignore"),
        ("# cxvars: |\nA=1\n", "type encrypted scope secret_version state ignore"),
        ("A=1 # cxvars: type=string |", "encrypted scope secret_version state"),
        ("# cxvars: ty| encrypted\nA=1\n", "type scope secret_version state"),
        ("# cxvars: type=|\nA=1\n", "string integer boolean object"),
        ("# cxvars: scope=ac|,encrypted\nA=1\n", "global template action"),
        ("# note: |", ""),
        ("A=|", ""),
        ("A=1\n|", "variable"),
        ("A=cxvars: |", ""),
    ] {
        assert_eq!(labels(text, DocumentFormat::Env), expected, "{text}");
    }
    assert_eq!(insert("# cxvars: |", DocumentFormat::Env, "type"), "type=");
    assert_eq!(insert("# cxvars: |", DocumentFormat::Env, "encrypted"), "encrypted");
    for (text, format) in [
        ("# cxvars: ignore[CX1|] x\n", DocumentFormat::Yaml),
        ("// cxvars: ignore[CX501, |", DocumentFormat::Jsonc),
        ("# cxvars: ignore[|", DocumentFormat::Env),
    ] {
        let codes = labels(text, format);
        assert!(codes.starts_with("CX002 ") && codes.contains("CX501") && !codes.contains("CX006"), "{text}: {codes}");
    }
    assert_eq!(labels("a: \"cxvars: ignore[|", DocumentFormat::Yaml), "");
    for (text, format) in [
        ("- name: a # cxvars: |\n", DocumentFormat::Yaml),
        ("# cxvars: ign|", DocumentFormat::Yaml),
        ("// cxvars: |\n[]", DocumentFormat::Jsonc),
    ] {
        assert_eq!(insert(text, format, "ignore"), "ignore[] reason", "{text}");
    }
    assert_eq!(labels("# cxvars: | reason\n", DocumentFormat::Yaml), "");
}

/// A text with a completion, and a value for a key that has none yet.
fn completed(text: &str, item: &Completion) -> String {
    let key = if item.insert.ends_with(": ") { "\"x\"" } else { "" };
    let comma = if item.needs_comma { "," } else { "" };
    let (before, after) = (&text[..item.span.start()], &text[item.span.end()..]);
    let mut result = format!("{before}{}{key}{comma}{after}", item.insert);
    if let Some(edit) = &item.also {
        result.replace_range(edit.span.start()..edit.span.end(), &edit.text);
    }
    result
}

#[test]
fn no_completion_at_any_place_damages_the_text() {
    let json = r#"{"parent_scope": "action", "variables": [
  {"name": "a", "type": "boolean", "value": "true", "encrypted": false},
  {"name": "b", "value_from": {"vault": {"path": "p", "key": "k"}}}
]}
"#;
    let jsonc =
        "// head\n{ \"variables\": [ // list\n {\"name\": \"a\",}, /* x */\n // cxvars: ignore[CX505] why\n], }\n";
    let yaml = "# c\nparent_scope: action\nvariables:\n  - name: a\n    type: 'boolean'\n\n  # cxvars: ignore[CX505] why\n  \
                - {name: f, value_from: {param: region}}\n  - name: t\n    value_from:\n      vault:\n        key: k\n";
    for (text, format) in [(json, DocumentFormat::Json), (jsonc, DocumentFormat::Jsonc), (yaml, DocumentFormat::Yaml)] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let options = CheckOptions { format, ..CheckOptions::default() };
            for offset in 0..=text.len() {
                for item in completion(&Source::read(text.as_bytes(), &options), offset, &Facts::default()) {
                    let result = completed(&text, &item);
                    let mistakes = Source::read(result.as_bytes(), &options).tree().syntax.len();
                    assert_eq!(mistakes, 0, "{offset} {item:?}\n{result}");
                }
            }
        }
    }
}
