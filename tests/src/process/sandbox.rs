//! Runs `cxvars sandbox` as a process.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use super::{binary, cxvars, http};

/// The simulated service, on its own port. Dropping it ends the process.
pub struct Sandbox {
    child: Child,
    address: SocketAddr,
}

impl Sandbox {
    /// Starts a service with these entries of a fault script, in which every id exists, and without a request limit.
    pub fn start(faults: &Value) -> Self {
        Self::with(faults, &["--auto-create", "--requests-per-minute", "0"])
    }

    /// Starts a service with these entries of a fault script and these flags.
    pub fn with(faults: &Value, flags: &[&str]) -> Self {
        let mut script = tempfile::NamedTempFile::new().expect("a file can be made");
        write!(script, "{}", json!({ "faults": faults })).expect("the script can be written");
        let mut command = cxvars(binary());
        command.env_clear().args(["sandbox", "--port", "0", "--faults"]).arg(script.path()).args(flags);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("stdout is a pipe")).read_line(&mut line).expect("stdout is text");
        let address = line.trim().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            panic!("the sandbox said {line:?} instead of its address");
        };
        Self { child, address }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far: `method`, `path`, `status`, `faults`, `correlation_id`.
    pub fn requests(&self) -> Vec<Value> {
        list(&http::get(self.address, "/_sandbox/requests"), "requests")
    }

    /// Every commit so far: `action`, `by`, `request`, `variables`.
    pub fn commits(&self) -> Vec<Value> {
        list(&http::get(self.address, "/_sandbox/journal"), "commits")
    }

    /// The methods of all requests so far, such as `POST GET PUT`.
    pub fn methods(&self) -> String {
        let requests = self.requests();
        let methods: Vec<_> = requests.iter().filter_map(|request| request["method"].as_str()).collect();
        methods.join(" ")
    }

    /// The number of requests with this method so far.
    pub fn count(&self, method: &str) -> usize {
        self.methods().split(' ').filter(|seen| *seen == method).count()
    }

    /// Polls until this many requests with a method have reached the service.
    pub fn wait_for(&self, method: &str, count: usize) {
        let mut looks = std::iter::repeat_with(|| self.count(method)).take(100_000);
        assert!(looks.any(|seen| seen >= count), "no {method} has come");
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // This fails if the process has already ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn list(answer: &Value, key: &str) -> Vec<Value> {
    answer[key].as_array().cloned().unwrap_or_else(|| panic!("no {key} in {answer}"))
}
