//! A collector on loopback: it takes what is exported, and decodes it.

use std::collections::BTreeMap;

use cxvars_tests::process::{ForeignService, Reply, Seen};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message as _;

/// Attributes as text.
pub(crate) type Attributes = BTreeMap<String, String>;

/// The collector.
pub(crate) struct Collector(ForeignService);

/// A span as it came.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) kind: SpanKind,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty if it has none.
    pub(crate) parent: String,
    pub(crate) trace_state: String,
    pub(crate) attributes: Attributes,
    pub(crate) events: Vec<String>,
    pub(crate) failed: bool,
    /// What its status says, besides that it failed.
    pub(crate) message: String,
}

impl Span {
    /// The text of an attribute; empty if it has none of this name.
    pub(crate) fn get(&self, key: &str) -> &str {
        self.attributes.get(key).map_or("", String::as_str)
    }
}

/// A measurement as it came.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) metric: String,
    pub(crate) unit: String,
    pub(crate) attributes: Attributes,
    /// The sum of a counter, or the number of measurements in a histogram.
    pub(crate) count: u64,
}

impl Collector {
    /// A collector that accepts everything.
    pub(crate) fn start() -> Self {
        Self(ForeignService::start(|_| Reply::of(200, "application/x-protobuf", "")))
    }

    /// The base URL.
    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen()
    }

    /// All bytes that it got.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen().into_iter().flat_map(|seen| [seen.head.into_bytes(), seen.bytes].concat()).collect()
    }

    /// The spans that came.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let requests = self.bodies("/v1/traces").into_iter().map(|body| {
            ExportTraceServiceRequest::decode(body.as_slice()).expect("traces are an ExportTraceServiceRequest")
        });
        let spans = requests.flat_map(|request| request.resource_spans).flat_map(|resource| resource.scope_spans);
        spans
            .flat_map(|scope| scope.spans)
            .map(|span| Span {
                kind: span.kind(),
                name: span.name,
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                trace_state: span.trace_state,
                attributes: attributes(span.attributes),
                events: span.events.into_iter().map(|event| event.name).collect(),
                failed: span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error),
                message: span.status.map(|status| status.message).unwrap_or_default(),
            })
            .collect()
    }

    /// The attributes of the resource that the spans are about.
    pub(crate) fn resource(&self) -> Attributes {
        let bodies = self.bodies("/v1/traces");
        let body = bodies.first().expect("spans came");
        let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("it can be decoded");
        let resource = request.resource_spans.into_iter().next().and_then(|spans| spans.resource);
        attributes(resource.expect("spans have a resource").attributes)
    }

    /// The measurements that came.
    pub(crate) fn points(&self) -> Vec<Point> {
        let requests = self.bodies("/v1/metrics").into_iter().map(|body| {
            ExportMetricsServiceRequest::decode(body.as_slice()).expect("metrics are an ExportMetricsServiceRequest")
        });
        let scopes = requests.flat_map(|request| request.resource_metrics).flat_map(|resource| resource.scope_metrics);
        let metrics = scopes.flat_map(|scope| scope.metrics);
        metrics.flat_map(|metric| points(&metric.name, &metric.unit, metric.data)).collect()
    }

    fn bodies(&self, path: &str) -> Vec<Vec<u8>> {
        self.seen().into_iter().filter(|seen| seen.path == path).map(|seen| seen.bytes).collect()
    }
}

fn points(metric: &str, unit: &str, data: Option<Data>) -> Vec<Point> {
    let point = |attributes_of, count| Point {
        metric: metric.to_owned(),
        unit: unit.to_owned(),
        attributes: attributes(attributes_of),
        count,
    };
    match data.expect("a metric has data") {
        Data::Sum(sum) => sum
            .data_points
            .into_iter()
            .map(|each| match each.value {
                Some(number_data_point::Value::AsInt(count)) => point(each.attributes, count.unsigned_abs()),
                other => panic!("counters are whole numbers: {other:?}"),
            })
            .collect(),
        Data::Histogram(histogram) => {
            histogram.data_points.into_iter().map(|each| point(each.attributes, each.count)).collect()
        }
        other => panic!("no such metric is known: {other:?}"),
    }
}

fn attributes(list: Vec<KeyValue>) -> Attributes {
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => panic!("no attribute is like {other:?}"),
    };
    list.into_iter().map(|each| (each.key, text(each.value.and_then(|value| value.value)))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
