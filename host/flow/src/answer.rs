//! An HTTP answer, reduced to what decisions need.

use cxvars_core::base::display;
use cxvars_core::service::stored::StoredAction;
use serde_json::Value;
use url::Url;

use super::reason::{Code, Reason};
use super::scrub::Scrubber;
use super::unusable::{Unusable, is_html};
use super::{Failure, retry};

/// Longest answer that is used, in bytes; an action with 50 variables is a few kilobytes.
pub const MAX_ANSWER_BYTES: usize = 8 << 20;

/// An answer as it came over the wire. No `Debug`: the body may hold values.
pub struct RawAnswer {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The whole body. One of more than [`MAX_ANSWER_BYTES`] may be cut there.
    pub body: Vec<u8>,
}

impl RawAnswer {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null if it is none. A byte order mark before it is skipped.
    pub fn json(&self) -> Value {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// The status of a redirect in words, with the host that it leads to and nothing else of its address.
    pub fn redirect(&self, scrubber: &Scrubber) -> String {
        let host = |location: &str| match Url::parse(location) {
            Ok(url) => url.host_str().map(str::to_owned),
            Err(_) if location.starts_with("//") => {
                Url::parse(&format!("https:{location}")).ok()?.host_str().map(str::to_owned)
            }
            Err(_) => None,
        };
        let to = match self.header("location") {
            None => String::new(),
            Some(location) => match host(location.trim()) {
                Some(host) => format!(" to the host {}", display::quote(&scrubber.scrub(&host))),
                None => " within the same host".to_owned(),
            },
        };
        format!("answered with a redirect{to} ({})", self.status)
    }

    /// The service's id of the request, from the header `X-Correlation-Id`, or `CorrelationId` as the vendor has it.
    pub fn correlation_id(&self) -> Option<&str> {
        self.header("x-correlation-id").or_else(|| self.header("correlationid"))
    }
}

/// What the body of an answer holds.
pub enum Content {
    /// A Data Action.
    Action(StoredAction),
    /// Nothing.
    Empty,
    /// Something else.
    Unusable(Unusable),
}

/// A parsed answer. No `Debug`: it may hold values.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub content: Content,
    /// `Retry-After` in milliseconds from now.
    pub retry_after_ms: Option<u64>,
    /// Entity tag.
    pub etag: Option<String>,
    /// What went wrong in the service's own words, scrubbed. If the request succeeded, it holds only the id of the
    /// request.
    pub service_error: ServiceError,
    /// Whether the body says that the request failed although the status says that it succeeded.
    pub says_error: bool,
    /// A redirect in words, see [`RawAnswer::redirect`].
    pub redirect: Option<String>,
}

/// The service's own words about an error, scrubbed of every secret of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceError {
    /// Its code.
    pub code: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// Its id of the request.
    pub correlation_id: Option<String>,
}

impl Answer {
    /// Parses an answer of the Data Action resource. `epoch_s` is when it came, in seconds since 1970-01-01 UTC.
    pub fn new(raw: &RawAnswer, scrubber: &Scrubber, epoch_s: f64) -> Self {
        let says_error = raw.status < 400 && says_error(&raw.json());
        let content = match StoredAction::parse(&raw.body) {
            _ if raw.body.iter().all(u8::is_ascii_whitespace) => Content::Empty,
            parsed => match Unusable::why(raw, parsed.as_ref(), says_error) {
                Some(why) => Content::Unusable(why),
                None => parsed.map_or(Content::Empty, Content::Action),
            },
        };
        Self {
            status: raw.status,
            content,
            says_error,
            redirect: (300..400).contains(&raw.status).then(|| raw.redirect(scrubber)),
            retry_after_ms: retry_after_ms(raw, epoch_s),
            etag: raw.header("etag").map(str::to_owned),
            service_error: match raw.status {
                ..400 if !says_error => {
                    ServiceError { correlation_id: correlation_id(raw, scrubber), ..ServiceError::default() }
                }
                _ => service_error(raw, scrubber),
            },
        }
    }

    /// Takes the body and leaves [`Content::Empty`].
    pub fn take_content(&mut self) -> Content {
        std::mem::replace(&mut self.content, Content::Empty)
    }

    /// Turns this answer into a failure. Its code is the service's own, else that of `reason`. Its message is
    /// `message`, followed by the service's own if there is one.
    pub fn failure(&self, reason: Reason, message: &str) -> Failure {
        let said = self.service_error.message.as_deref();
        Failure {
            status: Some(self.status),
            code: Code::new(reason, self.service_error.code.clone()),
            message: said.map_or_else(|| message.to_owned(), |said| format!("{message}: {said}")),
            advice: None,
            correlation_id: self.service_error.correlation_id.clone(),
        }
    }
}

