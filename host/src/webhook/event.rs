//! An event, what it says, and where and how it is sent: signed, by the Standard Webhooks specification 1.0.

use cxvars_core::base::secret::Secret;
use serde::Serialize;
use standardwebhooks::Webhook;
use thiserror::Error;
use url::Url;

use crate::config::WebhookConfig;
use crate::system::environment::{self, Lookup};

/// The environment variable with the signing secret, unless the configuration names another.
pub const SECRET_VARIABLE: &str = "CXVARS_WEBHOOK_SECRET";

/// What a signing secret starts with (Standard Webhooks, "Signature scheme").
const SECRET_PREFIX: &str = "whsec_";

/// Shortest key that the specification allows, in bytes.
const KEY_MIN_BYTES: usize = 24;

/// Why an event cannot be made, kept or signed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WebhookError {
    /// The signing secret is not set.
    #[error("the webhook's secret is missing: set the environment variable `{name}`")]
    MissingSecret {
        /// The variable.
        name: String,
    },
    /// The signing secret has the wrong form.
    #[error(
        "the environment variable `{name}` must be a webhook secret: `{SECRET_PREFIX}` and the base64 of at least \
         {KEY_MIN_BYTES} bytes; several, separated by spaces, while one takes the place of another"
    )]
    BadSecret {
        /// The variable.
        name: String,
    },
    /// A host that only this network knows.
    #[error(
        "the webhook at `{host}` is not on the public network, so nothing is sent to it; if it is yours, pass \
         `--trust-host {host}`, or name it in `CXVARS_TRUSTED_HOSTS` or in `trusted_hosts` of your own configuration file"
    )]
    Private {
        /// The host.
        host: String,
    },
    /// An event whose id cannot be the name of a file, or whose data is not JSON.
    #[error("the webhook event cannot be written as JSON under its id")]
    BadEvent,
    /// The outbox cannot be used.
    #[error("the webhook outbox `{path}` {problem}")]
    Outbox {
        /// The folder or file.
        path: String,
        /// What is wrong.
        problem: &'static str,
    },
}

/// An event, ready to be kept and sent: its body never changes again, because it is what is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub(super) id: String,
    pub(super) body: String,
}

/// What is told about a registration: names, counts and outcomes, never a value or the service's own words.
#[derive(Clone, Debug, Serialize)]
pub struct Registration<'a> {
    /// The run, as in the audit log.
    pub run_id: &'a str,
    /// The action's id.
    pub action: &'a str,
    /// The chosen environment.
    pub environment: Option<&'a str>,
    /// The service's origin, or `sandbox`.
    pub target: &'a str,
    /// The outcome, as in the report of `apply`.
    pub outcome: &'a str,
    /// PUTs that were sent.
    pub attempts: u64,
    /// Variables of the document.
    pub variables: u64,
    /// Encrypted variables of the document.
    pub encrypted: u64,
    /// Names of variables and what was done with each.
    pub changed: &'a [Change<'a>],
    /// The HTTP status of a refusal.
    pub status: Option<u16>,
}

/// A variable that a registration changed.
#[derive(Clone, Debug, Serialize)]
pub struct Change<'a> {
    /// Its name.
    pub name: &'a str,
    /// `create`, `update` or `delete`.
    pub change: &'a str,
}

/// What is told about secrets that should be rotated.
#[derive(Clone, Debug, Serialize)]
pub struct Rotation<'a> {
    /// The action's id.
    pub action: &'a str,
    /// The chosen environment.
    pub environment: Option<&'a str>,
    /// The service's origin, or `sandbox`.
    pub target: &'a str,
    /// Those that are due or of unknown age.
    pub variables: &'a [Due<'a>],
}

/// A secret that should be rotated.
#[derive(Clone, Debug, Serialize)]
pub struct Due<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its age in whole days; `None` where it is not known.
    pub age_days: Option<u64>,
    /// The age in days from which it is due.
    pub max_age_days: u64,
}

#[derive(Serialize)]
struct Payload<'a, D> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: String,
    data: &'a D,
}

