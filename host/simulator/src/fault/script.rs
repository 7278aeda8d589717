//! Reads a script, and counts requests to find the faults that are due.

use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fault, Operation};

/// A fault and the requests that it applies to.
#[derive(Clone)]
struct Entry {
    on: Operation,
    action: Option<String>,
    from: u64,
    times: Option<u64>,
    fault: Fault,
}

/// A parsed script.
#[derive(Clone, Default)]
pub struct FaultScript(Vec<Entry>);

/// Why a script cannot be used, as one line that names the place.
#[derive(Debug, thiserror::Error)]
#[error("fault script: {place}{reason}")]
pub struct FaultScriptError {
    place: String,
    reason: String,
}

impl FaultScriptError {
    fn new(place: impl Into<String>, reason: impl fmt::Display) -> Self {
        // serde's messages name Rust types. Replace them with plain words.
        let mut reason = reason.to_string();
        for (rust, plain) in [
            ("u16", "a whole number"),
            ("u64", "a whole number"),
            ("a string", "text"),
            ("a sequence", "an array"),
            ("internally tagged enum Fault", "an object with `kind`"),
            ("struct RawEntry", "an object"),
            ("struct RawScript", "an object with `faults`"),
            ("a boolean", "true or false"),
        ] {
            reason = reason.replace(&format!("expected {rust}"), &format!("expected {plain}"));
        }
        Self { place: place.into(), reason }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScript {
    faults: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    on: Operation,
    action: Option<String>,
    nth: Option<u64>,
    from: Option<u64>,
    every: Option<bool>,
    times: Option<u64>,
    fault: Value,
}

impl FaultScript {
    /// Reads a script.
    ///
    /// # Errors
    ///
    /// The text is not JSON, or an entry is not as described in the documentation of [`fault`](crate::fault).
    pub fn parse(text: &str) -> Result<Self, FaultScriptError> {
        let raw: RawScript = serde_json::from_str(text).map_err(|error| FaultScriptError::new("", error))?;
        let entries = raw.faults.into_iter().enumerate().map(|(index, value)| {
            let place = format!("`faults[{index}]`: ");
            let raw: RawEntry = typed(&place, value)?;
            Entry::new(raw, &place)
        });
        entries.collect::<Result<_, _>>().map(Self)
    }
}

fn typed<T: DeserializeOwned>(place: &str, value: Value) -> Result<T, FaultScriptError> {
    serde_json::from_value(value).map_err(|error| FaultScriptError::new(place, error))
}

impl Entry {
    fn new(raw: RawEntry, place: &str) -> Result<Self, FaultScriptError> {
        let wrong = |reason: &str| FaultScriptError::new(place, reason);
        let fault: Fault = typed(&format!("{place}`fault`: "), raw.fault)?;
        fault.check().map_err(wrong)?;
        if !fault.operations().contains(&raw.on) {
            let on = match raw.on {
                Operation::Token => "token",
                Operation::Discovery => "discovery",
                Operation::Get => "get",
                Operation::Put => "put",
            };
            let reason = format!("`{}` cannot be used on `{on}`", fault.kind());
            return Err(wrong(&reason));
        }
        if raw.action.is_some() && !matches!(raw.on, Operation::Get | Operation::Put) {
            return Err(wrong("`action` cannot be used on `token` and `discovery`"));
        }
        if [raw.nth, raw.from, raw.times].contains(&Some(0)) {
            return Err(wrong("`nth`, `from` and `times` count from 1"));
        }
        if raw.every == Some(false) {
            return Err(wrong("`every` can only be true; leave it out instead"));
        }
        let (from, times) = match (raw.nth, raw.from, raw.every) {
            (nth, None, None) => (nth.unwrap_or(1), Some(raw.times.unwrap_or(1))),
            (None, Some(from), None) => (from, raw.times),
            (None, None, Some(_)) => (1, raw.times),
            _ => return Err(wrong("only one of `nth`, `from` and `every` can be given")),
        };
        Ok(Self { on: raw.on, action: raw.action, from, times, fault })
    }
}

/// A fault that is due for the current request.
pub(crate) struct Due {
    pub(crate) fault: Fault,
    applied: Cell<bool>,
}

impl Due {
    /// Marks the fault as having taken effect.
    pub(crate) fn apply(&self) {
        self.applied.set(true);
    }

    /// The kinds of the faults that took effect.
    pub(crate) fn applied(due: &[Self]) -> Vec<&'static str> {
        let applied = due.iter().filter(|due| due.applied.get());
        applied.map(|due| due.fault.kind()).collect()
    }
}

/// A script, and the number of matching requests that each entry has seen.
#[derive(Default)]
pub(crate) struct Faults {
    script: FaultScript,
    seen: Vec<u64>,
}

impl Faults {
    pub(crate) fn new(script: FaultScript) -> Self {
        let seen = vec![0; script.0.len()];
        Self { script, seen }
    }

    /// Whether the service writes actions in another form.
    pub(crate) fn rewrites(&self) -> bool {
        self.script.0.iter().any(|entry| matches!(entry.fault, Fault::Rewritten { .. }))
    }

