//! The vendor's logins: the password grant with discovery, and access keys.

mod server;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cxvars_tests::document::{EXAMPLE, document, plain};
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::{ACTION, Expected, Registration};
use serde_json::{Value, json};

use self::server::{Received, Server};

const APPLIED: Expected<'_> =
    Expected { exit: 0, outcome: "applied", attempts: 1, methods: "GET POST GET GET PUT GET", commits: 1 };
const REFUSED: Expected<'_> = Expected { exit: 4, outcome: "refused", attempts: 0, methods: "GET", commits: 0 };
const UNAVAILABLE: Expected<'_> = Expected { exit: 5, outcome: "unavailable", ..REFUSED };

const APPLY: [&str; 5] = ["apply", ACTION, "-f", "vars.json", "--yes"];

const SECRETS: [(&str, &str); 4] = [
    ("CXONE_CLIENT_ID", "CANARY-client"),
    ("CXONE_CLIENT_SECRET", "CANARY-client-secret+/="),
    ("CXONE_ACCESS_KEY_ID", "CANARY-key=="),
    ("CXONE_ACCESS_KEY_SECRET", "CANARY-key&secret"),
];

/// A project that logs in as back ends do, at this issuer.
fn back_end(issuer: &str) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.profile(&format!("base = \"cxone-back-end\"\nissuer = \"{issuer}\"\n"));
    workspace.write("vars.json", EXAMPLE);
    for (name, value) in SECRETS {
        workspace.env(name, value);
    }
    workspace
}

fn faulty(fault: &Value, nth: u64) -> Value {
    json!([{"on": "discovery", "nth": nth, "fault": fault}])
}

#[test]
fn a_back_end_finds_token_endpoint_and_address() {
    let service = Sandbox::start(&json!([]));
    let workspace = back_end(&service.url());
    let run = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    run.is(APPLIED);
    let paths: Vec<_> = run.requests.iter().filter_map(|request| request["path"].as_str()).collect();
    let action = "/api/v2/dataactions/da-1";
    assert_eq!(
        paths,
        [
            "/.well-known/openid-configuration",
            "/auth/token",
            "/.well-known/cxone-configuration",
            action,
            action,
            action
        ]
    );
    assert_eq!(run.records[1]["target"], service.url(), "the address that was found");
    let unchanged = Registration::apply(&workspace, &service, EXAMPLE, &[]);
    unchanged.is(Expected { outcome: "unchanged", attempts: 0, methods: "GET POST GET GET", commits: 0, ..APPLIED });
    workspace.run(&["pull", ACTION]).exits(0);
    workspace.run(&["plan", ACTION, "-f", "vars.json", "--out", "plan.json"]).exits(0);
    workspace.run(&["apply", "--plan", "plan.json"]).exits(0);
}

#[test]
fn what_is_missing_is_listed_and_nothing_is_sent() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = back_end(&service.url());
    workspace.without_env("CXONE_ACCESS_KEY_ID").without_env("CXONE_CLIENT_SECRET");
    workspace.run(&APPLY).exits(2).says(&["`CXONE_CLIENT_SECRET`, `CXONE_ACCESS_KEY_ID`"]);
    assert!(service.requests().is_empty());
}

#[test]
fn an_environment_names_its_own_variables() {
    let service = Sandbox::start(&json!([]));
    let mut workspace = back_end(&service.url());
    let config = workspace.read("cxvars.toml");
    let names = ["client_id_env", "client_secret_env", "access_key_id_env", "access_key_secret_env"];
    let keys: String = names.iter().map(|key| format!("{key} = \"PROD_{}\"\n", key.to_uppercase())).collect();
    workspace.write("cxvars.toml", format!("{config}\n[env.prod]\n{keys}"));
    for (name, _) in SECRETS {
        workspace.without_env(name);
    }
    let run = [&APPLY[..], &["--env", "prod"]].concat();
    workspace.run(&run).exits(2).says(&["`PROD_CLIENT_ID_ENV`", "`PROD_ACCESS_KEY_SECRET_ENV`"]);
    for key in names {
        workspace.env(&format!("PROD_{}", key.to_uppercase()), "x");
    }
    workspace.run(&run).exits(0);
}

