//! Telemetry by OTLP, as a collector on loopback gets it: spans, metrics, and nothing that is secret.

mod collector;
mod endpoint;
mod propagation;
mod redaction;

use cxvars_tests::document::{document, plain, secret};
use cxvars_tests::process::{Sandbox, Workspace};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};

use self::collector::{Collector, Point, Span};

/// The value of the encrypted variable of [`fleet`].
const SECRET: &str = "s3cret-of-the-tests";

/// Two actions in each environment, which all use one service; what happens is told to the collector.
fn fleet(service: &Sandbox, environments: &[&str], collector: &Collector) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.env("CXONE_CLIENT_ID", "client-of-the-tests").env("CXONE_CLIENT_SECRET", "secret-of-the-tests");
    workspace.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
    let waits = "backoff_base_ms = 1\nbackoff_cap_ms = 5\nserver_error_wait_ms = 5\nsettle_s = 0\ndeadline_s = 10\n";
    let mut config = format!("[profile]\nrequests_per_minute = 0\n{waits}");
    for environment in environments {
        config += &format!("[env.{environment}]\nbase_url = \"{}\"\n", service.url());
        for action in ["crm", "ivr"] {
            config += &format!(
                "[env.{environment}.actions.{action}]\nid = \"{environment}-{action}\"\nfile = \"{action}.json\"\n"
            );
        }
    }
    workspace.write("cxvars.toml", config);
    for action in ["crm", "ivr"] {
        workspace.write(&format!("{action}.json"), document(&[plain("limit", "3"), secret("token", SECRET)]));
    }
    workspace
}

const ALL: [&str; 5] = ["apply", "--all", "--yes", "--env", "bu-*"];

