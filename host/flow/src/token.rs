//! Fetches a token and decides how long it may be used.

use cxvars_core::base::secret::Secret;
use serde_json::Value;

use super::answer::{RawAnswer, retry_after_ms, service_error};
use super::reason::{Code, Reason};
use super::retry::{Backoff, Because, Waits};
use super::scrub::Scrubber;
use super::transport_fault::TransportFault;
use super::{Cost, Failure, Now, Stopped, advice};

/// Lifetime of a token, in seconds, if the answer does not say.
const DEFAULT_LIFETIME_S: f64 = 300.0;

/// A token and what is known about it. No `Debug`: it holds the token.
#[derive(Clone)]
pub struct Token {
    /// The bearer token itself.
    pub secret: Secret,
    /// When a new token is needed, on the clock of [`Now::ms`].
    pub use_until_ms: u64,
    /// The scopes that were granted, if the answer says.
    pub scopes: Option<Vec<String>>,
    /// Number of the token within a run, which distinguishes a refused token from its successor.
    pub generation: u64,
}

impl Token {
    /// Whether it may still be sent.
    pub fn is_usable(&self, now: Now) -> bool {
        now.ms < self.use_until_ms
    }

    /// The scopes of `needed` that the answer says were not granted.
    pub fn missing_scopes<'s>(&self, needed: &[&'s str]) -> Vec<&'s str> {
        let Some(granted) = &self.scopes else { return Vec::new() };
        needed.iter().copied().filter(|scope| !granted.iter().any(|have| have == scope)).collect()
    }
}

/// How long a token may be used, in milliseconds: its lifetime less the buffer, which is at most half of it.
///
/// The lifetime may be a number or a string that holds one. If it is absent, or not a positive finite number, it counts
/// as 300 s.
fn usable_ms(expires_in: Option<&Value>, buffer_s: u64) -> u64 {
    let number = expires_in.and_then(|value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()));
    let lifetime_s = number.filter(|seconds: &f64| seconds.is_finite() && *seconds > 0.0).unwrap_or(DEFAULT_LIFETIME_S);
    let usable_s = lifetime_s - (buffer_s as f64).min(lifetime_s / 2.0);
    (usable_s * 1000.0).floor() as u64
}

/// What to do next.
pub enum TokenEffect {
    /// Send the token request.
    Send,
    /// Wait this many milliseconds, then report [`TokenEvent::Waited`].
    Wait(u64),
    /// Done.
    Finish(Result<Token, Stopped>),
}

/// What happened.
#[derive(Clone, Copy)]
pub enum TokenEvent<'e> {
    /// Nothing yet.
    Start,
    /// An answer came. The token's lifetime counts from `sent_ms`.
    Answered {
        /// The answer.
        raw: &'e RawAnswer,
        /// When the request was sent, on the clock of [`Now::ms`].
        sent_ms: u64,
    },
    /// No answer came.
    Failed(TransportFault),
    /// The wait is over.
    Waited,
}

/// Fetches one token, with retries.
pub struct TokenFlow<'s> {
    waits: Waits,
    buffer_s: u64,
    generation: u64,
    scrubber: &'s Scrubber,
    backoff: Backoff,
    cost: Cost,
}

impl<'s> TokenFlow<'s> {
    /// Begins to fetch the token of this generation.
    pub fn new(waits: Waits, buffer_s: u64, generation: u64, scrubber: &'s Scrubber) -> Self {
        Self { waits, buffer_s, generation, scrubber, backoff: Backoff::default(), cost: Cost::default() }
    }

    /// The waits and retries so far. The driver counts the requests.
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// Takes what happened and says what to do next.
    pub fn step(&mut self, event: TokenEvent<'_>, now: Now) -> TokenEffect {
        match event {
            TokenEvent::Start | TokenEvent::Waited => TokenEffect::Send,
            TokenEvent::Answered { raw, sent_ms } => self.answered(raw, sent_ms, now),
            TokenEvent::Failed(fault) => {
                let failed = Failure::new(Reason::Transport(fault), fault.message());
                if fault.was_not_sent() {
                    let failed = failed.with_advice(advice::unreachable());
                    return TokenEffect::Finish(Err(Stopped::unavailable(failed)));
                }
                self.again(Because::Broken { retry_after_ms: None }, failed.with_advice(advice::unavailable()), now)
            }
        }
    }