/// Whether a body says that the request failed: `"success": false` (or `isSuccess`, `succeeded`; also as a text), or an
/// `error` or `errors` that is not empty. Case and `_` in these names do not matter.
pub fn says_error(body: &Value) -> bool {
    let Value::Object(body) = body else { return false };
    let is_no = |value: &Value| match value {
        Value::Bool(value) => !value,
        Value::String(text) => text.trim().eq_ignore_ascii_case("false"),
        _ => false,
    };
    let is_something = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) | Value::Number(_) => true,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
    };
    body.iter().any(|(key, value)| match key.replace('_', "").to_ascii_lowercase().as_str() {
        "success" | "issuccess" | "succeeded" => is_no(value),
        "error" | "errors" => is_something(value),
        _ => false,
    })
}

/// `Retry-After` of an answer, in milliseconds.
pub fn retry_after_ms(raw: &RawAnswer, epoch_s: f64) -> Option<u64> {
    raw.header("retry-after").and_then(|header| retry::retry_after_ms(header, raw.header("date"), epoch_s))
}

fn correlation_id(raw: &RawAnswer, scrubber: &Scrubber) -> Option<String> {
    raw.correlation_id().map(|id| scrubber.scrub_id(id))
}

/// What the service says about an error: `error` and `error_description` as in RFC 6749, or `code` and `message`,
/// within an object `error` or at the top level.
pub fn service_error(raw: &RawAnswer, scrubber: &Scrubber) -> ServiceError {
    let body = raw.json();
    let find = |value: &Value, keys: &[&str]| {
        let found = keys.iter().find_map(|key| value.get(key)?.as_str());
        found.filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    let text = |value: &Value, keys: &[&str]| find(value, keys).map(|text| scrubber.scrub(&text));
    let id = || find(&body, &["correlation_id", "correlationId", "requestId"]);
    let correlation_id = correlation_id(raw, scrubber).or_else(|| Some(scrubber.scrub_id(&id()?)));
    if is_html(raw) {
        let message = Some("the answer is an HTML page, as of a gateway or proxy".to_owned());
        return ServiceError { code: None, message, correlation_id };
    }
    // RFC 6749, section 5.2: the code says more than its description, which is optional.
    if let Some(code) = text(&body, &["error"]) {
        let said = text(&body, &["error_description", "message"]);
        let message = said.map_or_else(|| code.clone(), |said| format!("{code}: {said}"));
        return ServiceError { code: Some(code), message: Some(message), correlation_id };
    }
    let first = body.get("errors").and_then(|errors| errors.get(0));
    let inner = body.get("error").or(first).filter(|error| error.is_object()).unwrap_or(&body);
    ServiceError {
        code: text(inner, &["code", "errorCode"]),
        message: text(inner, &["message", "error_description", "errorMessage", "detail", "title"])
            .or_else(|| text(&body, &["error_description", "message"]))
            .or_else(|| first.and_then(Value::as_str).map(|said| scrubber.scrub(said))),
        correlation_id,
    }
}

#[cfg(test)]
mod tests {
    use cxvars_core::base::secret::Secret;

    use super::*;

    fn raw(status: u16, body: &str) -> RawAnswer {
        RawAnswer { status, headers: vec![("x-correlation-id".into(), "c1".into())], body: body.into() }
    }

    #[test]
    fn the_services_own_words_come_out_scrubbed() {
        let scrubber = Scrubber::new([&Secret::new("sk_live_abc123")]);
        let body = r#"{"error": {"code": "INVALID", "message": "value sk_live_abc123 is not an integer"}}"#;
        let error = service_error(&raw(400, body), &scrubber);
        assert_eq!(error.message.as_deref(), Some("value [redacted] is not an integer"));
        assert_eq!((error.code.as_deref(), error.correlation_id.as_deref()), (Some("INVALID"), Some("c1")));
        let vendors = RawAnswer { status: 400, headers: vec![("correlationid".into(), "c2".into())], body: Vec::new() };
        assert_eq!(vendors.correlation_id(), Some("c2"));
        let oauth = service_error(&raw(401, r#"{"error":"invalid_client","error_description":"no"}"#), &scrubber);
        assert_eq!(
            (oauth.code.as_deref(), oauth.message.as_deref()),
            (Some("invalid_client"), Some("invalid_client: no"))
        );
        let list = service_error(&raw(400, r#"{"errors":[{"code":"Q","detail":"no room"},{"code":"R"}]}"#), &scrubber);
        assert_eq!((list.code.as_deref(), list.message.as_deref()), (Some("Q"), Some("no room")));
        let bare = service_error(&raw(401, r#"{"error":"invalid_client"}"#), &scrubber);
        assert_eq!(bare.message.as_deref(), Some("invalid_client"));
        let page = service_error(&raw(500, "<html>sk_live_abc123"), &scrubber).message.unwrap_or_default();
        assert!(page.contains("HTML page") && !page.contains("sk_live"), "{page}");
        assert_eq!(service_error(&raw(500, "oops"), &scrubber).message, None);
    }
}
