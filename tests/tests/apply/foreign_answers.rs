//! Services that write the same action in another way than this program would.

use cxvars_tests::process::{ForeignService, Output, Reply, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Map, Value, json};

/// One variable of every type.
const DOCUMENT: &str = r#"{"parent_scope": "global", "variables": [
    {"name": "text", "type": "string", "value": "007"},
    {"name": "limit", "type": "integer", "value": "9007199254740993"},
    {"name": "active", "type": "boolean", "value": "true"},
    {"name": "shape", "type": "object", "value": "{\"b\": 1, \"a\": [true, \"é\"]}", "scope": "global"},
    {"name": "note", "type": "string", "value": ""}
]}"#;

fn run(service: &ForeignService, workspace: &Workspace, args: &[&str]) -> (Output, String) {
    let before = service.methods().len();
    let output = workspace.run(args);
    (output, service.methods().split_off(before).trim().to_owned())
}

const APPLY: [&str; 7] = ["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"];
const PLAN: [&str; 6] = ["plan", ACTION, "-f", "vars.json", "--detailed-exitcode", "--resolve"];

fn outcome(output: &Output) -> Value {
    output.json()["results"][0]["outcome"].clone()
}

/// An action whose variables are these.
fn action(variables: &str) -> Reply {
    Reply::json(200, format!(r#"{{"id": "{ACTION}", "name": "CRM", "variables": {variables}}}"#))
}

/// The same action, each of its variables changed by `edit`.
fn edited(variables: &str, edit: impl Fn(&mut Map<String, Value>)) -> Reply {
    let mut list: Vec<Map<String, Value>> = serde_json::from_str(variables).unwrap();
    list.iter_mut().for_each(edit);
    action(&serde_json::to_string(&list).unwrap())
}

/// The value as the JSON value that its text is, unless its type is string.
fn typed(variable: &mut Map<String, Value>) {
    if variable["type"] != "string" {
        let value = serde_json::from_str(variable["value"].as_str().unwrap()).unwrap();
        variable.insert("value".to_owned(), value);
    }
}

fn without(field: &'static str, default: Value) -> impl Fn(&mut Map<String, Value>) {
    move |variable| {
        if variable[field] == default {
            variable.remove(field);
        }
    }
}

fn null(field: &'static str, default: Value) -> impl Fn(&mut Map<String, Value>) {
    move |variable| {
        if variable[field] == default {
            variable.insert(field.to_owned(), Value::Null);
        }
    }
}

#[test]
fn the_same_variables_in_another_form_are_applied_once_and_then_unchanged() {
    type Edit = Box<dyn Fn(&mut Map<String, Value>) + Send>;
    let forms: [(&str, Edit); 11] = [
        ("typed values", Box::new(typed)),
        (
            "capital type and scope",
            Box::new(|variable| {
                for field in ["type", "scope"] {
                    let word = variable[field].as_str().unwrap().to_uppercase();
                    variable.insert(field.to_owned(), word.into());
                }
            }),
        ),
        ("null for empty", Box::new(null("value", json!("")))),
        ("nothing for empty", Box::new(without("value", json!("")))),
        ("null for not encrypted", Box::new(null("encrypted", json!(false)))),
        ("nothing for not encrypted", Box::new(without("encrypted", json!(false)))),
        ("null for the default scope", Box::new(null("scope", json!("action")))),
        ("nothing for the default scope", Box::new(without("scope", json!("action")))),
        (
            "fields of its own",
            Box::new(|variable| {
                variable.insert("id".to_owned(), json!(7));
                variable.insert("description".to_owned(), Value::Null);
            }),
        ),
        (
            "numbers with a fraction",
            Box::new(|variable| {
                if variable["type"] == "integer" {
                    let text = format!("{}.0", variable["value"].as_str().unwrap());
                    variable.insert("value".to_owned(), text.into());
                }
            }),
        ),
        (
            "booleans with a capital",
            Box::new(|variable| {
                if variable["type"] == "boolean" {
                    variable.insert("value".to_owned(), "True".into());
                }
            }),
        ),
    ];
    for (form, edit) in forms {
        let service = ForeignService::storing(move |variables| edited(variables, &edit));
        let workspace = Workspace::for_url(&service.url());
        workspace.write("vars.json", DOCUMENT);
        let (output, methods) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), methods.as_str()), (json!("applied"), "POST GET PUT GET"), "{form}: {output:?}");
        let verified = output.json()["results"][0]["verified"]["full"].as_array().unwrap().len();
        assert_eq!(verified, 5, "{form}");
        let (output, methods) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), methods.as_str()), (json!("unchanged"), "POST GET"), "{form}: {output:?}");
        workspace.run(&PLAN).exits(0);
        // A plan file made from one form holds for another.
        workspace.write("other.json", DOCUMENT.replace("\"007\"", "\"008\""));
        workspace.run(&["plan", ACTION, "-f", "other.json", "--resolve", "--out", "plan.json"]).exits(0);
        workspace.run(&["apply", "--plan", "plan.json"]).exits(0);
        let pulled = workspace.run(&["pull", ACTION]);
        pulled.exits(0).prints(&["9007199254740993"]);
    }
}