#[test]
fn addresses_that_are_configured_are_not_asked_for() {
    let service = Sandbox::start(&json!([]));
    for (profile, methods) in [
        ("token_url = \"URL/auth/token\"\n", "POST GET GET PUT GET"),
        ("base_url = \"URL\"\n", "GET POST GET PUT GET"),
        ("base_url = \"URL\"\ntoken_url = \"{base_url}/auth/token\"\n", "POST GET PUT GET"),
        ("discovery = \"none\"\nbase_url = \"URL\"\ntoken_url = \"URL/auth/token\"\n", "POST GET PUT GET"),
    ] {
        let workspace = back_end(&service.url());
        let config = workspace.read("cxvars.toml") + &profile.replace("URL", &service.url());
        workspace.write("cxvars.toml", config);
        Registration::apply(&workspace, &service, EXAMPLE, &["--force"]).is(Expected { methods, ..APPLIED });
    }
    // The same login at the address of the API.
    let mut workspace = back_end(&service.url());
    workspace.profile("auth = \"password_grant\"");
    workspace.env("CXONE_BASE_URL", &service.url());
    let login = Registration::apply(&workspace, &service, EXAMPLE, &["--force"]);
    login.is(Expected { methods: "POST GET PUT GET", ..APPLIED });
}

#[test]
fn a_token_that_was_revoked_is_renewed_where_discovery_found_it() {
    for (on, methods) in [("get", "GET POST GET GET POST GET PUT GET"), ("put", "GET POST GET GET PUT POST PUT GET")] {
        let service = Sandbox::start(&json!([{"on": on, "fault": {"kind": "revoke_token"}}]));
        let run = Registration::apply(&back_end(&service.url()), &service, EXAMPLE, &[]);
        let attempts = if on == "put" { 2 } else { 1 };
        run.is(Expected { methods, attempts, ..APPLIED });
        let logins = run.requests.iter().filter(|request| request["path"] == "/auth/token").count();
        assert_eq!(logins, 2);
    }
}

#[test]
fn trouble_with_a_document_is_ridden_out() {
    for fault in [
        json!({"kind": "status", "status": 429}),
        json!({"kind": "status", "status": 408}),
        json!({"kind": "status", "status": 503}),
        json!({"kind": "reset", "when": "before_commit"}),
        json!({"kind": "truncated"}),
    ] {
        for (nth, methods) in [(1, "GET GET POST GET GET PUT GET"), (2, "GET POST GET GET GET PUT GET")] {
            let service = Sandbox::start(&faulty(&fault, nth));
            let run = Registration::apply(&back_end(&service.url()), &service, EXAMPLE, &[]);
            run.is(Expected { methods, ..APPLIED });
            let retries = run.records[1]["retries"].as_object().unwrap();
            assert_eq!(retries.values().filter_map(Value::as_u64).sum::<u64>(), 1, "{fault} {retries:?}");
        }
    }
}

#[test]
fn a_document_that_cannot_be_had_is_given_up_at_the_deadline() {
    for (nth, path) in [(1, "openid-configuration"), (2, "cxone-configuration")] {
        let fault = json!({"kind": "status", "status": 503});
        let service = Sandbox::start(&json!([{"on": "discovery", "from": nth, "fault": fault}]));
        let workspace = back_end(&service.url());
        let config = workspace.read("cxvars.toml").replace("deadline_s = 10", "deadline_s = 1");
        workspace.write("cxvars.toml", config);
        let run = Registration::apply(&workspace, &service, EXAMPLE, &[]);
        let methods = run.methods();
        run.is(Expected { methods: &methods, ..UNAVAILABLE });
        // The deadline may come while the last answer is waited for.
        let message = run.result["error"]["message"].as_str().unwrap();
        let words = ["the discovery document could not be had (503)", "no answer in time"];
        assert!(words.iter().any(|words| message.contains(words)), "{message}");
        assert!(run.requests.len() > 2 && run.requests.last().unwrap()["path"].as_str().unwrap().ends_with(path));
    }
}

