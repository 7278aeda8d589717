//! The published JSON Schema and the rules agree on the structure of a document.
//!
//! Valid documents are generated and then damaged. The schema accepts a document exactly if the rules on structure find
//! nothing. What a schema cannot express, such as that names are unique, is left to the other rules.

use std::collections::BTreeSet;

use cxvars_core::check::check;
use cxvars_core::manifest::schema::{self, Draft};
use cxvars_core::options::CheckOptions;
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// The rules on structure. CX003 is missing, because the values that a schema validates have no duplicate fields.
const STRUCTURAL: [&str; 10] =
    ["CX002", "CX004", "CX005", "CX101", "CX102", "CX105", "CX201", "CX301", "CX401", "CX601"];

/// The codes of the rules on structure that fire for a document.
fn findings(document: &Value) -> BTreeSet<String> {
    let report = check(document.to_string().as_bytes(), &CheckOptions::default());
    let codes = report.diagnostics().iter().map(|finding| finding.code.to_string());
    codes.filter(|code| STRUCTURAL.contains(&code.as_str())).collect()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("the schema is valid")
}

/// A valid reference, such as `{"env": "A"}`.
fn reference() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"env": "A"}),
        json!({"file": "secrets/a"}),
        json!({"param": "region"}),
        json!({"command": "pass"}),
        json!({"vault": {"path": "kv/a", "key": "token"}}),
    ])
}

fn variable() -> impl Strategy<Value = Value> {
    let source = prop_oneof![
        3 => select(vec!["", "3", "true", "{}", "text"]).prop_map(|value| json!({"value": value})),
        1 => reference().prop_map(|reference| json!({"value_from": reference})),
        1 => select(vec![json!({"state": "absent"}), json!({"state": "absent", "value": "ignored"})]),
    ];
    let types = select(vec!["string", "integer", "boolean", "object"]);
    let scopes = prop::option::of(select(vec!["global", "template", "action"]));
    let fields = ("[A-Za-z][A-Za-z0-9_]{0,4}", types, source, prop::option::of(any::<bool>()), scopes, any::<bool>());
    fields.prop_map(|(name, of_type, mut variable, encrypted, scope, versioned)| {
        variable["name"] = json!(name);
        if variable.get("state").is_none() || versioned {
            variable["type"] = json!(of_type);
        }
        if let Some(encrypted) = encrypted {
            variable["encrypted"] = json!(encrypted);
        }
        if let Some(scope) = scope {
            variable["scope"] = json!(scope);
        }
        if versioned {
            variable["secret_version"] = json!("7");
        }
        variable
    })
}

fn valid_document() -> impl Strategy<Value = Value> {
    let parts = (prop::collection::vec(variable(), 0..4), any::<bool>(), any::<[bool; 3]>());
    parts.prop_map(|(variables, bare, [scope, action, description])| {
        if bare {
            return json!(variables);
        }
        let mut document = json!({"variables": variables});
        let fields =
            [(scope, "parent_scope", "global"), (action, "data_action", "a1"), (description, "description", "")];
        for (_, field, value) in fields.into_iter().filter(|(wanted, ..)| *wanted) {
            document[field] = json!(value);
        }
        document
    })
}

/// A value for a place where it may not belong.
fn odd() -> impl Strategy<Value = Value> {
    let scalars = [json!(null), json!(true), json!("true"), json!(3), json!(1.5)];
    let words =
        ["", "x", "absent", "present", "string", "Integer", "action", "env", "_a", "1a", "a-b", "größe", "a\n", "a b"];
    let containers = [
        json!([]),
        json!([3]),
        json!({}),
        json!({"env": ""}),
        json!({"env": 3}),
        json!({"enw": "A"}),
        json!({"file": "", "env": "A"}),
        json!({"file": "a", "param": "b"}),
        json!({"file": ""}),
        json!({"file": []}),
        json!({"param": ""}),
        json!({"param": null}),
        json!({"command": ""}),
        json!({"command": {"a": "b"}}),
        json!({"vault": "kv/a"}),
        json!({"vault": {}}),
        json!({"vault": {"path": "kv/a"}}),
        json!({"vault": {"key": "token"}}),
        json!({"vault": {"path": "", "key": "token"}}),
        json!({"vault": {"path": "kv/a", "key": ""}}),
        json!({"vault": {"path": 3, "key": "token"}}),
        json!({"vault": {"path": "kv/a", "key": true}}),
        json!({"vault": {"path": "kv/a", "key": "token", "version": "1"}}),
        json!({"variables": []}),
        json!({"name": "a", "type": "string", "value": "x"}),
    ];
    let all = scalars.into_iter().chain(words.map(Value::from)).chain(containers).collect::<Vec<_>>();
    prop_oneof![4 => select(all), 1 => reference()]
}

