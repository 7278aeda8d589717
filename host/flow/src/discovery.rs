//! Discovery: fetches a document that names an address, and reads the tenant out of an id token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use serde_json::Value;
use url::Url;

use super::answer::{RawAnswer, retry_after_ms, service_error};
use super::reason::{Code, Reason};
use super::retry::{Backoff, Because, Waits};
use super::scrub::Scrubber;
use super::transport_fault::TransportFault;
use super::{Cost, Failure, Now, Stopped, advice};

/// Longest document that is read, in bytes. Those of public issuers have a few kilobytes.
const MAX_DOCUMENT_BYTES: usize = 64 << 10;

/// Longest tenant id that is put into a URL, in bytes. Those of the vendor are UUIDs.
const MAX_TENANT_BYTES: usize = 256;

/// What to do next.
pub enum DocumentEffect {
    /// Wait this many milliseconds, then send the request again.
    Wait(u64),
    /// Done: the document, or why there is none.
    Finish(Result<Value, Stopped>),
}

/// Fetches one document, with retries as for a token.
pub struct DocumentFlow<'s> {
    waits: Waits,
    scrubber: &'s Scrubber,
    backoff: Backoff,
    cost: Cost,
    /// Why it is waiting.
    held_up: Option<Stopped>,
}

impl<'s> DocumentFlow<'s> {
    /// Begins; the first request is to be sent at once.
    pub fn new(waits: Waits, scrubber: &'s Scrubber) -> Self {
        Self { waits, scrubber, backoff: Backoff::default(), cost: Cost::default(), held_up: None }
    }

    /// The waits and retries so far. The driver counts the requests.
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// What it waits for: the reason if the time runs out.
    pub fn held_up(&self) -> Option<&Stopped> {
        self.held_up.as_ref()
    }

    /// An answer came.
    pub fn answered(&mut self, raw: &RawAnswer, now: Now) -> DocumentEffect {
        let retry_after_ms = retry_after_ms(raw, now.epoch_s);
        let (reason, message) = match raw.status {
            200..300 => {
                return DocumentEffect::Finish(read(raw).map_err(|problem| {
                    let message = format!("the discovery document {problem}");
                    Stopped::unavailable(self.failure(raw, Reason::DiscoveryFailed, message, advice::discovery()))
                }));
            }
            429 => (Reason::Throttled, "is throttled (429)".to_owned()),
            408 | 425 | 500.. => (Reason::ServerError, format!("could not be had ({})", raw.status)),
            300..400 => {
                let message = format!("the discovery document was answered with a redirect{}", to_host(raw));
                let failure = self.failure(raw, Reason::Redirect, message, advice::redirected());
                return DocumentEffect::Finish(Err(Stopped::refused(failure)));
            }
            status => {
                let message = format!("the discovery document was refused ({status})");
                let failure = self.failure(raw, Reason::DiscoveryFailed, message, advice::discovery());
                return DocumentEffect::Finish(Err(Stopped::refused(failure)));
            }
        };
        let failure = self.failure(raw, reason, format!("the discovery document {message}"), advice::unavailable());
        let because = match raw.status {
            429 => Because::Throttled { retry_after_ms },
            _ => Because::Broken { retry_after_ms },
        };
        self.again(because, failure, now)
    }

    /// No answer came.
    pub fn failed(&mut self, fault: TransportFault, now: Now) -> DocumentEffect {
        let failure = Failure::new(Reason::Transport(fault), fault.message());
        if fault.was_not_sent() {
            return DocumentEffect::Finish(Err(Stopped::unavailable(failure.with_advice(advice::unreachable()))));
        }
        self.again(Because::Broken { retry_after_ms: None }, failure.with_advice(advice::unavailable()), now)
    }

    fn again(&mut self, because: Because, failure: Failure, now: Now) -> DocumentEffect {
        let Some(ms) = self.backoff.next(because, &self.waits, now) else {
            return DocumentEffect::Finish(Err(Stopped::unavailable(failure)));
        };
        self.cost.retried(failure.reason());
        self.cost.wait_ms += ms;
        self.held_up = Some(Stopped::unavailable(failure));
        DocumentEffect::Wait(ms)
    }

    fn failure(&self, raw: &RawAnswer, reason: Reason, message: String, advice: String) -> Failure {
        let said = service_error(raw, self.scrubber);
        Failure {
            status: Some(raw.status),
            code: Code::new(reason, said.code),
            message: said.message.map_or_else(|| message.clone(), |said| format!("{message}: {said}")),
            advice: Some(advice),
            correlation_id: said.correlation_id,
        }
    }
}

/// The document, or what is wrong with it.
fn read(raw: &RawAnswer) -> Result<Value, &'static str> {
    if raw.body.len() > MAX_DOCUMENT_BYTES {
        return Err("is too long to be one (more than 64 KiB)");
    }
    let body = raw.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw.body);
    match serde_json::from_slice(body) {
        Ok(Value::Object(document)) => Ok(Value::Object(document)),
        Err(_) if body.trim_ascii_start().starts_with(b"<") => Err("is HTML; check `issuer`"),
        _ => Err("is not the JSON that was expected; check `issuer`"),
    }
}

