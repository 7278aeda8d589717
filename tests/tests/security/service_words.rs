//! What a service says of the values that it was sent, in its messages.

use cxvars_tests::process::{ForeignService, Reply, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const SECRET: &str = "sk_live_9a8B7c6D5e4F3a2b";
const KEY: &str = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----";

const DOCUMENT: &str = r#"{"variables": [
    {"name": "limit", "type": "integer", "value": "3"},
    {"name": "region", "type": "string", "value": "able"},
    {"name": "token", "type": "string", "encrypted": true, "value_from": {"env": "THE_TOKEN"}},
    {"name": "key", "type": "string", "encrypted": true, "value_from": {"env": "THE_KEY"}}
]}"#;

/// Applies against a service that refuses the PUT with this message and id. Returns the error of the report, and all
/// that the run wrote.
fn refused_with(message: &str, id: &str) -> (Value, String) {
    let (body, id) = (json!({ "error": { "code": "INVALID", "message": message } }).to_string(), id.to_owned());
    let service = ForeignService::start(move |request| match request.method.as_str() {
        "POST" => Reply::token(),
        "PUT" => Reply::json(400, body.as_str()).with("x-correlation-id", &id),
        _ => Reply::json(200, "{\"id\": 1}"),
    });
    let mut workspace = Workspace::for_url(&service.url());
    workspace.env("THE_TOKEN", SECRET).env("THE_KEY", KEY);
    workspace.write("vars.json", DOCUMENT);
    let output = workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json", "-vv"]);
    output.exits(4);
    let error = output.json()["results"][0]["error"].clone();
    let written = format!("{}\n{}\n{}", output.stdout(), output.stderr(), workspace.read(".cxvars/audit.jsonl"));
    (error, written)
}

#[test]
fn a_part_of_a_secret_is_no_more_shown_than_the_whole() {
    for (message, parts) in [
        ("value 'sk_live_9a8B' is too long", &["9a8B"][..]),
        ("value sk_live_9a8B7c6... is too long", &["9a8B"]),
        ("value SK_LIVE_9A8B7C6D5E4F3A2B is too long", &["9A8B"]),
        ("SK_LIVE_9A is too long", &["9A"]),
        ("the end is ...D5e4F3a2b", &["D5e4F"]),
        ("line AQEFAASCBKcwggSjAgEAAoIB is no key", &["AQEF"]),
        ("line aqefaascbkcwgg is no key", &["aqef"]),
        ("the key MIIEvQIBADANBgkq is no key", &["MIIE"]),
        ("got c2tfbGl2ZV85YThCN2M2RDVl", &["c2tf"]),
        ("got 736B5F6C6976655F396138423763", &["736B"]),
        ("got \\u0073k, sk%5Flive%5F9a8B7c", &["9a8B"]),
        ("got sk\\u005flive\\u005f9\\u0061\\u0038B7\\u00636D5&#101;4F3a2b", &["6D5", "4F3"]),
    ] {
        let (error, written) = refused_with(message, "c0ffee-1");
        assert!(error["message"].as_str().unwrap().contains("[redacted]"), "{message}: {error}");
        assert!(parts.iter().all(|part| !written.contains(part)), "{message}: {written}");
    }
}

#[test]
fn short_values_damage_neither_ids_nor_words() {
    let (error, _) = refused_with("limit 3 is unavailable, see corr-3 and RFC-3.3; region able", "corr-3-able");
    assert_eq!(error["correlation_id"], "corr-3-able");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("limit [redacted] is unavailable, see corr-3 and RFC-3.3; region [redacted]"),
        "{message}"
    );
    // A secret is removed from an id as well.
    let (error, written) = refused_with("no", "corr-sk_live_9a8B7c6D5e4F3a2b");
    assert_eq!(error["correlation_id"], "corr-[redacted]");
    assert!(!written.contains("9a8B"), "{written}");
}