#[test]
fn a_number_that_lost_a_digit_and_a_text_that_became_a_number_are_no_match() {
    for (from, to) in [("\"9007199254740993\"", "9007199254740992"), ("\"007\"", "7")] {
        let service = ForeignService::storing(move |variables| action(&variables.replace(from, to)));
        let workspace = Workspace::for_url(&service.url());
        workspace.write("vars.json", DOCUMENT);
        let (output, _) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), output.code), (json!("mismatch"), Some(7)), "{to}");
    }
}

#[test]
fn the_text_around_the_json_does_not_matter() {
    type Wrap = fn(&str) -> Reply;
    let wraps: [Wrap; 3] = [
        |variables| Reply::json(200, format!("\u{feff}{{\"id\": 7, \"variables\": {variables}}}")),
        |variables| Reply::of(200, "text/plain", format!("\r\n{{\"name\": \"x\", \"variables\": {variables}}}\n")),
        // Nothing for the empty list, as a serializer that leaves out what is empty.
        |variables| match variables {
            "[]" => Reply::json(200, "{\"id\": \"x\", \"variables\": null}"),
            _ => action(variables),
        },
    ];
    for wrap in wraps {
        let service = ForeignService::storing(wrap);
        let workspace = Workspace::for_url(&service.url());
        workspace.write("vars.json", DOCUMENT);
        assert_eq!(outcome(&run(&service, &workspace, &APPLY).0), "applied");
        assert_eq!(outcome(&run(&service, &workspace, &APPLY).0), "unchanged");
        let heads = service.seen().into_iter().map(|seen| seen.head.to_ascii_lowercase());
        assert!(heads.into_iter().all(|head| head.contains("accept-encoding: identity")));
    }
}

/// A service that answers every GET like this and counts them.
fn answers(reply: impl Fn() -> Reply + Send + 'static) -> (ForeignService, Workspace) {
    let service = ForeignService::start(move |request| match request.method.as_str() {
        "POST" => Reply::token(),
        _ => reply(),
    });
    let workspace = Workspace::for_url(&service.url());
    workspace.write("vars.json", DOCUMENT);
    (service, workspace)
}

#[test]
fn a_part_or_far_too_much_is_refused_after_one_request() {
    let page = |field: &str| {
        format!(r#"{{"id": "x", "variables": [{{"name": "a", "type": "string", "value": "1"}}], {field}}}"#)
    };
    let replies = [
        (Reply::json(200, page("\"nextLink\": \"/page/2\"")), "nextLink"),
        (Reply::json(200, page("\"links\": {\"next\": \"/2\"}")), "links.next"),
        (Reply::json(200, page("\"has_more\": true")), "has_more"),
        (Reply::json(200, page("\"total\": 2")), "total"),
        (Reply::json(200, page("\"pagination\": {\"pageNumber\": 1, \"pageCount\": 3}")), "pagination.pageCount"),
        (Reply::json(200, page("\"x\": 1")).with("link", "</2>; rel=\"next\""), "Link"),
        (Reply::json(200, page(&format!("\"x\": \"{}\"", "x".repeat(9 << 20)))), "8 MiB"),
    ];
    for (reply, word) in replies {
        let (service, workspace) = answers(move || reply.clone());
        let (output, methods) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), methods.as_str()), (json!("refused"), "POST GET"), "{word}");
        assert_eq!(output.code, Some(4));
        let message = output.json()["results"][0]["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(word), "{message}");
        workspace.run(&["pull", ACTION]).exits(4);
    }
}

