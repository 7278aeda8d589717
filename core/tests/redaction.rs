//! Whatever stands in a document and however broken it is, no value comes out of a check.

use cxvars_core::check::{check, readable_text};
use cxvars_core::options::CheckOptions;
use cxvars_core::render::json_v1::FileReport;
use cxvars_core::render::text::{self, Color};
use cxvars_core::render::{Checked, Format};
use proptest::prelude::*;

const CANARY: &str = "CANARY-7f3a9c";

/// Everything that a user could see of a check.
fn everything_shown(input: &[u8]) -> String {
    everything_shown_with(input, &CheckOptions::default())
}

fn everything_shown_with(input: &[u8], options: &CheckOptions) -> String {
    let report = check(input, options);
    let source = readable_text(input);
    let json = serde_json::to_string(&FileReport::new("vars.json", source, &report)).expect("a report is JSON");
    format!(
        "{json}\n{}\n{}\n{report:?}",
        text::render("vars.json", source, &report, Color::Off),
        Format::Concise.part(Checked { path: "vars.json", text: source, report: &report }, Color::Off)
    )
}

/// A document with the canary in every place where a value may stand, and mistakes around it. No single edit makes a
/// name or a key of it: those may be shown.
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
        r#""CANARY-7f3a9c""#,
        r#"{"name":7,"type":"string","value":"CANARY-7f3a9c"}"#,
    ]
    .join(",\n")
}

#[test]
fn a_value_in_the_wrong_place_is_never_shown() {
    let text = format!("{{\"parent_scope\": \"{CANARY}\", \"variables\": [\n{}\n]}}", document());
    let shown = everything_shown(text.as_bytes());
    assert!(shown.contains("CX202") && shown.contains("CX601"));
    assert!(!shown.contains(CANARY), "{shown}");
}

#[test]
fn the_search_itself_finds_a_canary() {
    let shown =
        everything_shown(format!("[{{\"name\": \"{CANARY}\", \"type\": \"string\", \"value\": \"x\"}}]").as_bytes());
    assert!(shown.contains(CANARY), "a name may be shown, so the search has something to find");
}

#[cfg(feature = "contracts")]
#[test]
fn a_broken_contract_shows_nothing_of_the_value() {
    use std::sync::Arc;

    use cxvars_core::contract::Contract;
    use serde_json::{Value, json};

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
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Bytes are removed and put in anywhere, so that quotes and brackets no longer match and a value may look like a
    /// key or a name.
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
        // An edit may cut the canary in two; a longer part of it counts as well.
        for part in [CANARY, &CANARY[..9], &CANARY[4..]] {
            prop_assert!(!shown.contains(part), "{text}\n---\n{shown}");
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        everything_shown(&bytes);
    }
}