#[test]
fn a_document_that_names_no_address_says_what_to_check() {
    let body = |body: &str| json!({"kind": "status", "status": 200, "body": body});
    for (fault, expected, says) in [
        (json!({"kind": "garbage"}), UNAVAILABLE, "HTML"),
        (body("[1]"), UNAVAILABLE, "not the JSON"),
        (body(&json!({"x": "y".repeat(70_000)}).to_string()), UNAVAILABLE, "too long"),
        (body("{}"), REFUSED, "no plain URL at"),
        (body("{\"token_endpoint\": 7, \"api_endpoint\": \"api.nicecxone.com\"}"), REFUSED, "no plain URL at"),
        (json!({"kind": "status", "status": 404}), REFUSED, "refused (404)"),
        (json!({"kind": "redirect", "location": "https://evil.example/x"}), REFUSED, "`evil.example`"),
    ] {
        for (nth, methods) in [(1, "GET"), (2, "GET POST GET")] {
            let service = Sandbox::start(&faulty(&fault, nth));
            let run = Registration::apply(&back_end(&service.url()), &service, EXAMPLE, &[]);
            run.is(Expected { methods, ..expected }).tells(&[says]);
        }
    }
}

#[test]
fn a_document_cannot_lead_credentials_elsewhere() {
    for host in [
        "https://evil.example",
        "https://cxone.niceincontact.com.evil.example",
        "http://10.1.2.3",
        "http://api.nicecxone.com",
        "https://nicecxone.com",
        "https://evil.example\\.nicecxone.com",
    ] {
        for (nth, methods) in [(1, "GET"), (2, "GET POST GET")] {
            let url = format!("{host}/auth/token");
            let body = json!({"token_endpoint": url, "api_endpoint": url}).to_string();
            let service = Sandbox::start(&faulty(&json!({"kind": "status", "status": 200, "body": body}), nth));
            let workspace = back_end(&service.url());
            let named = url::Url::parse(host).unwrap();
            let output = workspace.run(&APPLY);
            output.exits(2).says(&[&format!("`{}`", named.host_str().unwrap()), "/.well-known/"]);
            assert!(!output.stderr().contains("tenantId"), "{output:?}");
            assert_eq!(service.methods(), methods);
            assert!(workspace.audit().is_empty(), "nothing was sent");
        }
    }
}

#[test]
fn the_issuer_is_held_to_the_trust_rule() {
    let workspace = back_end("https://evil.example");
    workspace.run(&APPLY).exits(2).says(&["`evil.example`, set by the project file"]);
    let mut workspace = back_end("http://127.0.0.1:1");
    workspace.env("CXONE_TOKEN", "given");
    workspace.run(&APPLY).exits(2).says(&["a given token has none", "base_url"]);
}