#[test]
fn what_cannot_be_read_is_named_and_nothing_is_sent() {
    for (reply, words) in [
        (action(r#"[{"name": "a", "type": "string", "value": "hunter2"}, {"name": "b"}]"#), &["variables[1].type"][..]),
        (
            action(r#"[{"name": "a", "type": "string", "value": "hunter2", "encrypted": 1}]"#),
            &["variables[0].encrypted"],
        ),
        (action("{}"), &["`variables`"]),
        (Reply::of(200, "text/html", "<body>hunter2, log in</body>"), &["HTML", "login page", "base_url"]),
        (Reply::json(200, "<!doctype html><html>hunter2"), &["HTML", "base_url"]),
        (Reply::json(200, "{}"), &["not the JSON of a Data Action", "base_url"]),
        (Reply::json(200, "\u{1f}x").with("content-encoding", "gzip"), &["gzip"]),
    ] {
        let (service, workspace) = answers(move || reply.clone());
        let (output, methods) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), output.code), (json!("unavailable"), Some(5)), "{words:?} {output:?}");
        assert_eq!(methods, "POST GET");
        let error = output.json()["results"][0]["error"].clone();
        let text = format!("{} {}", error["message"], error["advice"]);
        assert!(words.iter().all(|word| text.contains(word)) && !text.contains("hunter2"), "{words:?}: {text}");
    }
}

#[test]
fn a_redirect_names_the_host_that_it_leads_to_and_no_more() {
    for (location, words) in [
        ("https://user:pw@login.example.com:8443/path?token=hunter2", "to the host `login.example.com`"),
        ("//login.example.com/x", "to the host `login.example.com`"),
        ("/login?token=hunter2", "within the same host"),
    ] {
        let reply = Reply::json(302, "").with("location", location);
        let (service, workspace) = answers(move || reply.clone());
        let (output, methods) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), methods.as_str()), (json!("refused"), "POST GET"));
        let error = output.json()["results"][0]["error"].to_string();
        assert!(error.contains(words) && !error.contains("hunter2") && !error.contains("pw"), "{error}");
        assert!(!error.contains("8443"), "{error}");
    }
}

#[test]
fn a_mask_is_never_carried_over_as_a_value() {
    let masked = [
        r#"{"name": "kept", "type": "string", "value": "********"}"#,
        r#"{"name": "kept", "type": "string", "value": "••••••", "encrypted": null}"#,
        r#"{"name": "kept", "type": "string", "value": "[REDACTED]", "encrypted": false}"#,
        r#"{"name": "kept", "type": "string", "value": "****", "encrypted": true}"#,
        r#"{"name": "kept", "type": "string", "value": null, "encrypted": true}"#,
    ];
    for body in ["variables_only", "merge_full"] {
        for roundtrip in ["refuse", "echo", "mask-keeps"] {
            for variable in masked {
                // With mask-keeps, the mask of what is encrypted is the way to keep it.
                if roundtrip == "mask-keeps" && variable.contains("****\", \"encrypted\": true") {
                    continue;
                }
                let (service, workspace) = answers(move || action(&format!("[{variable}]")));
                workspace.profile(&format!("encrypted_roundtrip = \"{roundtrip}\"\nbody = \"{body}\""));
                let (output, methods) = run(&service, &workspace, &APPLY);
                assert_eq!(
                    (outcome(&output), methods.as_str()),
                    (json!("conflict"), "POST GET"),
                    "{roundtrip} {variable}"
                );
                assert_eq!(output.code, Some(6));
                assert!(output.json()["results"][0]["error"]["message"].as_str().unwrap().contains("`kept`"));
            }
        }
    }
}

#[test]
fn a_service_that_masks_although_it_was_said_to_echo_ends_in_the_truth() {
    for keeps in [true, false] {
        let mut variables = r#"[{"name": "token", "type": "string", "value": "x", "encrypted": true}]"#.to_owned();
        let service = ForeignService::start(move |request| {
            let masked = |variables: &str| {
                edited(variables, |variable| {
                    if variable.get("encrypted") == Some(&json!(true)) {
                        variable.insert("value".to_owned(), json!("********"));
                    }
                })
            };
            match request.method.as_str() {
                "POST" => Reply::token(),
                "PUT" if keeps => {
                    variables = serde_json::from_str::<Value>(&request.body).unwrap()["variables"].to_string();
                    Reply::json(504, "")
                }
                "PUT" => Reply::json(504, ""),
                _ => masked(&variables),
            }
        });
        let mut workspace = Workspace::for_url(&service.url());
        workspace.env("NEW_TOKEN", "new-secret-value").profile("encrypted_roundtrip = \"echo\"\nmax_attempts = 1");
        workspace.write(
            "vars.json",
            r#"[{"name": "token", "type": "string", "encrypted": true, "value_from": {"env": "NEW_TOKEN"}}]"#,
        );
        // Nothing that can be read differs, so nobody can know.
        let (output, _) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), output.code), (json!("unknown"), Some(7)), "{keeps}: {output:?}");
    }
}

