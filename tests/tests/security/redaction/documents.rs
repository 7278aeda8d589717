//! A check never shows a value, whatever the document contains and however broken it is.

use std::sync::Arc;

use cxvars_core::check::check;
use cxvars_core::options::CheckOptions;
use cxvars_core::options::contract::Contract;
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::reader::readable_text;
use cxvars_core::render::text::Color;
use cxvars_core::render::{File, Format};
use cxvars_tests::campaign::Size;
use proptest::prelude::*;
use serde_json::{Value, json};

const CANARY: &str = "CANARY-7f3a9c";
const CASES: Size = Size { usual: 500, campaign: 2_000 };

/// Everything that a check can output: the report in every format, and its debug output.
fn everything_shown(input: &[u8]) -> String {
    everything_shown_of(input, DocumentFormat::Json)
}

fn everything_shown_of(input: &[u8], format: DocumentFormat) -> String {
    let mut options = CheckOptions::default();
    options.format = format;
    everything_shown_with(input, &options)
}

fn everything_shown_with(input: &[u8], options: &CheckOptions) -> String {
    let report = check(input, options);
    let source = readable_text(input);
    let file = File::new("vars.json", source, &report);
    let renderings = Format::all().map(|format| format.part(&file, Color::Off)).collect::<Vec<_>>();
    format!("{}\n{report:?}", renderings.join("\n"))
}

/// A document with mistakes, and with the canary in every place that may hold a value. No single edit turns the canary
/// into a name or a key, which may be shown.
fn document() -> String {
    [
        r#"{"name":"a","type":"integer","value":"CANARY-7f3a9c"}"#,
        r#"{"name":"b","type":"CANARY-7f3a9c","value":"x"}"#,
        r#"{"name":"c","type":"string","value":"x","scope":"CANARY-7f3a9c"}"#,
        r#"{"name":"d","type":"object","value":"{\"CANARY-7f3a9c\": CANARY-7f3a9c"}"#,
        r#"{"name":"e","type":"boolean","value":"CANARY-7f3a9c","state":"CANARY-7f3a9c"}"#,
        r#"{"name":"f","type":"string","value":"CANARY-7f3a9c","encrypted":"CANARY-7f3a9c"}"#,
        r#"{"name":"g","type":"string","value":["CANARY-7f3a9c",{"x":"CANARY-7f3a9c"}]}"#,
        r#"{"name":"h","type":"string","value_from":{"env":["CANARY-7f3a9c"]}}"#,
        r#"{"name":"i","type":"string","value":"CANARY-7f3a9c","value_from":{"env":"A"}}"#,
        r#"{"name":"i","type":"string","colour":"CANARY-7f3a9c","value":"CANARY-7f3a9c"}"#,
        r#"{"name":"j","type":"string","value":" https://user:CANARY-7f3a9c@example.com "}"#,
        r#"{"name":"k","type":"string","value":"Bearer CANARY-7f3a9c.CANARY-7f3a9c","encrypted":false}"#,
        r#"{"name":"l","type":"string","value":"CANARY-7f3a9c","encrypted":true,"secret_version":"CANARY-7f3a9c"}"#,
        r#""CANARY-7f3a9c""#,
        r#"{"name":7,"type":"string","value":"CANARY-7f3a9c"}"#,
    ]
    .join(",\n")
}

#[test]
fn a_value_in_the_wrong_place_is_never_shown() {
    let text = format!("{{\"parent_scope\": \"{CANARY}\", \"variables\": [\n{}\n]}}", document());
    let shown = everything_shown(text.as_bytes());
    assert!(["CX202", "CX206", "CX501", "CX502", "CX601"].iter().all(|code| shown.contains(code)));
    assert!(!shown.contains(CANARY), "{shown}");
}