/// One change to a document.
#[derive(Clone, Debug)]
enum Damage {
    /// A field of a variable is replaced, added, or removed.
    Field(Index, &'static str, Option<Value>),
    /// A field of the document is replaced, added, or removed.
    Top(&'static str, Option<Value>),
    /// A value is inserted into the list.
    Element(Index, Value),
    /// The list is repeated, or cut, until it has this many elements.
    Many(usize),
    /// The list is wrapped in a second object.
    Nested,
    /// The document is replaced.
    Document(Value),
}

fn damage() -> impl Strategy<Value = Damage> {
    let fields =
        vec!["name", "type", "value", "encrypted", "scope", "value_from", "secret_version", "state", "colour", "Name"];
    let value_from = (any::<Index>(), odd()).prop_map(|(at, odd)| Damage::Field(at, "value_from", Some(odd)));
    let name = (any::<Index>(), select(vec!["", "_a", "1a", "a-b", "größe", "a b", "a\n"]))
        .prop_map(|(at, name)| Damage::Field(at, "name", Some(json!(name))));
    prop_oneof![
        1 => name,
        8 => (any::<Index>(), select(fields), prop::option::weighted(0.8, odd())).prop_map(|(at, field, odd)| Damage::Field(at, field, odd)),
        3 => value_from,
        2 => (select(vec!["variables", "parent_scope", "data_action", "description", "vars"]), prop::option::weighted(0.8, odd()))
            .prop_map(|(field, odd)| Damage::Top(field, odd)),
        1 => (any::<Index>(), odd()).prop_map(|(at, odd)| Damage::Element(at, odd)),
        1 => (49..=52_usize).prop_map(Damage::Many),
        1 => Just(Damage::Nested),
        1 => odd().prop_map(Damage::Document),
    ]
}

/// The list of variables, if the document still has one.
fn list(document: &mut Value) -> Option<&mut Vec<Value>> {
    match document {
        Value::Array(list) => Some(list),
        Value::Object(fields) => fields.get_mut("variables")?.as_array_mut(),
        _ => None,
    }
}

fn set(fields: &mut Map<String, Value>, field: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(fields.insert(field.to_owned(), value)),
        None => drop(fields.remove(field)),
    }
}

fn apply(document: &mut Value, damage: Damage) {
    match damage {
        Damage::Field(at, field, value) => {
            let Some(list) = list(document).filter(|list| !list.is_empty()) else { return };
            let at = at.index(list.len());
            list[at].as_object_mut().into_iter().for_each(|fields| set(fields, field, value.clone()));
        }
        Damage::Top(field, value) => {
            document.as_object_mut().into_iter().for_each(|fields| set(fields, field, value.clone()));
        }
        Damage::Element(at, value) => {
            if let Some(list) = list(document) {
                list.insert(at.index(list.len() + 1), value);
            }
        }
        Damage::Many(count) => {
            if let Some(list) = list(document).filter(|list| !list.is_empty()) {
                *list = list.iter().cloned().cycle().take(count).collect();
            }
        }
        Damage::Nested => {
            if let Value::Object(fields) = document
                && let Some(list) = fields.remove("variables")
            {
                fields.insert("variables".to_owned(), json!({"variables": list}));
            }
        }
        Damage::Document(value) => *document = value,
    }
}

fn document() -> impl Strategy<Value = Value> {
    let damages = prop_oneof![2 => Just(0..1), 3 => Just(1..2), 1 => Just(2..4)];
    let damages = damages.prop_flat_map(|count| prop::collection::vec(damage(), count));
    (valid_document(), damages).prop_map(|(mut document, damages)| {
        damages.into_iter().for_each(|damage| apply(&mut document, damage));
        document
    })
}

/// This many documents, the same in every run.
fn documents(count: usize) -> Vec<Value> {
    let mut runner = TestRunner::deterministic();
    let strategy = document();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("nothing is rejected").current()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn the_schema_accepts_exactly_what_the_rules_on_structure_accept(document in document()) {
        thread_local! {
            static VALIDATORS: [Validator; 2] = Draft::ALL.map(|draft| validator(&schema::manifest(draft)));
        }
        let findings = findings(&document);
        VALIDATORS.with(|validators| {
            for validator in validators {
                prop_assert_eq!(validator.is_valid(&document), findings.is_empty(), "{:?}: {}", findings, document);
            }
            Ok(())
        })?;
    }
}

#[test]
fn the_documents_are_of_every_kind() {
    let found: Vec<BTreeSet<String>> = documents(3000).iter().map(findings).collect();
    let valid = found.iter().filter(|codes| codes.is_empty()).count();
    assert!((600..2400).contains(&valid), "{valid} of {}", found.len());
    for code in STRUCTURAL {
        let alone = BTreeSet::from([code.to_owned()]);
        assert!(found.contains(&alone), "{code} alone is never what is wrong");
    }
}

/// JSON pointers to all keywords by which a schema restricts a document, outermost first.
fn keywords(schema: &Value, at: &str, is_schema: bool, found: &mut Vec<String>) {
    const ANNOTATIONS: [&str; 8] =
        ["$schema", "$id", "$defs", "definitions", "title", "description", "default", "examples"];
    let Value::Object(members) = schema else { return };
    for (key, value) in members {
        let here = format!("{at}/{key}");
        let holds_schemas = is_schema && ["properties", "$defs", "definitions"].contains(&key.as_str());
        // Words are texts; `type` beside them is for editors.
        let says_it_of_words = key == "type" && (members.contains_key("enum") || members.contains_key("const"));
        if is_schema && !says_it_of_words && !ANNOTATIONS.contains(&key.as_str()) && key != "properties" {
            found.push(here.clone());
        }
        match value {
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, item)| keywords(item, &format!("{here}/{index}"), true, found));
            }
            _ => keywords(value, &here, !holds_schemas, found),
        }
    }
}

