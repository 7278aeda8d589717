//! The result of every answer of the service: exit code, outcome, requests, commits and audit records.

mod answers_to_get;
mod answers_to_put;
mod answers_to_token;
mod unknown_fate;

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::{Expected, Registration};
use serde_json::Value;

const APPLIED: Expected<'_> =
    Expected { exit: 0, outcome: "applied", attempts: 1, methods: "POST GET PUT GET", commits: 1 };
const REFUSED: Expected<'_> = Expected { exit: 4, outcome: "refused", attempts: 0, methods: "POST GET", commits: 0 };
const UNAVAILABLE: Expected<'_> = Expected { exit: 5, outcome: "unavailable", ..REFUSED };
const CONFLICT: Expected<'_> = Expected { exit: 6, outcome: "conflict", ..REFUSED };
const UNKNOWN: Expected<'_> = Expected { exit: 7, outcome: "unknown", attempts: 1, methods: "", commits: 0 };

/// Applies the example to an empty action with these faults.
fn apply(faults: &Value) -> Registration {
    apply_with(faults, "", &[])
}

/// The same, with these lines in `[profile]` and these flags.
fn apply_with(faults: &Value, profile: &str, flags: &[&str]) -> Registration {
    let service = Sandbox::start(faults);
    let workspace = Workspace::for_service(&service);
    workspace.profile(profile);
    Registration::apply(&workspace, &service, EXAMPLE, flags)
}