/// A YAML document with the canary in every place that may hold a value, or something meant as one.
const YAML: &str = "\
# CANARY-7f3a9c
parent_scope: CANARY-7f3a9c # CANARY-7f3a9c
variables: # CANARY-7f3a9c
  - name: a
    type: integer
    value: CANARY-7f3a9c # CANARY-7f3a9c
  - name: b
    type: object
    value: | # CANARY-7f3a9c
      {\"k\": \"CANARY-7f3a9c\",
        CANARY-7f3a9c}
      CANARY-7f3a9c
    encrypted: CANARY-7f3a9c
  - {name: c, type: 'CANARY-7f3a9c', scope: \"CANARY-7f3a9c\", value: x, state: CANARY-7f3a9c}
  - name: d
    type: >- # CANARY-7f3a9c
      CANARY-7f3a9c
      CANARY-7f3a9c
    value: x
    CANARY: x
  - name: | # CANARY-7f3a9c
      e
    type: integer
    value: first
      CANARY-7f3a9c
      \"CANARY-7f3a9c
  - name: f
    type: string
    value: [CANARY-7f3a9c, {x: CANARY-7f3a9c}, 'CANARY-7f3a9c']
  - name: f
    type: string
    value: x
  - name: h
    type: string
    value_from: {enw: CANARY-7f3a9c}
  - name: i
    type: string
    value_from: CANARY-7f3a9c
    value: 1
";

/// Lines that stop the reader or are refused.
const BROKEN_YAML: [&str; 14] = [
    "value: {CANARY-7f3a9c}",
    "value: {CANARY-7f3a9c, CANARY-7f3a9c}",
    "value: &CANARY-7f3a9c x",
    "value: *CANARY-7f3a9c",
    "value: !CANARY-7f3a9c x",
    "value: !!CANARY-7f3a9c x",
    "value: CANARY-7f3a9c: x",
    "value: x: CANARY-7f3a9c",
    "value: >CANARY-7f3a9c",
    "value: @CANARY-7f3a9c",
    "value: \"x\" CANARY-7f3a9c",
    "value: \"CANARY-7f3a9c",
    "? CANARY-7f3a9c",
    "? [CANARY-7f3a9c]",
];

const ENV: &str = "\
# CANARY-7f3a9c
#TOKEN=CANARY-7f3a9c
# cxvars: type=integer scope=CANARY-7f3a9c
A=CANARY-7f3a9c # CANARY-7f3a9c
# cxvars: type=CANARY-7f3a9c
A='x' # CANARY-7f3a9c
C=\"x
CANARY-7f3a9c
\" # cxvars: type=integer encrypted=CANARY-7f3a9c
d-e=\"\\n CANARY-7f3a9c\" # cxvars: scop=CANARY-7f3a9c
# cxvars: type=object
F={\"a\": CANARY-7f3a9c
";

/// Lines that cannot be read.
const BROKEN_ENV: [&str; 4] = ["CANARY-7f3a9c", "A=\"CANARY-7f3a9c", "A=\"x\"CANARY-7f3a9c", "A=\"\\CANARY-7f3a9c\""];

#[test]
fn a_value_in_yaml_or_env_is_never_shown() {
    for (text, format, codes) in [
        (
            YAML,
            DocumentFormat::Yaml,
            &["CX002", "CX004", "CX007", "CX103", "CX201", "CX202", "CX204", "CX301", "CX601"][..],
        ),
        (ENV, DocumentFormat::Env, &["CX002", "CX004", "CX101", "CX103", "CX201", "CX202", "CX204", "CX301"][..]),
    ] {
        let shown = everything_shown_of(text.as_bytes(), format);
        assert!(!shown.contains(CANARY), "{shown}");
        for code in codes {
            assert!(shown.contains(code), "{code}\n{shown}");
        }
        assert!(!shown.contains("CX001"), "{shown}");
    }
    for list in [
        "- name: a # CANARY-7f3a9c\n  type: string\n  value:\n    CANARY-7f3a9c: 1\n    CANARY-7f3a9c: 2\n",
        "- {name: a, type: string, value: {CANARY-7f3a9c: 1, CANARY-7f3a9c: 2}, CANARY: [{CANARY-7f3a9c: 1}]}\n",
        "- CANARY-7f3a9c\n- 'CANARY-7f3a9c'\n- - CANARY-7f3a9c\n",
    ] {
        let shown = everything_shown_of(list.as_bytes(), DocumentFormat::Yaml);
        assert!(shown.contains("CX002") && !shown.contains(CANARY), "{shown}");
    }
    for line in BROKEN_YAML {
        let text = format!("- name: a\n  type: integer\n  value: 3\n- name: b\n  type: string\n  {line}\n- name: a\n");
        let shown = everything_shown_of(text.as_bytes(), DocumentFormat::Yaml);
        assert!(shown.contains("CX001") && !shown.contains(CANARY), "{line}\n{shown}");
    }
    for line in BROKEN_ENV {
        let text = format!("_A=1\n{line}\nA=\n");
        let shown = everything_shown_of(text.as_bytes(), DocumentFormat::Env);
        assert!(shown.contains("CX001") && !shown.contains(CANARY), "{line}\n{shown}");
    }
}

#[test]
fn a_comment_in_jsonc_is_never_shown() {
    let text = format!("[ /* {CANARY}\n {CANARY} */ 3, // {CANARY}\n 4 /* {CANARY} */]");
    let shown = everything_shown_of(text.as_bytes(), DocumentFormat::Jsonc);
    assert!(shown.contains("CX002") && !shown.contains(CANARY), "{shown}");
}

#[test]
fn the_search_itself_finds_a_canary() {
    let shown =
        everything_shown(format!("[{{\"name\": \"{CANARY}\", \"type\": \"string\", \"value\": \"x\"}}]").as_bytes());
    assert!(shown.contains(CANARY), "a name may be shown, so the search has something to find");
}

#[test]
fn a_broken_contract_shows_nothing_of_the_value() {
    let object = json!({CANARY: CANARY, "known": [CANARY, CANARY, {CANARY: null}]});
    let schemas = [
        json!({"additionalProperties": false, "properties": {"known": {"items": false}}}),
        json!({"additionalProperties": {"type": "integer"}}),
        json!({"unevaluatedProperties": {"const": 3}, "minProperties": 9, "maxProperties": 0}),
        json!({"propertyNames": {"pattern": "^[a-z]+$"}, "required": ["other"]}),
        json!({"propertyNames": {"enum": ["known"]}, "dependentRequired": {"known": ["other"]}}),
        json!({"patternProperties": {"^C": {"enum": ["x"]}, "3a": {"maxLength": 2, "minLength": 40, "pattern": "^x"}}}),
        json!({"properties": {"known": {"uniqueItems": true, "contains": {"const": 1}, "minItems": 7, "maxItems": 1}}}),
        json!({"properties": {"known": {"prefixItems": [true], "items": {"type": ["object", "null"]}}}}),
        json!({"properties": {"known": {"prefixItems": [true], "unevaluatedItems": false}}}),
        json!({"anyOf": [{"additionalProperties": false}, {"required": ["x"]}], "not": {"required": ["known"]}}),
        json!({"oneOf": [{"properties": {"known": {"const": [1]}}}, {"maxProperties": 1}], "if": true, "then": false}),
        json!({"oneOf": [{}, {"type": "object"}], "allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {"const": {}}}}),
        json!({"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"known": ["other"]},
            "additionalProperties": {"format": "uuid", "contentEncoding": "base64", "contentMediaType": "application/json"}}),
    ];
    for (schema, flag) in schemas.iter().flat_map(|schema| [(schema, false), (schema, true)]) {
        let contract = Contract::new(&schema.to_string(), "x.json").expect("a schema");
        let mut options = CheckOptions::default();
        options.contracts.insert("a".to_owned(), Arc::new(contract));
        let text: Value = json!([{"name": "a", "type": "object", "encrypted": flag, "value": serde_json::to_string(&object).unwrap()}]);
        let shown = everything_shown_with(serde_json::to_string_pretty(&text).unwrap().as_bytes(), &options);
        assert!(shown.contains("CX205"), "{schema}");
        assert!(!shown.contains(CANARY), "{schema}: {shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES.get() as u32))]

    /// Removes, inserts and replaces characters anywhere, so that quotes and brackets no longer match and a value may
    /// look like a key or a name.
    #[test]
    fn a_value_is_not_shown_however_broken_the_text_is(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, "[\\[\\]{}:,\"\\\\x\n ]"), 1..6),
        cut in any::<prop::sample::Index>(),
        truncate in any::<bool>(),
    ) {
        let mut text: Vec<char> = format!("{{\"variables\": [\n{}\n]}}", document()).chars().collect();
        for (at, kind, inserted) in edits {
            let at = at.index(text.len());
            match kind {
                0 => drop(text.remove(at)),
                1 => text.insert(at, inserted.chars().next().unwrap()),
                _ => text[at] = inserted.chars().next().unwrap(),
            }
        }
        if truncate {
            text.truncate(cut.index(text.len()));
        }
        let text: String = text.into_iter().collect();
        let shown = everything_shown(text.as_bytes());
        // An edit may cut the canary in two, so its longer parts must not be shown either.
        for part in [CANARY, &CANARY[..9], &CANARY[4..]] {
            prop_assert!(!shown.contains(part), "{text}\n---\n{shown}");
        }
    }

    /// Removes, inserts or replaces one character anywhere, or truncates the text. Any quote, indentation or colon may
    /// be missing.
    #[test]
    fn a_value_is_not_shown_after_one_slip(
        at in any::<prop::sample::Index>(),
        kind in 0..4_u8,
        slip in "[\\[\\]{}:,\"'\\\\x\n #|>&*!?%@=\t-]",
        is_yaml in any::<bool>(),
    ) {
        let (text, format) = if is_yaml { (YAML, DocumentFormat::Yaml) } else { (ENV, DocumentFormat::Env) };
        let mut text: Vec<char> = text.chars().collect();
        let at = at.index(text.len());
        let slip = slip.chars().next().unwrap();
        match kind {
            0 => drop(text.remove(at)),
            1 => text.insert(at, slip),
            2 => text[at] = slip,
            _ => text.truncate(at + 1),
        }
        let text: String = text.into_iter().collect();
        let shown = everything_shown_of(text.as_bytes(), format);
        for part in [CANARY, &CANARY[..9], &CANARY[4..]] {
            prop_assert!(!shown.contains(part), "{text}\n---\n{shown}");
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in [DocumentFormat::Json, DocumentFormat::Jsonc, DocumentFormat::Yaml, DocumentFormat::Env] {
            everything_shown_of(&bytes, format);
        }
    }
}