/// ` to HOST`, where a redirect names one.
fn to_host(raw: &RawAnswer) -> String {
    let target = raw.header("location").and_then(|location| Url::parse(location).ok());
    let host = target.as_ref().and_then(Url::host_str);
    host.map(|host| format!(" to {}", display::quote(host))).unwrap_or_default()
}

/// The address that a document has at `key`.
///
/// # Errors
/// The document names none.
pub fn address(document: &Value, key: &str) -> Result<Url, Stopped> {
    let named = document.get(key).and_then(Value::as_str).and_then(|text| Url::parse(text.trim()).ok());
    let plain = named.filter(|url| url.query().is_none() && url.fragment().is_none());
    plain.ok_or_else(|| {
        let message = format!("the discovery document has no plain URL at `{key}`");
        Stopped::refused(Failure::new(Reason::DiscoveryFailed, message).with_advice(advice::discovery()))
    })
}

/// The tenant that an id token is for: the claim `tenantId` of its payload (RFC 7519 section 3).
///
/// The signature is not checked. The token came over TLS from the token endpoint, whose host is trusted (OpenID Connect
/// Core 1.0 section 3.1.3.7 allows it then), and the claim only chooses a host, which is held to the trust rule itself.
///
/// # Errors
/// There is no id token, or it names no tenant.
pub fn tenant_id(id_token: Option<&Secret>) -> Result<String, Stopped> {
    let claims = || -> Option<Value> {
        let payload = id_token?.expose().split('.').nth(1)?.trim_end_matches('=');
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    };
    let tenant = claims().and_then(|claims| match claims.get("tenantId")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let usable = tenant.filter(|tenant| !tenant.trim().is_empty() && tenant.len() <= MAX_TENANT_BYTES);
    usable.ok_or_else(|| {
        let message = "the answer to the login has no id token that names the tenant, so its address cannot be found";
        let advice = "set `base_url` to the API's address, or log in by `auth = \"password_grant\"`";
        Stopped::refused(Failure::new(Reason::DiscoveryFailed, message).with_advice(advice))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> RawAnswer {
        let headers = vec![("location".into(), "https://evil.example/x?token=y".into())];
        RawAnswer { status, headers, body: body.into() }
    }

    /// The outcome of one answer; `None` if the request is to be sent again.
    fn result(raw: &RawAnswer) -> Option<Result<Value, Stopped>> {
        let waits = Waits { backoff_base_ms: 1, backoff_cap_ms: 1, server_error_wait_ms: 1, deadline_at_ms: 100 };
        let scrubber = Scrubber::default();
        match DocumentFlow::new(waits, &scrubber).answered(raw, Now { ms: 0, epoch_s: 0.0, random: 0.5 }) {
            DocumentEffect::Wait(_) => None,
            DocumentEffect::Finish(result) => Some(result),
        }
    }

    #[test]
    fn only_a_short_json_object_is_a_document() {
        assert!(result(&answer(200, "\u{feff}{\"api_endpoint\": \"https://a.nicecxone.com\"}")).unwrap().is_ok());
        for (body, part) in [
            ("<html>sign in</html>", "HTML"),
            ("[]", "not the JSON"),
            ("", "not the JSON"),
            (&format!("{{\"a\": \"{}\"}}", "x".repeat(MAX_DOCUMENT_BYTES)), "too long"),
        ] {
            let message = result(&answer(200, body)).unwrap().unwrap_err().failure.message;
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn it_is_asked_for_again_where_a_token_would_be() {
        for status in [408, 425, 429, 500, 503, 599] {
            assert!(result(&answer(status, "")).is_none(), "{status}");
        }
        for status in [400, 401, 403, 404] {
            let stopped = result(&answer(status, "")).unwrap().unwrap_err();
            assert_eq!(stopped.failure.status, Some(status));
        }
        let redirected = result(&answer(302, "")).unwrap().unwrap_err().failure.message;
        assert!(redirected.contains("`evil.example`") && !redirected.contains("token=y"), "{redirected}");
    }

    #[test]
    fn the_tenant_is_a_claim_of_the_id_token() {
        let token = |claims: &str| Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
        assert_eq!(tenant_id(Some(&token(r#"{"tenantId": "t-1"}"#))).unwrap(), "t-1");
        assert_eq!(tenant_id(Some(&token(r#"{"tenantId": 12345}"#))).unwrap(), "12345");
        let long = format!(r#"{{"tenantId": "{}"}}"#, "x".repeat(MAX_TENANT_BYTES + 1));
        for claims in ["{}", r#"{"tenantId": " "}"#, r#"{"tenantId": null}"#, "[]", "no JSON", &long] {
            assert!(tenant_id(Some(&token(claims))).is_err(), "{claims}");
        }
        for other in ["", "a", "a.b.c", "..", "a.%%%.c"] {
            assert!(tenant_id(Some(&Secret::new(other))).is_err(), "{other}");
        }
        assert!(tenant_id(None).is_err());
    }
}