#[test]
fn a_schema_without_any_one_of_its_keywords_is_told_apart() {
    let documents: Vec<(Value, bool)> =
        documents(12_000).into_iter().map(|document| (document.clone(), findings(&document).is_empty())).collect();
    for draft in Draft::ALL {
        let schema = schema::manifest(draft);
        let mut pointers = Vec::new();
        keywords(&schema, "", true, &mut pointers);
        assert!(pointers.len() > 30, "{pointers:?}");
        for pointer in pointers {
            let mut weakened = schema.clone();
            let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
            let parent =
                weakened.pointer_mut(parent).and_then(Value::as_object_mut).expect("a keyword stands in a schema");
            assert!(parent.remove(key).is_some());
            let validator = validator(&weakened);
            let disagrees = |(document, accepted): &(Value, bool)| validator.is_valid(document) != *accepted;
            assert!(documents.iter().any(disagrees), "nothing fails without {pointer}");
        }
    }
}

#[test]
fn both_drafts_are_valid_schemas_and_say_which_they_are() {
    for (draft, uri) in Draft::ALL
        .into_iter()
        .zip(["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"])
    {
        let schema = schema::manifest(draft);
        assert_eq!(schema["$schema"], uri);
        let problem = jsonschema::meta::validate(&schema).err().map(|error| error.to_string());
        assert_eq!(problem, None);
    }
    // The metaschema finds a mistake.
    let mut broken = schema::manifest(Draft::Draft7);
    broken["definitions"]["variable"]["required"] = json!("name");
    assert!(jsonschema::meta::validate(&broken).is_err());
}
