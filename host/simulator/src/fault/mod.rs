//! Scripted faults: what goes wrong, and at which request.
//!
//! A script is a JSON object with one key, `faults`, an array of entries:
//!
//! ```json
//! {"faults": [
//!   {"on": "put", "nth": 1, "fault": {"kind": "status", "status": 500, "commit": true}},
//!   {"on": "get", "from": 2, "times": 3, "fault": {"kind": "slow", "delay_ms": 200}},
//!   {"on": "put", "action": "da-1", "every": true, "fault": {"kind": "truncated"}}
//! ]}
//! ```
//!
//! - `on`: `token`, `discovery` (both documents), `get` or `put`.
//! - `action` (optional; with `get` and `put`): only requests for the action of this id.
//! - At most one of `nth` (the nth matching request, from 1), `from` (the nth and all later ones) and `every` (must be
//!   `true`; all of them). Without any of them, `"nth": 1` applies.
//! - `times` (optional): the number of consecutive matching requests that are hit, from the first one. The default is
//!   1 with `nth`, and unlimited with `from` and `every`.
//!
//! Every request of the kind counts as matching, including one that is refused. All due entries take effect together.
//! If several entries decide the same thing (the answer, or its delivery), the first one in the script decides.
//! Unknown keys are errors, and so is a fault on a kind of request that it does not apply to. Only the keys marked
//! optional have defaults.
//!
//! # Kinds
//!
//! Faults that replace the handling of the request, so that nothing is committed:
//!
//! - `{"kind": "status", "status": 429, "retry_after": 2}`: answers with this status, from 200 to 599. `retry_after`
//!   (optional) is a number of seconds, `"http-date:+2"` for the date that many seconds later (rounded up to a whole
//!   second), or null for no header. `body` (optional) is the body as text. The default body is an error in the
//!   service's own form.
//! - `{"kind": "redirect", "location": "https://example.com/"}`: a redirect. `status` (optional) defaults to 302.
//! - `{"kind": "reset", "when": "before_commit"}`: the connection is reset without an answer.
//! - `{"kind": "slow", "delay_ms": 500, "commit": false}`: a delay, then 504.
//! - `{"kind": "late", "status": 504, "delay_ms": 6000}` (`put`): this answer at once, as of a gateway that gave up; the
//!   request is handled `delay_ms` later.
//!
//! Faults that replace the answer after the request was handled, if it succeeded:
//!
//! - `{"kind": "status", "status": 500, "commit": true}`: as `status`, but after the commit.
//! - `{"kind": "garbage"}`: 200 with a body that is not JSON.
//! - `{"kind": "empty"}`: 204 without a body.
//! - `{"kind": "no_variables"}` (`put`): the definition in the answer has no `variables`.
//! - `{"kind": "echo"}` (`put`): the answer shows the variables that were sent, whatever was stored.
//! - `{"kind": "rewritten", "form": "typed"}` (`get`, `put`): the action in another form, with fields that no request
//!   has: `typed` (values as JSON of their type), `capitals` (types and scopes), `nulls` (for empty values and lists, and
//!   for defaults), `absent` (the same left out) or `marked` (a byte order mark, and white space). A service whose
//!   script has such a fault accepts all these forms, and unknown fields, in a PUT.
//! - `{"kind": "part", "shown": 1}` (`get`): the first `shown` variables, and the address of a next page.
//! - `{"kind": "padded", "bytes": 9000000}`: `bytes` spaces after the body.
//! - `{"kind": "tag", "form": "weak"}` (`get`, `put`): the ETag as a `weak` one, or with the suffix `gzip`.
//! - `{"kind": "token_body", "body": "{\"access_token\": \"{token}\", \"expires_in\": \"60\"}"}` (`token`): the body as
//!   text. `{token}` in it is replaced by a valid token.
//!
//! Faults in the delivery of any answer:
//!
//! - `{"kind": "reset", "when": "mid_body"}`: half the body is sent, then the connection is reset. An answer without a
//!   body is lost completely.
//! - `{"kind": "truncated"}`: the same.
//! - `{"kind": "reset", "when": "after_commit"}`: the request is handled, then the connection is reset without an
//!   answer.
//! - `{"kind": "slow", "delay_ms": 500}`: the request is handled, then the answer is delayed.
//!
//! Faults in the handling of the request:
//!
//! - `{"kind": "lag", "ms": 3000}` (`get`): the action is shown as it was `ms` ago, as by a replica.
//! - `{"kind": "drop_variable", "name": "limit"}` (`put`): the variable is silently not stored.
//! - `{"kind": "cut_value", "name": "limit", "characters": 1}` (`put`): only the beginning of the value is stored.
//! - `{"kind": "flip_encrypted", "name": "key"}` (`put`): the variable is stored with the opposite `encrypted`. A value
//!   that was sent as encrypted stays unreadable: answers show the mask.
//! - `{"kind": "writer_before", "name": "limit", "value": "9"}` (`get`, `put`): somebody else sets a plain variable
//!   just before the request is handled. An existing variable keeps its type and scope.
//! - `{"kind": "writer_after", "name": "limit", "value": "9"}` (`get`, `put`): the same, just after the request
//!   succeeded. The answer does not show the change.
//! - `{"kind": "revoke_token"}` (`get`, `put`): the request's token is revoked just before the request is handled.
//! - `{"kind": "state", "state": "PUBLISHING"}` (`get`, `put`): the action's state is set just before the request is
//!   handled, and stays.
//! - `{"kind": "token_scope", "scope": "dataactions:read"}` (`token`): the token has these scopes, and the answer lists
//!   them. With `null` the answer has no `scope`, and the token has the scopes that it would have without the fault.

