//! Any schema is refused or used. Nothing panics, and no part of a value is shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cxvars_core::check::check;
use cxvars_core::options::CheckOptions;
use cxvars_core::options::contract::Contract;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const CANARY: &str = "CANARY-7f3a9c";
const CASES: u32 = 2000;

/// Keywords with valid values, and a few with invalid ones.
fn keyword() -> impl Strategy<Value = (&'static str, Value)> {
    select(vec![
        ("type", json!("integer")),
        ("type", json!(["string", "null"])),
        ("enum", json!(["a", 3])),
        ("const", json!(null)),
        ("required", json!(["a", "b"])),
        ("pattern", json!("^[a-z]+$")),
        ("pattern", json!("(a+)+$")),
        ("pattern", json!("(?=x)")),
        ("pattern", json!("\\p{L}{1,9}")),
        ("format", json!("uuid")),
        ("minimum", json!(1e300)),
        ("exclusiveMaximum", json!(-1)),
        ("multipleOf", json!(0.3)),
        ("multipleOf", json!(0)),
        ("minLength", json!(40)),
        ("maxLength", json!(2)),
        ("minItems", json!(2)),
        ("maxItems", json!(0)),
        ("uniqueItems", json!(true)),
        ("minProperties", json!(9)),
        ("maxProperties", json!(1)),
        ("minContains", json!(2)),
        ("$ref", json!("#")),
        ("$ref", json!("#/properties/a")),
        ("$ref", json!("#/$defs/a")),
        ("$ref", json!("https://example.com/a")),
        ("$dynamicRef", json!("#a")),
        ("$dynamicAnchor", json!("a")),
        ("$id", json!("https://example.com/b")),
        ("$schema", json!("http://json-schema.org/draft-07/schema#")),
        ("contentEncoding", json!("base64")),
        ("dependentRequired", json!({"a": ["b"]})),
        ("additionalProperties", json!(false)),
        ("unevaluatedProperties", json!(false)),
        ("unevaluatedItems", json!(false)),
        ("items", json!("a")),
    ])
}

fn schema() -> impl Strategy<Value = Value> {
    let schemas = select(vec![
        "not",
        "if",
        "then",
        "else",
        "items",
        "contains",
        "additionalProperties",
        "propertyNames",
        "unevaluatedProperties",
        "unevaluatedItems",
        "additionalItems",
    ]);
    let lists = select(vec!["allOf", "anyOf", "oneOf", "prefixItems", "items"]);
    let maps =
        select(vec!["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"]);
    let leaf = prop_oneof![
        1 => select(vec![json!(true), json!(false), json!("a")]),
        9 => prop::collection::vec(keyword(), 0..3).prop_map(object),
    ];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let member = prop_oneof![
            3 => keyword(),
            2 => (schemas.clone(), inner.clone()),
            1 => (lists.clone(), prop::collection::vec(inner.clone(), 1..3).prop_map(Value::from)),
            2 => (maps.clone(), prop::collection::hash_map("[ab]|C", inner, 1..3).prop_map(|members| json!(members))),
        ];
        prop::collection::vec(member, 1..4).prop_map(object)
    })
}

fn object(members: Vec<(&str, Value)>) -> Value {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn value() -> impl Strategy<Value = Value> {
    let scalars = vec![json!(CANARY), json!(format!("{CANARY}-2")), json!(3), json!(1.5), json!(null), json!(true)];
    let leaf = select(scalars);
    let inner = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(key(), inner, 0..3).prop_map(|members| json!(members)),
        ]
    });
    prop::collection::hash_map(key(), inner, 0..4).prop_map(|members| json!(members))
}

fn key() -> impl Strategy<Value = String> {
    select(vec!["a".to_owned(), "b".to_owned(), CANARY.to_owned(), format!("{CANARY}-2")])
}

#[test]
fn any_schema_is_refused_or_used_without_a_panic_and_nothing_of_the_value_is_told() {
    static USED: AtomicUsize = AtomicUsize::new(0);
    static BROKEN: AtomicUsize = AtomicUsize::new(0);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    proptest!(config, |(schema in schema(), value in value(), encrypted: bool)| {
        let Ok(contract) = Contract::new(&schema.to_string(), "x.json") else { return Ok(()) };
        USED.fetch_add(1, Ordering::Relaxed);
        let mut options = CheckOptions::default();
        options.contracts.insert("v".to_owned(), Arc::new(contract));
        let text = json!([{"name": "v", "type": "object", "encrypted": encrypted, "value": value.to_string()}]);
        let report = check(text.to_string().as_bytes(), &options);
        BROKEN.fetch_add(usize::from(!report.is_valid()), Ordering::Relaxed);
        prop_assert!(report.diagnostics().iter().all(|finding| finding.code == "CX205" || finding.code.starts_with("CX5")));
        let said = format!("{report:?}");
        prop_assert!(!said.contains(CANARY), "{schema} {value} {said}");
    });
    // Some schemas are used, and some values break them.
    let (used, broken) = (USED.load(Ordering::Relaxed), BROKEN.load(Ordering::Relaxed));
    assert!(used > CASES as usize / 10 && broken > used / 10, "{used} used, {broken} broken");
}
