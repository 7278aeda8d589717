//! Services whose PUT is answered with success although nothing was stored, or stored in a way that cannot be read.

use cxvars_tests::process::{ForeignService, Reply, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 7] = ["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"];

/// A document in which only a secret differs from what is stored, so that no read can show whether a PUT was applied; and
/// one in which a text differs as well.
const DOCUMENTS: [&str; 2] = [
    r#"[{"name": "pin", "type": "string", "encrypted": true, "value_from": {"env": "PIN"}}]"#,
    r#"[{"name": "pin", "type": "string", "encrypted": true, "value_from": {"env": "PIN"}},
        {"name": "region", "type": "string", "value": "north"}]"#,
];

const STORED: &str = r#"{"id": "x", "name": "CRM", "variables": [
    {"name": "pin", "type": "string", "encrypted": true, "value": "********"}]}"#;

/// A service that stores nothing and answers each PUT like this.
fn storing_nothing(document: &str, reply: Reply) -> (ForeignService, Workspace) {
    let service = ForeignService::start(move |request| match request.method.as_str() {
        "POST" => Reply::token(),
        "PUT" => reply.clone(),
        _ => Reply::json(200, STORED),
    });
    let mut workspace = Workspace::for_url(&service.url());
    workspace.env("PIN", "first-secret").profile("settle_s = 0");
    workspace.write("vars.json", document);
    (service, workspace)
}

fn result(workspace: &Workspace) -> Value {
    workspace.run(&APPLY).json()["results"][0].clone()
}

#[test]
fn a_page_for_a_browser_is_no_sign_that_a_put_reached_the_service() {
    for reply in [
        Reply::of(200, "text/html; charset=utf-8", "<body>log in</body>"),
        Reply::json(201, "<!DOCTYPE html><html><body>log in</body></html>"),
    ] {
        for document in DOCUMENTS {
            let (service, workspace) = storing_nothing(document, reply.clone());
            for _ in 0..2 {
                let result = result(&workspace);
                assert_eq!(result["outcome"], "unknown", "{result}");
                let message = result["error"]["message"].to_string();
                assert!(message.contains("HTML page") && message.contains("may not have reached"), "{message}");
            }
            assert_eq!(service.puts().len(), 2);
        }
    }
}