use serde::Deserialize;
use serde_json::Value;

use super::form::Form;
use super::state::MAX_LAG_MS;

mod script;

pub(super) use script::{Due, Faults};
pub use script::{FaultScript, FaultScriptError};

/// The kinds of requests that faults can apply to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// A token request.
    Token,
    /// GET of a discovery document.
    Discovery,
    /// GET of an action.
    Get,
    /// PUT of an action.
    Put,
}

/// When a reset happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the request is handled.
    BeforeCommit,
    /// In the middle of the answer's body.
    MidBody,
    /// After the request was handled, before the first byte of the answer.
    AfterCommit,
}

/// A `retry-after` header, in one of the two forms of RFC 9110 section 10.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// The date that many seconds after the request.
    DateIn(u64),
}

impl TryFrom<Value> for RetryAfter {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let seconds = |text: &str| {
            let date = text.strip_prefix("http-date:+")?;
            // `parse` would also accept a sign, but the `+` was already removed.
            let digits = date.bytes().all(|byte| byte.is_ascii_digit());
            // An HTTP date can hold years up to 9999. 100 years are enough and stay far below that.
            let seconds = date.parse().ok().filter(|&s: &u64| s <= 3_155_760_000);
            seconds.filter(|_| digits)
        };
        match &value {
            Value::Number(number) => number.as_u64().map(Self::Seconds),
            Value::String(text) => seconds(text).map(Self::DateIn),
            _ => None,
        }
        .ok_or("`retry_after` is a whole number of seconds, `http-date:+N` or null")
    }
}

/// Most spaces of a `padded` fault.
const MAX_PADDING_BYTES: usize = 100_000_000;

/// How an ETag is written that names the same state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TagForm {
    /// `W/"…"`.
    Weak,
    /// With the suffix `-gzip`, as Apache does for a compressed answer.
    Gzip,
}

/// One fault. The module's documentation explains each kind. No `Debug`, because bodies and values may be secret.
#[derive(Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Fault {
    Status {
        status: u16,
        retry_after: Option<RetryAfter>,
        body: Option<String>,
        #[serde(default)]
        commit: bool,
    },
    Reset {
        when: Moment,
    },
    Slow {
        delay_ms: u64,
        #[serde(default = "yes")]
        commit: bool,
    },
    Late {
        status: u16,
        delay_ms: u64,
    },
    Echo {},
    Rewritten {
        form: Form,
    },
    Part {
        shown: usize,
    },
    Padded {
        bytes: usize,
    },
    Tag {
        form: TagForm,
    },
    Lag {
        ms: u64,
    },
    CutValue {
        name: String,
        characters: usize,
    },
    Truncated {},
    Garbage {},
    Empty {},
    DropVariable {
        name: String,
    },
    FlipEncrypted {
        name: String,
    },
    WriterBefore {
        name: String,
        value: String,
    },
    WriterAfter {
        name: String,
        value: String,
    },
    RevokeToken {},
    State {
        state: String,
    },
    Redirect {
        location: String,
        #[serde(default = "found")]
        status: u16,
    },
    TokenBody {
        body: String,
    },
    TokenScope {
        #[serde(deserialize_with = "Option::deserialize")]
        scope: Option<String>,
    },
    NoVariables {},
}

