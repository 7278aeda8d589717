//! The trace across processes: from whatever started the run, and to the service only where that is asked for.

use cxvars_tests::process::{ForeignService, Reply, Sandbox, Workspace};
use serde_json::json;

use super::collector::Collector;
use super::{ALL, fleet, named};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[test]
fn a_run_continues_the_trace_of_whatever_started_it() {
    let (service, collector) = (Sandbox::start(&json!([])), Collector::start());
    let mut workspace = fleet(&service, &["bu-a"], &collector);
    workspace.env("TRACEPARENT", &format!("00-{TRACE}-{PARENT}-01")).env("TRACESTATE", "vendor=of-the-tests");
    workspace.run(&ALL).exits(0);
    let spans = collector.spans();
    let [run] = named(&spans, "cxvars apply")[..] else { panic!("one run: {spans:?}") };
    assert_eq!([&run.parent, &run.trace_state], [PARENT, "vendor=of-the-tests"]);
    assert!(spans.iter().all(|span| span.trace == TRACE));
    // The one that started it has decided that this trace is not recorded.
    let collector = Collector::start();
    workspace.env("TRACEPARENT", &format!("00-{TRACE}-{PARENT}-00"));
    workspace.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
    workspace.run(&ALL).exits(0);
    assert!(collector.spans().is_empty() && !collector.points().is_empty());
}

#[test]
fn the_service_is_told_of_the_trace_only_if_that_is_asked_for() {
    let shown = |variables: &str| Reply::json(200, format!("{{\"id\": \"crm\", \"variables\": {variables}}}"));
    let (service, collector) = (ForeignService::storing(shown), Collector::start());
    let mut workspace = Workspace::for_url(&service.url());
    workspace.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
    workspace.write("vars.json", json!({"variables": []}).to_string());
    workspace.run(&["plan", "crm", "-f", "vars.json"]).exits(0);
    let seen = service.seen();
    assert!(!seen.is_empty() && seen.iter().all(|seen| !seen.head.to_lowercase().contains("traceparent")));
    workspace.env("OTEL_PROPAGATORS", "tracecontext,baggage");
    workspace.run(&["plan", "crm", "-f", "vars.json"]).exits(0);
    let spans = collector.spans();
    let header = |head: &str| head.lines().find_map(|line| line.strip_prefix("traceparent: ")).map(str::to_owned);
    let told: Vec<_> = service.seen()[seen.len()..].iter().filter_map(|seen| header(&seen.head)).collect();
    assert_eq!(told.len(), service.seen().len() - seen.len());
    for traceparent in told {
        let is_of = |span: &&super::Span| traceparent == format!("00-{}-{}-01", span.trace, span.id);
        let span = spans.iter().find(is_of).expect("a span of a request");
        assert!(["GET", "POST"].contains(&span.name.as_str()));
    }
}
