//! A registration with the real binary against the real simulator. Every one is checked for agreement between report,
//! service and audit log.

use serde_json::Value;

use crate::process::{Output, Sandbox, Workspace};

/// The id of the action in the tests.
pub const ACTION: &str = "da-1";

/// The result of an apply.
pub struct Registration {
    /// How the process ended.
    pub output: Output,
    /// The only entry of `results`.
    pub result: Value,
    /// The requests that the service saw during the run.
    pub requests: Vec<Value>,
    /// The commits during the run.
    pub commits: Vec<Value>,
    /// The audit records of the run.
    pub records: Vec<Value>,
}

/// The expected result.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'e> {
    /// The exit code.
    pub exit: i32,
    /// The outcome.
    pub outcome: &'e str,
    /// The number of PUTs.
    pub attempts: u64,
    /// The methods that the service saw, such as `POST GET PUT`.
    pub methods: &'e str,
    /// The number of commits by the client.
    pub commits: usize,
}

impl Registration {
    /// Applies `document` to [`ACTION`].
    pub fn apply(workspace: &Workspace, service: &Sandbox, document: &str, flags: &[&str]) -> Self {
        workspace.write("vars.json", document);
        let (requests, commits, records) = (service.requests().len(), service.commits().len(), workspace.audit().len());
        let args = [&["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"], flags].concat();
        let output = workspace.run(&args);
        let report = output.json();
        Self {
            result: report["results"][0].clone(),
            output,
            requests: service.requests().split_off(requests),
            commits: service.commits().split_off(commits),
            records: workspace.audit().split_off(records),
        }
    }

    /// Asserts how it ended, and that report, service and audit log agree.
    #[track_caller]
    pub fn is(&self, expected: Expected<'_>) -> &Self {
        self.output.exits(expected.exit);
        let result = &self.result;
        assert_eq!(result["outcome"], expected.outcome, "{result:#}");
        assert_eq!(result["attempts"], expected.attempts, "{result:#}");
        assert_eq!(self.methods(), expected.methods, "{result:#}");
        assert_eq!(result["requests"], self.requests.len(), "the report and the service count alike\n{result:#}");
        let ours = self.commits.iter().filter(|commit| commit["by"] == "client").count();
        assert_eq!(ours, expected.commits, "commits\n{result:#}");
        let needs_error = !matches!(expected.outcome, "applied" | "unchanged");
        assert_eq!(result["error"].is_object(), needs_error, "{result:#}");
        self.audited(expected)
    }

    #[track_caller]
    fn audited(&self, expected: Expected<'_>) -> &Self {
        let events: Vec<_> = self.records.iter().filter_map(|record| record["event"].as_str()).collect();
        if expected.attempts > 0 {
            assert_eq!(events, ["intent", "outcome"]);
            assert_eq!(self.records[0]["plan_digest"], self.records[1]["plan_digest"]);
            assert_eq!(self.records[0]["outcome"], Value::Null);
        } else {
            assert_eq!(events.last(), Some(&"outcome"));
        }
        let outcome = self.records.last().expect("a run leaves a record");
        assert_eq!(outcome["outcome"], expected.outcome, "{outcome:#}");
        assert_eq!(outcome["attempts"], expected.attempts, "{outcome:#}");
        assert_eq!(outcome["success"], matches!(expected.outcome, "applied" | "unchanged"), "{outcome:#}");
        assert_eq!(outcome["error"], self.result["error"]["message"], "{outcome:#}");
        self
    }

    /// The methods of the requests that the service saw, such as `POST GET PUT`.
    pub fn methods(&self) -> String {
        let methods: Vec<_> = self.requests.iter().filter_map(|request| request["method"].as_str()).collect();
        methods.join(" ")
    }

    /// Asserts that the error or its advice contains all `parts`.
    #[track_caller]
    pub fn tells(&self, parts: &[&str]) -> &Self {
        let error = &self.result["error"];
        let text = format!(
            "{} {}",
            error["message"].as_str().unwrap_or_default(),
            error["advice"].as_str().unwrap_or_default()
        );
        for part in parts {
            assert!(text.contains(part), "{part:?} is not in {error:#}");
        }
        self
    }
}