fn yes() -> bool {
    true
}

fn found() -> u16 {
    302
}

impl Fault {
    /// The kind as written in the script, for the list of exchanges.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Reset { .. } => "reset",
            Self::Slow { .. } => "slow",
            Self::Late { .. } => "late",
            Self::Echo {} => "echo",
            Self::Rewritten { .. } => "rewritten",
            Self::Part { .. } => "part",
            Self::Padded { .. } => "padded",
            Self::Tag { .. } => "tag",
            Self::Lag { .. } => "lag",
            Self::CutValue { .. } => "cut_value",
            Self::Truncated {} => "truncated",
            Self::Garbage {} => "garbage",
            Self::Empty {} => "empty",
            Self::DropVariable { .. } => "drop_variable",
            Self::FlipEncrypted { .. } => "flip_encrypted",
            Self::WriterBefore { .. } => "writer_before",
            Self::WriterAfter { .. } => "writer_after",
            Self::RevokeToken {} => "revoke_token",
            Self::State { .. } => "state",
            Self::Redirect { .. } => "redirect",
            Self::TokenBody { .. } => "token_body",
            Self::TokenScope { .. } => "token_scope",
            Self::NoVariables {} => "no_variables",
        }
    }

    /// The kinds of requests that the fault can apply to.
    fn operations(&self) -> &'static [Operation] {
        use Operation::{Discovery, Get, Put, Token};
        match self {
            Self::Status { .. }
            | Self::Reset { .. }
            | Self::Slow { .. }
            | Self::Truncated {}
            | Self::Garbage {}
            | Self::Empty {}
            | Self::Padded { .. }
            | Self::Redirect { .. } => &[Token, Discovery, Get, Put],
            Self::WriterBefore { .. }
            | Self::WriterAfter { .. }
            | Self::RevokeToken {}
            | Self::State { .. }
            | Self::Rewritten { .. }
            | Self::Tag { .. } => &[Get, Put],
            Self::DropVariable { .. }
            | Self::FlipEncrypted { .. }
            | Self::CutValue { .. }
            | Self::NoVariables {}
            | Self::Echo {}
            | Self::Late { .. } => &[Put],
            Self::Lag { .. } | Self::Part { .. } => &[Get],
            Self::TokenBody { .. } | Self::TokenScope { .. } => &[Token],
        }
    }

    /// Checks what serde cannot check about the fields.
    fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Status { status, body, .. } => {
                if !(200..=599).contains(status) {
                    return Err("`status` is a number from 200 to 599");
                }
                let has_body = body.as_ref().is_some_and(|body| !body.is_empty());
                if has_body && !may_have_body(*status) {
                    return Err("an answer of this `status` has no body");
                }
            }
            Self::Late { status, .. } if !(200..=599).contains(status) => {
                return Err("`status` is a number from 200 to 599");
            }
            Self::Padded { bytes } if *bytes > MAX_PADDING_BYTES => return Err("`bytes` is at most 100000000"),
            Self::Lag { ms } if *ms > MAX_LAG_MS => return Err("`ms` is at most 600000"),
            Self::Redirect { location, status } => {
                if !(300..=399).contains(status) || !may_have_body(*status) {
                    return Err("`status` is a number from 300 to 399, and not 304");
                }
                if !location.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err("`location` is not a URL");
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether an answer with this status may have a body (RFC 9110 sections 15.3.5, 15.3.6, 15.4.5).
pub(super) fn may_have_body(status: u16) -> bool {
    !matches!(status, 204 | 205 | 304)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_has_three_forms() {
        let read = |text| serde_json::from_str::<Option<RetryAfter>>(text);
        assert_eq!(read("7").unwrap(), Some(RetryAfter::Seconds(7)));
        let date = read("\"http-date:+5\"").unwrap();
        assert_eq!(date, Some(RetryAfter::DateIn(5)));
        assert_eq!(read("null").unwrap(), None);
        for bad in ["1.5", "\"7\"", "\"http-date:5\"", "\"http-date:++5\"", "{}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
