//! What the telemetry is about: this program, its version and this run.

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::{EnvResourceDetector, ResourceDetector, TelemetryResourceDetector};

use crate::system::environment::{Lookup, read};

/// The resource. `OTEL_RESOURCE_ATTRIBUTES` comes before what is said here, and `OTEL_SERVICE_NAME` before both.
/// `instance` is the id of the run: runs at the same time are not taken for one another.
pub(super) fn resource(lookup: Lookup<'_>, instance: String) -> Resource {
    let ours = [
        KeyValue::new("service.name", "cxvars"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", instance),
    ];
    let detectors: [Box<dyn ResourceDetector>; 2] =
        [Box::new(TelemetryResourceDetector), Box::new(EnvResourceDetector::new())];
    let resource = Resource::builder_empty().with_attributes(ours).with_detectors(&detectors);
    match read(lookup, "OTEL_SERVICE_NAME") {
        Some(name) => resource.with_service_name(name).build(),
        None => resource.build(),
    }
}
