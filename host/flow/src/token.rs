//! Fetches a token and decides how long it may be used.

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use serde_json::Value;

use super::answer::{MAX_ANSWER_BYTES, RawAnswer, retry_after_ms, says_error, service_error};
use super::reason::{Code, Reason};
use super::retry::{Backoff, Because, Waits};
use super::scrub::Scrubber;
use super::transport_fault::TransportFault;
use super::unusable::{coding, is_html};
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
    /// The id token that came with it, which names the tenant.
    pub id_token: Option<Secret>,
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

/// The scopes of a token: a text that separates them by spaces or commas, or a list of such texts. `None` if the answer
/// does not say, which an empty text or list does not either.
fn scopes(field: Option<&Value>) -> Option<Vec<String>> {
    let texts: Vec<&str> = match field? {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let words =
        texts.iter().flat_map(|text| text.split(|character: char| character == ',' || character.is_whitespace()));
    let scopes: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
    (!scopes.is_empty()).then_some(scopes)
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
    /// Why it is waiting.
    held_up: Option<Stopped>,
}

impl<'s> TokenFlow<'s> {
    /// Begins to fetch the token of this generation.
    pub fn new(waits: Waits, buffer_s: u64, generation: u64, scrubber: &'s Scrubber) -> Self {
        let (backoff, cost) = (Backoff::default(), Cost::default());
        Self { waits, buffer_s, generation, scrubber, backoff, cost, held_up: None }
    }

    /// What it waits for: the reason if the time runs out.
    pub fn held_up(&self) -> Option<&Stopped> {
        self.held_up.as_ref()
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
                    let failed = failed.with_advice(fault.advice());
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
            200..300 if says_error(&raw.json()) => {
                let what = format!("no token was granted ({}, with an error)", raw.status);
                TokenEffect::Finish(Err(Stopped::refused(failed(
                    Reason::LoginRefused,
                    &what,
                    advice::login(raw.status),
                ))))
            }
            200..300 => TokenEffect::Finish(self.token(raw, sent_ms).ok_or_else(|| {
                let (what, advice) = no_token(raw);
                Stopped::unavailable(failed(Reason::TokenUnreadable, &what, advice))
            })),
            300..400 => {
                let what = format!("the token endpoint {}", raw.redirect(self.scrubber));
                TokenEffect::Finish(Err(Stopped::refused(failed(Reason::Redirect, &what, advice::redirected()))))
            }
            408 | 425 => {
                let what = format!("the token endpoint did not take the request ({})", raw.status);
                let failed = failed(Reason::ServerError, &what, advice::unavailable());
                self.again(Because::Broken { retry_after_ms }, failed, now)
            }
            429 => {
                let failed = failed(Reason::Throttled, "the token endpoint is throttling (429)", advice::unavailable());
                self.again(Because::Throttled { retry_after_ms }, failed, now)
            }
            400..500 => TokenEffect::Finish(Err(Stopped::refused(failed(
                Reason::LoginRefused,
                &format!("no token was granted ({})", raw.status),
                advice::login(raw.status),
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
        self.held_up = Some(Stopped::unavailable(failed));
        TokenEffect::Wait(ms)
    }

    fn token(&self, raw: &RawAnswer, sent_ms: u64) -> Option<Token> {
        let body = raw.json();
        // An HTTP header cannot carry other characters.
        let text = body
            .get("access_token")?
            .as_str()
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))?;
        Some(Token {
            secret: Secret::new(text),
            use_until_ms: sent_ms.saturating_add(usable_ms(body.get("expires_in"), self.buffer_s)),
            scopes: scopes(body.get("scope")),
            id_token: body.get("id_token").and_then(Value::as_str).map(Secret::new),
            generation: self.generation,
        })
    }
}

/// Why there is no token in an answer that says success, and what to do next.
fn no_token(raw: &RawAnswer) -> (String, String) {
    if raw.body.len() > MAX_ANSWER_BYTES {
        return ("the token endpoint answered with more than 8 MiB".to_owned(), advice::wrong_address());
    }
    if is_html(raw) {
        let what = "the token endpoint answered with a page for a browser, not with JSON";
        return (what.to_owned(), advice::wrong_address());
    }
    match coding(raw) {
        Some(coding) => {
            let coding = display::quote(&coding);
            (format!("the token answer is encoded as {coding}, which was not asked for"), advice::encoded())
        }
        None => ("the token answer is not the JSON that was expected".to_owned(), advice::unavailable()),
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

    #[test]
    fn scopes_are_words_between_spaces_or_commas_or_a_list() {
        let both = Some(vec!["dataactions:read".to_owned(), "dataactions:write".to_owned()]);
        for scope in [
            json!("dataactions:read dataactions:write"),
            json!("dataactions:read,dataactions:write"),
            json!(" dataactions:read,\n\tdataactions:write ,"),
            json!(["dataactions:read", "dataactions:write"]),
            json!(["dataactions:read dataactions:write"]),
        ] {
            assert_eq!(scopes(Some(&scope)), both, "{scope}");
        }
        for scope in [json!(""), json!(" , "), json!([]), json!(null), json!(3), json!({})] {
            assert_eq!(scopes(Some(&scope)), None, "{scope}");
        }
        assert_eq!(scopes(None), None);
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
        let oauth = r#"{"error":"invalid_scope","error_description":"no such scope"}"#;
        let failure = run(&[answer(200, oauth)]).0.err().unwrap().failure;
        assert_eq!((failure.reason(), failure.code.as_str()), (Reason::LoginRefused, "invalid_scope"));
        for status in [408, 425] {
            let (token, cost) = run(&[answer(status, ""), answer(200, "\u{feff}{\"access_token\":\"t\"}")]);
            assert!(token.is_ok() && cost.requests == 2, "{status}");
        }
        let page = run(&[answer(200, "<html>log in</html>")]).0.err().unwrap().failure;
        assert!(page.message.contains("page for a browser") && page.advice.unwrap().contains("base_url"));
        assert!(run(&[answer(200, r#"{"access_token":"a\nb"}"#)]).0.is_err());
        assert_eq!(run(&[answer(302, "")]).0.err().map(|stopped| stopped.failure.reason()), Some(Reason::Redirect));
    }
}
