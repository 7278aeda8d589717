//! Events: their content, and the signed request that delivers them, by the Standard Webhooks specification 1.0.

use cxvars_core::base::secret::Secret;
use serde::Serialize;
use standardwebhooks::Webhook;
use thiserror::Error;
use url::Url;

use crate::config::WebhookConfig;
use crate::system::environment::{self, Lookup};

/// The environment variable that holds the signing secret, unless the configuration names another.
pub const SECRET_VARIABLE: &str = "CXVARS_WEBHOOK_SECRET";

/// Prefix of a signing secret (Standard Webhooks, "Signature scheme").
const SECRET_PREFIX: &str = "whsec_";

/// Minimum length of a key by the specification, in bytes.
const KEY_MIN_BYTES: usize = 24;

/// Why an event cannot be created, stored or signed.
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
         {KEY_MIN_BYTES} bytes; while a secret is being replaced, give both, separated by a space"
    )]
    BadSecret {
        /// The variable.
        name: String,
    },
    /// The host has an address that is not public.
    #[error(
        "the webhook at `{host}` is not on the public network, so nothing is sent to it; if it is yours, pass \
         `--trust-host {host}`, or name it in `CXVARS_TRUSTED_HOSTS` or in `trusted_hosts` of your own configuration \
         file"
    )]
    Private {
        /// The host.
        host: String,
    },
    /// The event's id cannot be a file name, or its data cannot be written as JSON.
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

/// An event, ready to be stored and sent. Its body never changes, because the body is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub(super) id: String,
    pub(super) body: String,
}

/// The data of an event about a registration: names, counts and outcomes. It never contains values or text from the
/// service.
#[derive(Clone, Debug, Serialize)]
pub struct Registration<'a> {
    /// The run's id, as in the audit log.
    pub run_id: &'a str,
    /// The action's id.
    pub action: &'a str,
    /// The chosen environment.
    pub environment: Option<&'a str>,
    /// The service's origin, or `sandbox`.
    pub target: &'a str,
    /// The outcome, as in the report of `apply`.
    pub outcome: &'a str,
    /// Number of PUTs that were sent.
    pub attempts: u64,
    /// Number of variables of the document.
    pub variables: u64,
    /// Number of encrypted variables of the document.
    pub encrypted: u64,
    /// The variables that were changed.
    pub changed: &'a [Change<'a>],
    /// The HTTP status, if the service refused the request.
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

/// The data of an event about secrets that should be rotated.
#[derive(Clone, Debug, Serialize)]
pub struct Rotation<'a> {
    /// The action's id.
    pub action: &'a str,
    /// The chosen environment.
    pub environment: Option<&'a str>,
    /// The service's origin, or `sandbox`.
    pub target: &'a str,
    /// The secrets that are due or whose age is unknown.
    pub variables: &'a [Due<'a>],
}

/// A secret that should be rotated.
#[derive(Clone, Debug, Serialize)]
pub struct Due<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its age in whole days, or `None` if it is unknown.
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
    /// Creates an event of any type. `id` must be unique and sort by time, such as `evt_` and a ULID.
    ///
    /// # Errors
    /// An id that is not 1 to 64 characters of `A-Z a-z 0-9 _ -`, or data that cannot be written as JSON.
    pub fn new(id: &str, kind: &str, at: jiff::Timestamp, data: &impl Serialize) -> Result<Self, WebhookError> {
        let payload = Payload { kind, timestamp: at.to_string(), data };
        let body = serde_json::to_string(&payload).map_err(|_| WebhookError::BadEvent)?;
        match is_id(id) {
            true => Ok(Self { id: id.to_owned(), body }),
            false => Err(WebhookError::BadEvent),
        }
    }

    /// Creates the event of a registration. Its type is `registration.` followed by the outcome.
    ///
    /// # Errors
    /// As [`Event::new`].
    pub fn registration(id: &str, at: jiff::Timestamp, data: &Registration<'_>) -> Result<Self, WebhookError> {
        Self::new(id, &format!("registration.{}", data.outcome), at, data)
    }
}

/// The receiver of events, and the keys that sign them. No `Debug`, because it holds keys, and the URL may contain a
/// token.
pub struct Endpoint {
    url: Url,
    /// One for each secret. While a secret is being replaced, the receiver may know only the old or only the new one.
    signers: Vec<Webhook>,
}

/// One HTTP POST. The sender must not follow redirects, because they could lead to anybody's host.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The receiver's URL.
    pub url: Url,
    /// Header names in lower case, and their values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, JSON.
    pub body: String,
}

/// Why there was no answer. The messages are fixed, because those of the HTTP client contain the URL, which may contain
/// a token.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SendError {
    /// No connection could be made.
    #[error("no connection")]
    Connect,
    /// The host's name resolves to an address that is not public.
    #[error("its name resolves to an address that is not public; if it is yours, name the host with --trust-host")]
    Private,
    /// The TLS handshake failed.
    #[error("the TLS handshake failed")]
    Tls,
    /// There was no answer within the time limit.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// A signal came before the answer.
    #[error("interrupted")]
    Interrupted,
}

impl Endpoint {
    /// Creates the configured endpoint. Reads the secret from the environment.
    ///
    /// # Errors
    /// If the secret is missing or malformed. Messages never contain it.
    pub fn load(config: &WebhookConfig, env: Lookup<'_>) -> Result<Self, WebhookError> {
        let name = config.secret_env.as_deref().unwrap_or(SECRET_VARIABLE).to_owned();
        match environment::read(env, &name).map(Secret::new) {
            None => Err(WebhookError::MissingSecret { name }),
            Some(secret) => Self::new(config.url.value.clone(), &secret).ok_or(WebhookError::BadSecret { name }),
        }
    }

    /// Returns `None` if the secret has the wrong form. The prefix is required, so that no other kind of secret is used
    /// by mistake.
    pub(super) fn new(url: Url, secret: &Secret) -> Option<Self> {
        let signers: Vec<Webhook> = secret.expose().split_whitespace().map(signer).collect::<Option<_>>()?;
        (!signers.is_empty()).then_some(Self { url, signers })
    }

    /// Creates the POST for an event. `webhook-id` is the event's id in every attempt. `webhook-timestamp` is the time
    /// of this attempt.
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

    /// The host, for messages. The rest of the URL may contain a token.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

/// Whether `id` is valid as a file name on every system.
pub(super) fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=64).contains(&id.len()) && id.bytes().all(allowed)
}

fn signer(secret: &str) -> Option<Webhook> {
    let key = secret.strip_prefix(SECRET_PREFIX)?;
    // Base64 is padded in the specification, so the length of the key can be computed.
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