    fn answered(&mut self, raw: &RawAnswer, sent_ms: u64, now: Now) -> TokenEffect {
        let retry_after_ms = retry_after_ms(raw, now.epoch_s);
        let said = service_error(raw, self.scrubber);
        let failed = |reason: Reason, what: &str, advice: String| Failure {
            status: Some(raw.status),
            code: Code::new(reason, said.code.clone()),
            message: match &said.message {
                Some(said) => format!("{what}: {said}"),
                None => what.to_owned(),
            },
            advice: Some(advice),
            correlation_id: said.correlation_id.clone(),
        };
        match raw.status {
            200..300 => TokenEffect::Finish(self.token(raw, sent_ms).ok_or_else(|| {
                let what = "the token answer is not the JSON that was expected";
                Stopped::unavailable(failed(Reason::TokenUnreadable, what, advice::unavailable()))
            })),
            300..400 => TokenEffect::Finish(Err(Stopped::refused(failed(
                Reason::Redirect,
                "the token endpoint answered with a redirect",
                advice::redirected(),
            )))),
            429 => {
                let failed = failed(Reason::Throttled, "the token endpoint is throttling (429)", advice::unavailable());
                self.again(Because::Throttled { retry_after_ms }, failed, now)
            }
            400..500 => TokenEffect::Finish(Err(Stopped::refused(failed(
                Reason::LoginRefused,
                &format!("no token was granted ({})", raw.status),
                "check the client id and secret (and the auth style) against the Admin Console; not retried".to_owned(),
            )))),
            _ => {
                let what = format!("the token endpoint failed ({})", raw.status);
                let failed = failed(Reason::ServerError, &what, advice::unavailable());
                self.again(Because::Broken { retry_after_ms }, failed, now)
            }
        }
    }

    fn again(&mut self, because: Because, failed: Failure, now: Now) -> TokenEffect {
        let cause = failed.reason();
        let Some(ms) = self.backoff.next(because, &self.waits, now) else {
            return TokenEffect::Finish(Err(Stopped::unavailable(failed)));
        };
        self.cost.retried(cause);
        self.cost.wait_ms += ms;
        TokenEffect::Wait(ms)
    }

    fn token(&self, raw: &RawAnswer, sent_ms: u64) -> Option<Token> {
        let body: Value = serde_json::from_slice(&raw.body).ok()?;
        // An HTTP header cannot carry other characters.
        let text = body
            .get("access_token")?
            .as_str()
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))?;
        let scopes = body.get("scope").and_then(Value::as_str);
        Some(Token {
            secret: Secret::new(text),
            use_until_ms: sent_ms.saturating_add(usable_ms(body.get("expires_in"), self.buffer_s)),
            scopes: scopes.map(|scopes| scopes.split_whitespace().map(str::to_owned).collect()),
            generation: self.generation,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_lifetime_gives_a_usable_time_within_it() {
        for (expires_in, usable) in [
            (json!(3600), 3_540_000),
            (json!("3600"), 3_540_000),
            (json!(100), 50_000),
            (json!(0), 240_000),
            (json!(-5), 240_000),
            (json!(null), 240_000),
            (json!("soon"), 240_000),
            (json!("NaN"), 240_000),
            (json!("1e999"), 240_000),
            (json!({}), 240_000),
        ] {
            assert_eq!(usable_ms(Some(&expires_in), 60), usable, "{expires_in}");
        }
        assert_eq!(usable_ms(None, 60), 240_000);
        assert_eq!(usable_ms(Some(&json!(1e300)), 60), u64::MAX);
    }

    fn answer(status: u16, body: &str) -> RawAnswer {
        RawAnswer { status, headers: Vec::new(), body: body.into() }
    }

    fn run(answers: &[RawAnswer]) -> (Result<Token, Stopped>, Cost) {
        let mut requests = 0;
        let waits = Waits { backoff_base_ms: 1, backoff_cap_ms: 1, server_error_wait_ms: 2, deadline_at_ms: 100 };
        let scrubber = Scrubber::default();
        let mut flow = TokenFlow::new(waits, 60, 1, &scrubber);
        let mut answers = answers.iter();
        let mut now = Now { ms: 0, epoch_s: 0.0, random: 1.0 };
        let mut effect = flow.step(TokenEvent::Start, now);
        loop {
            effect = match effect {
                TokenEffect::Send => {
                    requests += 1;
                    flow.step(TokenEvent::Answered { raw: answers.next().unwrap(), sent_ms: now.ms }, now)
                }
                TokenEffect::Wait(ms) => {
                    now.ms += ms;
                    flow.step(TokenEvent::Waited, now)
                }
                TokenEffect::Finish(result) => return (result, Cost { requests, ..flow.cost().clone() }),
            }
        }
    }

    #[test]
    fn a_refusal_is_final_and_trouble_is_not() {
        let (refused, cost) = run(&[answer(401, r#"{"error":"invalid_client"}"#)]);
        assert_eq!(
            (refused.err().map(|stopped| stopped.failure.code.to_string()), cost.requests),
            (Some("invalid_client".into()), 1)
        );
        let good = r#"{"access_token":"t","scope":"dataactions:read x"}"#;
        let (token, cost) = run(&[answer(503, ""), answer(429, ""), answer(200, good)]);
        let token = token.ok().unwrap();
        assert_eq!(token.missing_scopes(&["dataactions:read", "dataactions:write"]), ["dataactions:write"]);
        assert_eq!((cost.requests, cost.wait_ms, cost.retries.len()), (3, 3, 2));
        assert!(run(&[answer(200, "<html>")]).0.is_err());
        assert!(run(&[answer(200, r#"{"access_token":"a\nb"}"#)]).0.is_err());
        assert_eq!(run(&[answer(302, "")]).0.err().map(|stopped| stopped.failure.reason()), Some(Reason::Redirect));
    }
}