    /// Counts a request and returns the faults that are due, in the order of the script.
    pub(crate) fn due(&mut self, on: Operation, action: Option<&str>) -> Vec<Due> {
        let mut due = Vec::new();
        for (entry, seen) in self.script.0.iter().zip(&mut self.seen) {
            let other = entry.action.is_some() && entry.action.as_deref() != action;
            if entry.on != on || other {
                continue;
            }
            *seen += 1;
            let hit = seen.checked_sub(entry.from);
            if hit.is_some_and(|hit| entry.times.is_none_or(|times| hit < times)) {
                due.push(Due { fault: entry.fault.clone(), applied: Cell::new(false) });
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(entries: &str) -> FaultScript {
        FaultScript::parse(&format!("{{\"faults\": [{entries}]}}")).map_err(|error| error.to_string()).ok().unwrap()
    }

    fn error(text: &str) -> String {
        FaultScript::parse(text).err().unwrap().to_string()
    }

    fn entry_error(entry: &str) -> String {
        error(&format!("{{\"faults\": [{entry}]}}"))
    }

    /// The numbers, from 1, of those among the first six PUTs that are hit.
    fn hits(when: &str) -> Vec<usize> {
        let entry = format!(r#"{{"on": "put"{when}, "fault": {{"kind": "empty"}}}}"#);
        let mut faults = Faults::new(script(&entry));
        let hit = (1..=6).filter(|_| {
            assert!(faults.due(Operation::Get, Some("a")).is_empty());
            !faults.due(Operation::Put, Some("a")).is_empty()
        });
        hit.collect()
    }

    #[test]
    fn the_turn_of_a_fault_is_counted_per_kind_of_request() {
        assert_eq!(hits(""), [1]);
        assert_eq!(hits(r#", "nth": 2"#), [2]);
        assert_eq!(hits(r#", "nth": 2, "times": 2"#), [2, 3]);
        assert_eq!(hits(r#", "times": 3"#), [1, 2, 3]);
        assert_eq!(hits(r#", "from": 4"#), [4, 5, 6]);
        assert_eq!(hits(r#", "from": 4, "times": 1"#), [4]);
        assert_eq!(hits(r#", "every": true"#), [1, 2, 3, 4, 5, 6]);
        assert_eq!(hits(r#", "every": true, "action": "a", "times": 2"#), [1, 2]);
        assert!(hits(r#", "every": true, "action": "b""#).is_empty());
    }

    #[test]
    fn every_example_of_the_documentation_is_read() {
        let source = include_str!("mod.rs");
        let mut count = 0;
        for line in source.lines().map_while(|line| line.strip_prefix("//!")) {
            let Some(example) = line.strip_prefix(" - `{").and_then(|rest| Some(rest.split_once("}`")?.0)) else {
                continue;
            };
            let on = match () {
                () if line.contains("(`token`)") || example.contains("token_") => "token",
                () if line.contains("(`get`") => "get",
                () => "put",
            };
            script(&format!(r#"{{"on": "{on}", "fault": {{{example}}}}}"#));
            count += 1;
        }
        assert!(count >= 20, "{count}");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (entry, expected) in [
            (r#"{"on": "put", "fault": {"kind": "nope"}}"#, "unknown variant `nope`"),
            (r#"{"on": "put", "fault": {"kind": "truncated", "x": 1}}"#, "unknown field `x`"),
            (r#"{"on": "put", "fault": {"kind": "slow"}}"#, "missing field `delay_ms`"),
            (r#"{"on": "put", "fault": {"kind": "slow", "delay_ms": "x"}}"#, "expected a whole number"),
            (r#"{"on": "put", "nht": 1, "fault": {"kind": "empty"}}"#, "unknown field `nht`"),
            (r#"{"on": "put", "nth": 1, "from": 1, "fault": {"kind": "empty"}}"#, "only one of"),
            (r#"{"on": "put", "nth": 0, "fault": {"kind": "empty"}}"#, "count from 1"),
            (r#"{"on": "put", "every": false, "fault": {"kind": "empty"}}"#, "can only be true"),
            (r#"{"on": "get", "fault": {"kind": "drop_variable", "name": "a"}}"#, "cannot be used on `get`"),
            (r#"{"on": "token", "action": "a", "fault": {"kind": "empty"}}"#, "cannot be used on `token`"),
            (r#"{"on": "put", "fault": {"kind": "status", "status": 99}}"#, "from 200 to 599"),
            (r#"{"on": "put", "fault": {"kind": "status", "status": 204, "body": "x"}}"#, "no body"),
            (r#"{"on": "put", "fault": {"kind": "status", "status": 429, "retry_after": -1}}"#, "`retry_after` is"),
            (r#"{"on": "put", "fault": {"kind": "redirect", "location": "a b"}}"#, "not a URL"),
            (r#"{"on": "token", "fault": {"kind": "token_scope"}}"#, "missing field `scope`"),
        ] {
            let error = entry_error(entry);
            assert!(error.starts_with("fault script: `faults[0]`: "), "{error}");
            assert!(error.contains(expected), "{error}");
        }
        assert!(error("{").contains("line 1"));
        assert!(error(r#"{"fault": []}"#).contains("unknown field `fault`"));
        assert!(error("[3]").contains("fault script: "));
    }
}
