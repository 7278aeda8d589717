//! Where telemetry goes: nowhere unless that is asked for, and a collector that fails changes nothing.

use std::net::TcpListener;

use cxvars_tests::process::{ForeignService, Output, Reply, Sandbox, Workspace};
use serde_json::{Value, json};

use super::collector::Collector;
use super::{ALL, fleet};

fn paths(collector: &Collector) -> Vec<String> {
    let mut paths: Vec<_> = collector.seen().into_iter().map(|seen| seen.path).collect();
    paths.sort();
    paths.dedup();
    paths
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for() {
    let service = Sandbox::start(&json!([]));
    for (variables, expected) in [
        (&[("OTEL_SDK_DISABLED", "true")][..], &[][..]),
        (&[("OTEL_TRACES_EXPORTER", "none"), ("OTEL_METRICS_EXPORTER", "none")], &[]),
        (&[("OTEL_TRACES_EXPORTER", "none")], &["/v1/metrics"]),
        (&[("OTEL_METRICS_EXPORTER", "none"), ("OTEL_TRACES_EXPORTER", "otlp")], &["/v1/traces"]),
        (&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")], &[]),
        (&[], &["/v1/metrics", "/v1/traces"]),
    ] {
        let collector = Collector::start();
        let mut workspace = fleet(&service, &["bu-a"], &collector);
        for (name, text) in variables {
            workspace.env(name, text);
        }
        let output = workspace.run(&ALL);
        assert_eq!(paths(&collector), expected, "{variables:?}");
        assert!(!output.exits(0).stderr().contains("warning"), "{output:?}");
    }
}

#[test]
fn each_signal_may_have_an_endpoint_of_its_own() {
    let (service, collector, own) = (Sandbox::start(&json!([])), Collector::start(), Collector::start());
    let mut workspace = fleet(&service, &["bu-a"], &collector);
    workspace.env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &format!("{}/in?key=of-the-tests", own.url()));
    workspace.env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=of%20the%20tests").run(&ALL).exits(0);
    assert_eq!((paths(&own), paths(&collector)), (vec!["/in?key=of-the-tests".to_owned()], vec!["/v1/metrics".into()]));
    for seen in [own.seen(), collector.seen()].concat() {
        let head = seen.head.to_lowercase();
        assert!(
            head.contains("x-key: of the tests") && head.contains("content-type: application/x-protobuf"),
            "{head}"
        );
    }
}

#[test]
fn the_resource_is_this_program_and_what_the_environment_says() {
    let service = Sandbox::start(&json!([]));
    for (variables, name) in [
        (&[][..], "cxvars"),
        (&[("OTEL_RESOURCE_ATTRIBUTES", "team=crm,service.name=rollout")], "rollout"),
        (&[("OTEL_RESOURCE_ATTRIBUTES", "team=crm,service.name=rollout"), ("OTEL_SERVICE_NAME", "first")], "first"),
    ] {
        let collector = Collector::start();
        let mut workspace = fleet(&service, &["bu-a"], &collector);
        for (name, text) in variables {
            workspace.env(name, text);
        }
        workspace.run(&ALL).exits(0);
        let resource = collector.resource();
        assert_eq!(resource["service.name"], name);
        assert_eq!(resource["service.version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(resource.get("team").map(String::as_str), (!variables.is_empty()).then_some("crm"));
    }
}

/// The result of a run, without what differs between runs.
fn result(output: &Output) -> Vec<(Value, Value)> {
    let report = output.json();
    let results = report["results"].as_array().expect("results").iter();
    results.map(|each| (each["action"].clone(), each["outcome"].clone())).collect()
}

/// Runs `apply` with a collector at `url`.
fn apply_with(url: &str) -> (Output, Workspace) {
    let (service, unused) = (Sandbox::start(&json!([])), Collector::start());
    let mut workspace = fleet(&service, &["bu-a"], &unused);
    workspace.env("OTEL_EXPORTER_OTLP_ENDPOINT", url).env("OTEL_EXPORTER_OTLP_TIMEOUT", "300");
    (workspace.run(&[&ALL[..], &["--format", "json"]].concat()), workspace)
}

#[test]
fn a_collector_that_fails_changes_neither_outcome_nor_exit_code() {
    let good = result(&apply_with(&Collector::start().url()).0);
    assert_eq!(good.len(), 2);
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.local_addr().expect("it is bound")
    };
    // It accepts connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let refusing = ForeignService::start(|_| Reply::json(401, "\"hunter2-of-the-answer\""));
    for (authority, problem) in [
        (closed.to_string(), "no connection could be made"),
        (silent.local_addr().expect("it is bound").to_string(), "no answer in time"),
        (refusing.url().replace("http://", ""), "it answered 401"),
    ] {
        let (output, workspace) = apply_with(&format!("http://user:hunter2@{authority}"));
        assert_eq!(result(output.exits(0)), good);
        let says = format!("the telemetry of this run is not complete at http://{authority}: {problem}");
        output.says(&[&says]);
        let stderr = output.stderr();
        assert_eq!(stderr.matches("telemetry").count(), 1, "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
        workspace.run(&["audit", "verify"]);
    }
}

#[test]
fn a_mistake_in_the_environment_is_told_and_changes_nothing() {
    let (service, collector) = (Sandbox::start(&json!([])), Collector::start());
    for (name, text) in [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "hunter2-no-url"),
        ("OTEL_METRICS_EXPORTER", "prometheus"),
    ] {
        let mut workspace = fleet(&service, &["bu-a"], &collector);
        let output = workspace.env(name, text).run(&ALL);
        let stderr = output.exits(0).says(&[&format!("warning: no telemetry is sent: `{name}`")]).stderr();
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
    assert!(collector.seen().is_empty());
}