#[test]
fn refused_credentials_are_final_and_recorded() {
    for (error, status) in [("invalid_client", 401), ("invalid_grant", 400)] {
        let body = json!({"error": error, "error_description": "CANARY-client-secret+/= is wrong"}).to_string();
        let fault = json!({"kind": "status", "status": status, "body": body});
        let service = Sandbox::start(&json!([{"on": "token", "every": true, "fault": fault}]));
        let run = Registration::apply(&back_end(&service.url()), &service, EXAMPLE, &[]);
        run.is(Expected { methods: "GET POST", ..REFUSED });
        assert_eq!(run.result["error"]["code"], error);
        assert!(!run.output.stdout().contains("CANARY") && !run.output.stderr().contains("CANARY"));
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_the_search() {
    for command in [&APPLY[..], &["doctor"], &["pull", ACTION], &["plan", ACTION, "-f", "vars.json"]] {
        let fault = json!({"kind": "status", "status": 429, "retry_after": 8});
        let service = Sandbox::start(&json!([{"on": "discovery", "every": true, "fault": fault}]));
        let workspace = back_end(&service.url());
        let run = workspace.start(command, b"");
        service.wait_for("GET", 1);
        run.interrupt();
        run.wait().exits(130);
        assert_eq!(service.methods(), "GET");
    }
}

/// A service of its own: an issuer that leads to an API elsewhere.
fn api() -> Server {
    let stored = std::sync::Mutex::new(json!([]));
    Server::start(move |request, _| {
        let mut stored = stored.lock().unwrap();
        if request.line.starts_with("PUT ") {
            let sent: Value = serde_json::from_str(&request.body).unwrap();
            *stored = sent["variables"].clone();
        }
        let known = request.header("authorization") == "Bearer the-token";
        (if known { 200 } else { 401 }, json!({"id": ACTION, "name": "CRM", "variables": *stored}))
    })
}

fn issuer(api: String, claims: &Value) -> Server {
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    Server::start(move |request: &Received, here| match request.line.as_str() {
        "GET /login/.well-known/openid-configuration" => {
            (200, json!({"issuer": here, "token_endpoint": format!("{here}/oauth/grant")}))
        }
        "POST /oauth/grant" => {
            let id_token = format!("eyJhbGciOiJSUzI1NiJ9.{payload}.AAAA");
            // Scopes of OpenID Connect say nothing about Data Actions.
            (200, json!({"access_token": "the-token", "id_token": id_token, "expires_in": "3600", "scope": "openid"}))
        }
        "GET /login/.well-known/cxone-configuration?tenantId=t-%26-1" => (200, json!({"api_endpoint": api})),
        _ => (404, json!({"error": "not_found"})),
    })
}

#[test]
fn each_server_gets_what_is_meant_for_it_and_no_more() {
    let api = api();
    let issuer = issuer(format!("{}/v1", api.url()), &json!({"tenantId": "t-&-1", "sub": "x"}));
    let workspace = back_end(&format!("{}/login/", issuer.url()));
    workspace.write("vars.json", document(&[plain("endpoint", "https://crm.example.com")]));
    let output = workspace.run(&[&APPLY[..], &["--format", "json", "-vv"]].concat());
    let report = output.exits(0).json();
    assert_eq!(report["results"][0]["outcome"], "applied", "{report:#}");
    for secret in ["CANARY", "the-token", "t-%26-1", "t-&-1", "Q0FOQVJZ"] {
        assert!(!output.stdout().contains(secret) && !output.stderr().contains(secret), "{output:?}");
        assert!(!workspace.read(".cxvars/audit.jsonl").contains(secret));
    }
    assert_eq!(report["results"][0]["requests"], 6);
    assert_eq!(
        issuer.lines(),
        [
            "GET /login/.well-known/openid-configuration",
            "POST /oauth/grant",
            "GET /login/.well-known/cxone-configuration?tenantId=t-%26-1"
        ]
    );
    let login = &issuer.received()[1];
    // base64("CANARY-client:CANARY-client-secret+/=")
    assert_eq!(login.header("authorization"), "Basic Q0FOQVJZLWNsaWVudDpDQU5BUlktY2xpZW50LXNlY3JldCsvPQ==");
    let fields = [("grant_type", "password"), ("username", "CANARY-key=="), ("password", "CANARY-key&secret")];
    assert_eq!(login.form(), fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    for document in [&issuer.received()[0], &issuer.received()[2]] {
        assert_eq!(document.header("authorization"), "", "a document needs no credentials");
    }
    let action = "/v1/api/v2/dataactions/da-1";
    assert_eq!(api.lines(), [format!("GET {action}"), format!("PUT {action}"), format!("GET {action}")]);
    assert!(api.received().iter().all(|request| !request.body.contains("CANARY")));
    assert_eq!(workspace.audit()[0]["target"], api.url());
}

#[test]
fn where_the_address_is_not_found_every_command_says_why() {
    let service = Sandbox::start(&json!([]));
    let workspace = back_end(&service.url());
    workspace.run(&["plan", ACTION, "-f", "vars.json", "--out", "plan.json"]).exits(0);
    let lost = Sandbox::start(
        &json!([{"on": "put", "every": true, "fault": {"kind": "late", "status": 504, "delay_ms": 600_000}}]),
    );
    workspace.write("cxvars.toml", workspace.read("cxvars.toml").replace(&service.url(), &lost.url()));
    workspace.run(&APPLY).exits(7);
    let refusing = Sandbox::start(&json!([{"on": "token", "every": true, "fault": {"kind": "status", "status": 401}}]));
    workspace.write("cxvars.toml", workspace.read("cxvars.toml").replace(&lost.url(), &refusing.url()));
    for command in [
        &["reconcile"][..],
        &["reconcile", ACTION],
        &["pull", ACTION],
        &["plan", ACTION, "-f", "vars.json"],
        &["env", "diff", "a", "b"],
    ] {
        if command[0] == "env" {
            let issuer = format!("[profile]\nbase = \"cxone-back-end\"\nissuer = \"{}\"\n", refusing.url());
            let alias = "crm = {id = \"da-1\"}\n";
            workspace.write("cxvars.toml", format!("{issuer}[env.a.actions]\n{alias}[env.b.actions]\n{alias}"));
        }
        workspace.run(command).exits(4).says(&["no token was granted (401)"]);
    }
    workspace.run(&["apply", "--plan", "plan.json"]).exits(4).prints(&["no token was granted (401)"]);
    let doctor = workspace.run(&["doctor"]);
    doctor.exits(4).prints(&["FAIL  token    no token was granted (401)"]);
}

#[test]
fn an_untrusted_address_in_one_environment_keeps_the_report_of_the_others() {
    let good = Sandbox::start(&json!([]));
    let body = json!({"token_endpoint": "https://evil.example/token"}).to_string();
    let hostile = Sandbox::start(&faulty(&json!({"kind": "status", "status": 200, "body": body}), 1));
    let workspace = back_end("http://127.0.0.1:1");
    let environment = |name: &str, service: &Sandbox| {
        let actions = format!("[env.{name}.actions]\ncrm = {{id = \"{name}\", file = \"vars.json\"}}\n");
        format!("[env.{name}]\nissuer = \"{}\"\n{actions}", service.url())
    };
    let environments = environment("a", &good) + &environment("b", &hostile);
    workspace.write("cxvars.toml", format!("[profile]\nbase = \"cxone-back-end\"\n{environments}"));
    let apply = ["apply", "--all", "--env", "*", "--yes", "--format", "json"];
    let output = workspace.run(&[&apply[..], &["--keep-going"]].concat());
    let report = output.exits(8).says(&["`evil.example`"]).json();
    assert_eq!(report["results"][0]["outcome"], "applied");
    assert_eq!(report["not_done"][0]["environment"], "b");
}

#[test]
fn an_id_token_without_a_tenant_says_what_to_set() {
    for claims in [json!({}), json!({"tenantId": ""}), json!(["t-&-1"])] {
        let api = api();
        let issuer = issuer(api.url(), &claims);
        let workspace = back_end(&format!("{}/login", issuer.url()));
        workspace.run(&APPLY).exits(4).prints(&["no id token that names the tenant", "base_url"]);
        assert!(api.lines().is_empty());
    }
}

#[test]
fn an_access_key_logs_in_alone() {
    let service = Sandbox::start(&json!([]));
    for names in [["CXONE_ACCESS_KEY_ID", "CXONE_ACCESS_KEY_SECRET"], ["CXONE_CLIENT_ID", "CXONE_CLIENT_SECRET"]] {
        let mut workspace = Workspace::new();
        workspace.profile("base = \"cxone-access-key\"");
        workspace.env("CXONE_BASE_URL", &service.url());
        workspace.write("vars.json", EXAMPLE);
        workspace.run(&APPLY).exits(2).says(&["`CXONE_ACCESS_KEY_ID`, `CXONE_ACCESS_KEY_SECRET`"]);
        for name in names {
            workspace.env(name, "k");
        }
        let run = Registration::apply(&workspace, &service, EXAMPLE, &["--force"]);
        run.is(Expected { methods: "POST GET PUT GET", ..APPLIED });
        assert_eq!(run.requests[0]["path"], "/authentication/v1/token/access-key");
    }
}