#[test]
fn a_failure_in_the_body_is_a_failure_in_whatever_case_and_form() {
    for body in [
        json!({"Success": false}),
        json!({"success": "false"}),
        json!({"is_success": false}),
        json!({"IsSuccess": false, "Message": "x"}),
        json!({"Error": {"message": "quota"}}),
        json!({"Errors": ["quota"]}),
    ] {
        for document in DOCUMENTS {
            let (_service, workspace) = storing_nothing(document, Reply::json(200, body.to_string()));
            let result = result(&workspace);
            assert_eq!(result["outcome"], "refused", "{body}: {result}");
        }
    }
    let (_service, workspace) = storing_nothing(DOCUMENTS[0], Reply::json(200, r#"{"errors": ["over the quota"]}"#));
    assert!(result(&workspace)["error"]["message"].to_string().contains("over the quota"));
}

#[test]
fn what_was_stored_and_cannot_be_read_ends_the_run_once_it_has_settled() {
    let mut stored = false;
    let service = ForeignService::start(move |request| match request.method.as_str() {
        "POST" => Reply::token(),
        "GET" if stored => Reply::json(200, STORED.replace("true", "\"yes\"")),
        "GET" => Reply::json(200, STORED),
        _ => {
            stored = true;
            Reply::json(204, "")
        }
    });
    let mut workspace = Workspace::for_url(&service.url());
    workspace.env("PIN", "first-secret").profile("settle_s = 0");
    workspace.write("vars.json", DOCUMENTS[0]);
    let result = result(&workspace);
    assert_eq!((&result["outcome"], service.methods().as_str()), (&json!("unknown"), "POST GET PUT GET"), "{result}");
    let message = result["error"]["message"].to_string();
    assert!(message.contains("variables[0].encrypted"), "{message}");
}

#[test]
fn a_redirect_may_follow_a_stored_update_and_is_decided_by_reading() {
    for (status, stores, outcome, methods) in [
        (303, true, "applied", "POST GET PUT GET"),
        (303, false, "refused", "POST GET PUT GET"),
        (302, false, "refused", "POST GET PUT"),
        (307, false, "refused", "POST GET PUT"),
        (308, false, "refused", "POST GET PUT"),
    ] {
        let mut stored = STORED.replace("[", r#"[{"name": "region", "type": "string", "value": "south"}, "#);
        let service = ForeignService::start(move |request| match request.method.as_str() {
            "POST" => Reply::token(),
            "GET" => Reply::json(200, stored.clone()),
            _ => {
                if stores {
                    stored = stored.replace("south", "north");
                }
                Reply::json(status, "").with("location", "/elsewhere")
            }
        });
        let mut workspace = Workspace::for_url(&service.url());
        workspace.env("PIN", "first-secret").profile("settle_s = 0");
        workspace.write("vars.json", DOCUMENTS[1]);
        let result = result(&workspace);
        assert_eq!((&result["outcome"], service.methods().as_str()), (&json!(outcome), methods), "{status}: {result}");
    }
    let (_service, workspace) = storing_nothing(DOCUMENTS[0], Reply::json(303, "").with("location", "/elsewhere"));
    assert_eq!(result(&workspace)["outcome"], "unknown");
}

#[test]
fn a_put_that_is_too_early_is_not_called_throttling() {
    let (_service, workspace) = storing_nothing(DOCUMENTS[0], Reply::json(425, "").with("retry-after", "900"));
    workspace.profile("deadline_s = 20");
    let message = result(&workspace)["error"]["message"].to_string();
    assert!(message.contains("(425)") && !message.contains("429"), "{message}");
}

#[test]
fn a_token_answer_that_cannot_be_read_is_called_what_it_is() {
    for (reply, word) in [
        (Reply::json(200, "\u{1f}x").with("content-encoding", "gzip"), "gzip"),
        (Reply::json(200, format!(r#"{{"x": "{}"}}"#, "x".repeat(9 << 20))), "more than 8 MiB"),
        (Reply::of(200, "text/html", "<html></html>"), "a page for a browser"),
    ] {
        let service = ForeignService::start(move |_| reply.clone());
        let workspace = Workspace::for_url(&service.url());
        workspace.write("vars.json", r#"{"variables": []}"#);
        let message = result(&workspace)["error"]["message"].to_string();
        assert!(message.contains(word), "{word}: {message}");
        assert_eq!(service.methods(), "POST");
    }
}

#[test]
fn the_report_says_of_nothing_that_it_was_read_back_that_was_only_answered() {
    let variables = |body: &str| serde_json::from_str::<Value>(body).unwrap()["variables"].clone();
    for (profile, words) in [("", "read back: 1 value matches"), ("verify = \"response\"", "answered: 1 value matches")]
    {
        let mut stored = json!([]);
        let service = ForeignService::start(move |request| {
            match request.method.as_str() {
                "POST" => return Reply::token(),
                "PUT" => stored = variables(&request.body),
                _ => {}
            }
            Reply::json(200, json!({"id": "x", "variables": stored}).to_string())
        });
        let workspace = Workspace::for_url(&service.url());
        workspace.profile(profile);
        workspace.write("vars.json", r#"[{"name": "region", "type": "string", "value": "north"}]"#);
        workspace.run(&APPLY[..5]).exits(0).prints(&[words]);
    }
}

#[test]
fn somebody_elses_change_beside_a_put_of_unknown_fate_saves_the_old_secret() {
    let mut stored = STORED.to_owned();
    let service = ForeignService::start(move |request| match request.method.as_str() {
        "POST" => Reply::token(),
        "GET" => Reply::json(200, stored.clone()),
        _ => {
            stored = stored.replace("[", r#"[{"name": "theirs", "type": "string", "value": "x"}, "#);
            Reply::json(504, "")
        }
    });
    let mut workspace = Workspace::for_url(&service.url());
    workspace.env("PIN", "first-secret");
    workspace.write("vars.json", DOCUMENTS[1]);
    workspace.run(&APPLY[..5]).exits(6).prints(&["conflict", "DO NOT revoke the old pin"]);
}