impl Event {
    /// An event of any kind. `id` is unique and sorts by time, such as `evt_` and a ULID.
    ///
    /// # Errors
    /// An id that is not 1 to 64 of `A-Z a-z 0-9 _ -`, or data that is not JSON.
    pub fn new(id: &str, kind: &str, at: jiff::Timestamp, data: &impl Serialize) -> Result<Self, WebhookError> {
        let payload = Payload { kind, timestamp: at.to_string(), data };
        let body = serde_json::to_string(&payload).map_err(|_| WebhookError::BadEvent)?;
        match is_id(id) {
            true => Ok(Self { id: id.to_owned(), body }),
            false => Err(WebhookError::BadEvent),
        }
    }

    /// The event of a registration: its type is `registration.` and the outcome.
    ///
    /// # Errors
    /// As [`Event::new`].
    pub fn registration(id: &str, at: jiff::Timestamp, data: &Registration<'_>) -> Result<Self, WebhookError> {
        Self::new(id, &format!("registration.{}", data.outcome), at, data)
    }
}

/// Where events go and what they are signed with. No `Debug`: it holds the key, and a URL may hold a token.
pub struct Endpoint {
    url: Url,
    /// One for each secret: the receiver may still know only the old one, or only the new one already.
    signers: Vec<Webhook>,
}

/// One HTTP POST. The sender must not follow redirects: another place could be anybody's.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Where it goes.
    pub url: Url,
    /// Header names in lower case, and their values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, JSON.
    pub body: String,
}

/// Why no answer came. Fixed words: a client's own message would hold the URL, which may hold a token.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SendError {
    /// No connection.
    #[error("no connection")]
    Connect,
    /// Its name leads to addresses that only this network knows.
    #[error("its name leads to an address that is not public; if it is yours, name the host with --trust-host")]
    Private,
    /// A connection that could not be secured.
    #[error("the TLS handshake failed")]
    Tls,
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// A connection that broke.
    #[error("the connection broke")]
    Broken,
}

impl Endpoint {
    /// The configured endpoint, with the secret from the environment.
    ///
    /// # Errors
    /// A secret that is missing or malformed; it is never shown.
    pub fn load(config: &WebhookConfig, env: Lookup<'_>) -> Result<Self, WebhookError> {
        let name = config.secret_env.as_deref().unwrap_or(SECRET_VARIABLE).to_owned();
        match environment::read(env, &name).map(Secret::new) {
            None => Err(WebhookError::MissingSecret { name }),
            Some(secret) => Self::new(config.url.value.clone(), &secret).ok_or(WebhookError::BadSecret { name }),
        }
    }

    /// Nothing if the secret has the wrong form. The prefix is demanded, so that no other secret is used by mistake.
    pub(super) fn new(url: Url, secret: &Secret) -> Option<Self> {
        let signers: Vec<Webhook> = secret.expose().split_whitespace().map(signer).collect::<Option<_>>()?;
        (!signers.is_empty()).then_some(Self { url, signers })
    }

    /// The POST for an event: `webhook-id` is the event's on every try, `webhook-timestamp` is the time of this one.
    pub(super) fn delivery(&self, event: &Event, now: jiff::Timestamp) -> Result<Delivery, WebhookError> {
        let seconds = now.as_second();
        let signatures = self.signers.iter().map(|signer| signer.sign(&event.id, seconds, event.body.as_bytes()));
        let signatures: Vec<String> = signatures.collect::<Result<_, _>>().map_err(|_| WebhookError::BadEvent)?;
        Ok(Delivery {
            url: self.url.clone(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                (standardwebhooks::HEADER_WEBHOOK_ID, event.id.clone()),
                (standardwebhooks::HEADER_WEBHOOK_TIMESTAMP, seconds.to_string()),
                (standardwebhooks::HEADER_WEBHOOK_SIGNATURE, signatures.join(" ")),
            ],
            body: event.body.clone(),
        })
    }

    /// The host alone, for messages.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

/// Whether `id` can be the name of a file, on every system.
pub(super) fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&id.len()) && id.bytes().all(allowed)
}

