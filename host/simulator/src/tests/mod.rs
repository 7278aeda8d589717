//! Tests of the service as a whole. The tests of its parts are in their modules.

mod faults;
mod http;
mod rules;
mod state;

use serde_json::{Value, json};

use super::fault::FaultScript;
use super::service::{Client, Delivery, Options, Request, Response, Service};

/// A time in 2026 that is not on a whole second, in milliseconds since 1970-01-01T00:00:00Z.
const NOW: u64 = 1_780_000_000_250;

const TOKEN_FORM: &str = "grant_type=client_credentials&client_id=me&client_secret=s3cret";

fn service() -> Service {
    let mut service = Service::new(Options::default());
    service.create_action("da-1", "Lookup", None, &[]);
    service
}

fn with_faults(entries: &Value) -> Service {
    let mut service = service();
    service.set_faults(script(entries));
    service
}

fn script(entries: &Value) -> FaultScript {
    let text = json!({"faults": entries}).to_string();
    FaultScript::parse(&text).map_err(|error| error.to_string()).ok().unwrap()
}

fn token_request(form: &str) -> Request {
    Request::new("POST", "/api/v2/oauth/token").with_body("application/x-www-form-urlencoded", form)
}

fn token(service: &mut Service, now_ms: u64) -> String {
    let response = reply(service.handle(now_ms, &token_request(TOKEN_FORM)));
    assert_eq!(response.status, 200);
    body(&response)["access_token"].as_str().unwrap().to_owned()
}

fn get(token: &str) -> Request {
    Request::new("GET", "/api/v2/dataactions/da-1").with_header("authorization", &format!("Bearer {token}"))
}

fn put(token: &str, variables: &Value) -> Request {
    Request {
        method: "PUT".into(),
        ..get(token).with_body("application/json", json!({"variables": variables}).to_string())
    }
}

fn plain(name: &str, value: &str) -> Value {
    json!({"name": name, "type": "string", "value": value, "encrypted": false, "scope": "action"})
}

fn encrypted(name: &str, value: &str) -> Value {
    json!({"name": name, "type": "string", "value": value, "encrypted": true, "scope": "action"})
}

/// The answer of a delivery that must be full and immediate.
fn reply(delivery: Delivery) -> Response {
    match delivery {
        Delivery::Reply(response) => response,
        _ => panic!("the answer did not come in full and at once"),
    }
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

/// The variables in the answer to a GET.
fn stored(service: &mut Service) -> Value {
    let token = token(service, NOW);
    let response = reply(service.handle(NOW, &get(&token)));
    assert_eq!(response.status, 200);
    body(&response)["variables"].clone()
}

fn client(scopes: &[&str]) -> Client {
    Client { id: "me".into(), secret: "s3cret".into(), scopes: scopes.iter().map(|&scope| scope.to_owned()).collect() }
}