#[test]
fn what_is_carried_over_keeps_every_field_to_the_digit() {
    let kept = concat!(
        r#"{"id": 12345678901234567890123, "name": "kept", "type": "Object", "value": {"n": 1.50, "é": "\u00e9"}, "#,
        r#""description": "for \"all\"", "tags": [ 1.0e3 ], "encrypted": null}"#
    );
    let code = r#"{"big": 12345678901234567890123, "float": 1.0}"#;
    for body in ["variables_only", "merge_full"] {
        let reply = Reply::json(200, format!(r#"{{"id": "x", "code": {code}, "variables": [{kept}]}}"#));
        let (service, workspace) = answers(move || reply.clone());
        workspace.profile(&format!("body = \"{body}\""));
        run(&service, &workspace, &APPLY);
        let put = service.puts().remove(0);
        assert!(put.contains(kept), "{put}");
        assert_eq!(put.contains(code), body == "merge_full", "{put}");
        assert!(serde_json::from_str::<Value>(&put).is_ok(), "{put}");
    }
}

#[test]
fn tags_that_differ_in_their_writing_are_the_same_tag() {
    // The tag of a PUT is strong, the tag of a GET is weak or has the suffix of a coding.
    for weak in ["W/\"TAG\"", "\"TAG-gzip\"", "W/\"TAG--gzip\""] {
        let (mut variables, mut revision, mut reads) = ("[]".to_owned(), 1, 0);
        let service = ForeignService::start(move |request| match request.method.as_str() {
            "POST" => Reply::token(),
            "PUT" => {
                variables = serde_json::from_str::<Value>(&request.body).unwrap()["variables"].to_string();
                variables = variables.replace("first-secret", "********");
                revision += 1;
                action(&variables).with("etag", &format!("\"r{revision}\""))
            }
            _ => {
                reads += 1;
                let tag = if reads % 2 == 0 {
                    format!("\"r{revision}\"")
                } else {
                    weak.replace("TAG", &format!("r{revision}"))
                };
                action(&variables).with("etag", &tag)
            }
        });
        let mut workspace = Workspace::for_url(&service.url());
        workspace.env("TOKEN_VALUE", "first-secret");
        workspace.write(
            "vars.json",
            r#"[{"name": "token", "type": "string", "encrypted": true, "value_from": {"env": "TOKEN_VALUE"}}]"#,
        );
        assert_eq!(outcome(&run(&service, &workspace, &APPLY).0), "applied", "{weak}");
        for _ in 0..2 {
            let (output, methods) = run(&service, &workspace, &APPLY);
            assert_eq!((outcome(&output), methods.as_str()), (json!("unchanged"), "POST GET"), "{weak}");
        }
    }
}

#[test]
fn the_scopes_of_a_token_are_read_in_every_form() {
    for (scope, is_granted) in [
        ("\"dataactions:read,dataactions:write\"", true),
        ("[\"dataactions:read\", \"dataactions:write\"]", true),
        ("\"\"", true),
        ("null", true),
        ("\"dataactions:read\"", false),
        ("[\"dataactions:read\"]", false),
    ] {
        let service = ForeignService::start(move |request| match request.method.as_str() {
            "POST" => Reply::json(200, format!("\u{feff}{{\"access_token\": \"t0ken-value\", \"scope\": {scope}}}")),
            _ => action("[]"),
        });
        let workspace = Workspace::for_url(&service.url());
        workspace.write("vars.json", r#"{"variables": []}"#);
        let (output, _) = run(&service, &workspace, &APPLY);
        let expected = if is_granted { ("unchanged", 0) } else { ("refused", 4) };
        assert_eq!((outcome(&output), output.code), (json!(expected.0), Some(expected.1)), "{scope} {output:?}");
    }
}

#[test]
fn a_token_answer_that_says_error_shows_it_whatever_its_status() {
    for status in [200, 400, 401] {
        let reply = Reply::json(status, r#"{"error": "invalid_scope", "error_description": "scope is not known"}"#);
        let service = ForeignService::start(move |_| reply.clone());
        let workspace = Workspace::for_url(&service.url());
        workspace.write("vars.json", DOCUMENT);
        let (output, methods) = run(&service, &workspace, &APPLY);
        assert_eq!((outcome(&output), methods.as_str()), (json!("refused"), "POST"), "{status}");
        assert_eq!(
            (output.code, output.json()["results"][0]["error"]["code"].clone()),
            (Some(4), json!("invalid_scope"))
        );
    }
    // Trouble on the way is no wrong secret.
    for status in [408, 425, 429] {
        let mut tries = 0;
        let service = ForeignService::start(move |request| match request.method.as_str() {
            "POST" if tries < 2 => {
                tries += 1;
                Reply::json(status, "")
            }
            "POST" => Reply::token(),
            _ => action("[]"),
        });
        let workspace = Workspace::for_url(&service.url());
        workspace.write("vars.json", r#"{"variables": []}"#);
        assert_eq!(outcome(&run(&service, &workspace, &APPLY).0), "unchanged", "{status}");
        assert_eq!(service.methods(), "POST POST POST GET", "{status}");
    }
}

#[test]
fn an_update_of_unknown_fate_is_recognised_in_another_form() {
    let mut variables = "[]".to_owned();
    let (mut puts, mut reads) = (0, 0);
    let service = ForeignService::start(move |request| match request.method.as_str() {
        "POST" => Reply::token(),
        "PUT" => {
            variables = serde_json::from_str::<Value>(&request.body).unwrap()["variables"].to_string();
            puts += 1;
            Reply::json(504, "")
        }
        // Nothing can be read until the run is over.
        _ if puts > 0 && reads < 2 => {
            reads += 1;
            Reply::json(401, "")
        }
        _ => edited(&variables, |variable| {
            typed(variable);
            variable.insert("type".to_owned(), variable["type"].as_str().unwrap().to_uppercase().into());
        }),
    });
    let workspace = Workspace::for_url(&service.url());
    workspace.write("vars.json", DOCUMENT);
    let (output, _) = run(&service, &workspace, &APPLY);
    assert_eq!((outcome(&output), output.code), (json!("unknown"), Some(7)), "{output:?}");
    workspace.run(&["reconcile"]).exits(0).prints(&["applied"]);
    assert_eq!(outcome(&run(&service, &workspace, &APPLY).0), "unchanged");
}

#[test]
fn where_tags_are_ignored_they_change_nothing_but_if_match() {
    for guarded in [false, true] {
        let (mut variables, mut answers) = ("[]".to_owned(), 0);
        let service = ForeignService::start(move |request| {
            answers += 1;
            match request.method.as_str() {
                "POST" => return Reply::token(),
                "PUT" => {
                    variables = serde_json::from_str::<Value>(&request.body).unwrap()["variables"].to_string();
                    variables = variables.replace("first-secret", "********");
                }
                _ => {}
            }
            // Every node has tags of its own.
            action(&variables).with("etag", &format!("\"node-{answers}\""))
        });
        let mut workspace = Workspace::for_url(&service.url());
        workspace.env("TOKEN_VALUE", "first-secret");
        workspace.profile(if guarded { "etag = \"ignore\"\nconcurrency = \"if_match\"" } else { "etag = \"ignore\"" });
        workspace.write(
            "vars.json",
            r#"[{"name": "token", "type": "string", "encrypted": true, "value_from": {"env": "TOKEN_VALUE"}}]"#,
        );
        assert_eq!(outcome(&run(&service, &workspace, &APPLY).0), "applied");
        assert_eq!(outcome(&run(&service, &workspace, &APPLY).0), "unchanged");
        workspace.run(&PLAN).exits(0);
        let put = service.seen().into_iter().find(|seen| seen.method == "PUT").unwrap();
        assert_eq!(put.head.to_lowercase().contains("if-match: \"node-2\""), guarded, "{}", put.head);
    }
}

#[test]
fn a_page_of_a_gateway_is_called_that_whatever_its_status() {
    for status in [403, 404] {
        let reply = Reply::of(status, "text/html", "<html><body>hunter2</body></html>");
        let (service, workspace) = answers(move || reply.clone());
        let (output, _) = run(&service, &workspace, &APPLY);
        let error = output.json()["results"][0]["error"].to_string();
        assert!(error.contains("HTML page") && !error.contains("hunter2"), "{error}");
        assert_eq!(output.code, Some(4), "{status}");
    }
}