fn signer(secret: &str) -> Option<Webhook> {
    let key = secret.strip_prefix(SECRET_PREFIX)?;
    // The specification's base64 has padding; the length of a key follows from it.
    let padding = key.bytes().rev().take_while(|&byte| byte == b'=').count();
    if (key.len() / 4 * 3).checked_sub(padding)? < KEY_MIN_BYTES {
        return None;
    }
    Webhook::new(key).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName};

    use super::*;
    use crate::profile::set_by::{Origin, Sourced};

    /// The specification's example secret.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn load(secret_env: Option<&str>, secret: &str) -> Result<Endpoint, WebhookError> {
        let config = WebhookConfig {
            url: Sourced { value: Url::parse("https://hooks.example/T0KEN").unwrap(), origin: Origin::BuiltIn },
            secret_env: secret_env.map(str::to_owned),
        };
        let variable = secret_env.unwrap_or(SECRET_VARIABLE);
        Endpoint::load(&config, &|name| (name == variable).then(|| secret.to_owned()))
    }

    fn event() -> Event {
        let changed = [Change { name: "auth_token", change: "update" }];
        let data = Registration {
            run_id: "01J9",
            action: "a1",
            environment: Some("prod"),
            target: "https://api.nicecxone.com",
            outcome: "applied",
            attempts: 1,
            variables: 3,
            encrypted: 1,
            changed: &changed,
            status: None,
        };
        Event::registration("evt_01J9", "2027-01-31T08:00:00Z".parse().unwrap(), &data).unwrap()
    }

    fn headers(delivery: &Delivery) -> HeaderMap {
        let pairs = delivery.headers.iter();
        pairs.map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn an_event_has_type_timestamp_and_data() {
        let body: serde_json::Value = serde_json::from_str(&event().body).unwrap();
        assert_eq!(body["type"], "registration.applied");
        assert_eq!(body["timestamp"], "2027-01-31T08:00:00Z");
        assert_eq!(body["data"]["changed"][0]["name"], "auth_token");
        assert_eq!(body["data"]["status"], serde_json::Value::Null);
    }

    #[test]
    fn the_signature_verifies_and_any_changed_byte_breaks_it() {
        let delivery = load(None, SECRET).ok().unwrap().delivery(&event(), jiff::Timestamp::now()).unwrap();
        let headers = headers(&delivery);
        let verifier = Webhook::new(SECRET).unwrap();
        assert!(verifier.verify(delivery.body.as_bytes(), &headers).is_ok());
        let body = delivery.body.into_bytes();
        for index in 0..body.len() {
            let mut changed = body.clone();
            changed[index] ^= 1;
            assert!(verifier.verify(&changed, &headers).is_err(), "byte {index}");
        }
        assert!(verifier.verify(&body[..body.len() - 1], &headers).is_err());
    }

    #[test]
    fn while_secrets_change_both_receivers_accept() {
        let new = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        let both = format!("{SECRET} {new}\n");
        let delivery = load(None, &both).ok().unwrap().delivery(&event(), jiff::Timestamp::now()).unwrap();
        for secret in [SECRET, new] {
            let verifier = Webhook::new(secret).unwrap();
            assert!(verifier.verify(delivery.body.as_bytes(), &headers(&delivery)).is_ok(), "{secret}");
        }
        let other = Webhook::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        assert!(other.verify(delivery.body.as_bytes(), &headers(&delivery)).is_err());
        assert!(load(None, &format!("{SECRET} hunter2")).is_err());
    }

    #[test]
    fn id_and_timestamp_are_signed_too() {
        let delivery = load(None, SECRET).ok().unwrap().delivery(&event(), jiff::Timestamp::now()).unwrap();
        let verifier = Webhook::new(SECRET).unwrap();
        for name in ["webhook-id", "webhook-timestamp"] {
            let mut headers = headers(&delivery);
            let seconds = jiff::Timestamp::now().as_second() + 2;
            headers.insert(HeaderName::from_static(name), seconds.into());
            assert!(verifier.verify(delivery.body.as_bytes(), &headers).is_err(), "{name}");
        }
    }

    #[test]
    fn the_secret_comes_from_the_named_variable_in_its_documented_form() {
        assert!(load(Some("TEAM_HOOK"), SECRET).is_ok());
        let short = format!("whsec_{}", "A".repeat(28));
        for secret in ["hunter2", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_!!!!", &short] {
            let error = load(None, secret).err().unwrap();
            assert!(matches!(error, WebhookError::BadSecret { .. }), "{secret}");
            assert!(!error.to_string().contains("hunter2"));
        }
        assert!(matches!(load(None, "").err().unwrap(), WebhookError::MissingSecret { .. }));
    }

    #[test]
    fn an_id_that_could_be_a_path_is_refused() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        for id in ["", "../x", "a/b", ".", "a.json", "a b", &"a".repeat(65)] {
            assert_eq!(Event::new(id, "x", at, &()), Err(WebhookError::BadEvent), "{id}");
        }
    }
}