fn named<'s>(spans: &'s [Span], name: &str) -> Vec<&'s Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn below<'s>(spans: &'s [Span], parent: &Span) -> Vec<&'s Span> {
    spans.iter().filter(|span| span.parent == parent.id).collect()
}

fn count(points: &[Point], metric: &str, key: &str, value: &str) -> u64 {
    let points = points.iter().filter(|point| point.metric == metric);
    points.filter(|point| point.attributes.get(key).is_some_and(|found| found == value)).map(|point| point.count).sum()
}

fn on(action: &str, fault: &Value) -> Value {
    json!([{"on": "put", "action": action, "fault": fault}])
}

#[test]
fn each_request_is_below_its_action_and_each_action_below_the_run() {
    let (service, collector) = (Sandbox::start(&json!([])), Collector::start());
    fleet(&service, &["bu-a", "bu-b"], &collector).run(&ALL).exits(0);
    let spans = collector.spans();
    let [run] = named(&spans, "cxvars apply")[..] else { panic!("one run: {spans:?}") };
    assert_eq!((run.parent.as_str(), run.kind, run.failed), ("", SpanKind::Internal, false));
    assert_eq!([run.get("cxvars.command"), run.get("process.exit.code")], ["apply", "0"]);
    assert_eq!([run.get("cxvars.environment.count"), run.get("cxvars.action.count")], ["2", "4"]);
    assert!(spans.iter().all(|span| span.trace == run.trace));
    let mut actions = named(&spans, "cxvars.action");
    actions.sort_by_key(|span| span.get("cxvars.action.id").to_owned());
    let told = |key: &str| actions.iter().map(|span| span.get(key)).collect::<Vec<_>>();
    assert_eq!(told("cxvars.action.id"), ["bu-a-crm", "bu-a-ivr", "bu-b-crm", "bu-b-ivr"]);
    assert_eq!(told("cxvars.environment"), ["bu-a", "bu-a", "bu-b", "bu-b"]);
    assert_eq!(told("cxvars.outcome"), ["applied"; 4]);
    assert_eq!((told("cxvars.attempts"), told("cxvars.operation")), (vec!["1"; 4], vec!["apply"; 4]));
    for action in actions {
        assert_eq!((action.parent.as_str(), action.failed), (run.id.as_str(), false));
        let requests = below(&spans, action);
        let methods: Vec<_> = requests.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(methods, ["GET", "PUT", "GET"]);
        // Environments are side by side, and still each request is of its action.
        let path = format!("/{}", action.get("cxvars.action.id"));
        assert!(requests.iter().all(|span| span.get("url.full").contains(&path)), "{requests:?}");
    }
    // The logins belong to no action.
    let logins = named(&spans, "POST");
    assert!(!logins.is_empty() && logins.iter().all(|login| login.parent == run.id), "{logins:?}");
}

#[test]
fn a_request_is_described_by_the_conventions_for_http() {
    let (service, collector) = (Sandbox::start(&json!([])), Collector::start());
    fleet(&service, &["bu-a"], &collector).run(&ALL).exits(0);
    let spans = collector.spans();
    let requests: Vec<_> = spans.iter().filter(|span| span.kind == SpanKind::Client).collect();
    assert_eq!(requests.len(), service.requests().len());
    let port = service.url().rsplit(':').next().expect("a port").to_owned();
    for request in requests {
        let keys: Vec<_> = request.attributes.keys().map(String::as_str).collect();
        let expected =
            ["http.request.method", "http.response.status_code", "server.address", "server.port", "url.full"];
        assert_eq!(keys, expected);
        assert_eq!((request.get("http.request.method"), request.failed), (request.name.as_str(), false));
        assert_eq!([request.get("server.address"), request.get("server.port")], ["127.0.0.1", port.as_str()]);
        assert_eq!(request.get("http.response.status_code"), "200");
        assert!(request.get("url.full").starts_with(&service.url()));
    }
}

#[test]
fn a_request_that_is_sent_again_says_how_often() {
    let fault = json!({"kind": "status", "status": 503});
    let (service, collector) = (Sandbox::start(&on("bu-a-crm", &fault)), Collector::start());
    fleet(&service, &["bu-a"], &collector).run(&ALL).exits(0);
    let spans = collector.spans();
    let puts: Vec<_> =
        named(&spans, "PUT").into_iter().filter(|put| put.get("url.full").contains("bu-a-crm")).collect();
    let told = |key: &str| puts.iter().map(|put| put.get(key)).collect::<Vec<_>>();
    assert_eq!(told("http.request.resend_count"), ["", "1"]);
    assert_eq!(told("error.type"), ["503", ""]);
    assert_eq!(puts.iter().map(|put| put.failed).collect::<Vec<_>>(), [true, false]);
    // The read between the two is none that is sent again.
    assert!(named(&spans, "GET").iter().all(|get| get.get("http.request.resend_count").is_empty()));
    assert_eq!(count(&collector.points(), "cxvars.retries", "cxvars.retry.cause", "server_error"), 1);
}

#[test]
fn what_failed_has_the_status_of_an_error() {
    let fault = json!({"kind": "status", "status": 403});
    let (service, collector) = (Sandbox::start(&on("bu-a-crm", &fault)), Collector::start());
    let output = fleet(&service, &["bu-a"], &collector).run(&ALL);
    let code = output.code.expect("it ended by itself").to_string();
    let spans = collector.spans();
    let failed: Vec<_> = spans.iter().filter(|span| span.failed).collect();
    let told: Vec<_> = failed.iter().map(|span| (span.name.as_str(), span.get("error.type"))).collect();
    let run_error = if code == "4" { "refused" } else { "partial" };
    assert_eq!(told, [("PUT", "403"), ("cxvars.action", "forbidden"), ("cxvars apply", run_error)]);
    assert_eq!(failed[1].get("cxvars.outcome"), "refused");
    assert_eq!(failed[2].get("process.exit.code"), code);
    // What people read may quote the service, so it stays out.
    assert!(spans.iter().all(|span| span.message.is_empty()));
    // Without an answer, the kind of fault is told.
    let reset = json!({"kind": "reset", "when": "before_commit"});
    let (service, collector) = (Sandbox::start(&on("bu-a-crm", &reset)), Collector::start());
    fleet(&service, &["bu-a"], &collector).run(&ALL).exits(0);
    let spans = collector.spans();
    let [put] = spans.iter().filter(|span| span.failed).collect::<Vec<_>>()[..] else { panic!("one: {spans:?}") };
    assert_eq!((put.get("error.type"), put.get("http.response.status_code")), ("reset", ""));
}

#[test]
fn metrics_count_actions_requests_and_their_errors() {
    let fault = json!({"kind": "status", "status": 403});
    let (service, collector) = (Sandbox::start(&on("bu-a-ivr", &fault)), Collector::start());
    fleet(&service, &["bu-a", "bu-b"], &collector).run(&[&ALL[..], &["--keep-going"]].concat());
    let points = collector.points();
    assert_eq!(count(&points, "cxvars.actions", "cxvars.outcome", "applied"), 3);
    assert_eq!(count(&points, "cxvars.actions", "cxvars.outcome", "refused"), 1);
    assert_eq!(count(&points, "cxvars.actions", "error.type", "forbidden"), 1);
    let of = |method: &str| count(&points, "http.client.request.duration", "http.request.method", method);
    assert_eq!(["POST", "GET", "PUT"].map(of).iter().sum::<u64>(), service.requests().len() as u64);
    assert_eq!(count(&points, "http.client.request.duration", "error.type", "403"), 1);
    let unit = |metric: &str| points.iter().find(|point| point.metric == metric).map(|point| point.unit.as_str());
    assert_eq!(unit("http.client.request.duration"), Some("s"));
    assert_eq!(unit("cxvars.actions"), Some("{action}"));
    // Ids of actions and paths would make as many series.
    let keys: Vec<_> = points.iter().flat_map(|point| point.attributes.keys()).collect();
    assert!(!keys.iter().any(|key| ["cxvars.action.id", "url.full", "url.path"].contains(&key.as_str())), "{keys:?}");
}

#[test]
fn a_wait_for_the_budget_is_measured() {
    // Environments of one tenant share its budget, which the service closes for all of them.
    let throttled = json!([{"on": "get", "fault": {"kind": "status", "status": 429, "retry_after": 1}}]);
    let (service, collector) = (Sandbox::start(&throttled), Collector::start());
    let workspace = fleet(&service, &["bu-a", "bu-b"], &collector);
    let config = workspace.read("cxvars.toml").replace("requests_per_minute = 0", "requests_per_minute = 1000");
    workspace.write("cxvars.toml", config);
    workspace.run(&ALL).exits(0);
    let points = collector.points();
    let waits = points.iter().filter(|point| point.metric == "cxvars.budget.wait.duration");
    assert!(waits.clone().map(|point| point.count).sum::<u64>() > 0, "{points:?}");
    assert!(waits.clone().all(|point| point.unit == "s"));
    assert!(collector.spans().iter().any(|span| span.events.contains(&"cxvars.budget.wait".to_owned())));
}

#[test]
fn a_plan_is_traced_as_reads() {
    let (service, collector) = (Sandbox::start(&json!([])), Collector::start());
    fleet(&service, &["bu-a"], &collector).run(&["plan", "--all", "--env", "bu-a"]).exits(0);
    let spans = collector.spans();
    let actions = named(&spans, "cxvars.action");
    assert_eq!(actions.iter().map(|span| span.get("cxvars.operation")).collect::<Vec<_>>(), ["read"; 2]);
    assert!(actions.iter().all(|span| span.get("cxvars.outcome").is_empty() && !span.failed));
    let [run] = named(&spans, "cxvars plan")[..] else { panic!("one run: {spans:?}") };
    assert_eq!([run.get("cxvars.environment.count"), run.get("cxvars.action.count")], ["1", "2"]);
}
