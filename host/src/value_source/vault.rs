//! `value_from: {vault: {path, key}}`: the key-value engine (version 2) of Vault, OpenBao and compatible servers.

use std::collections::BTreeMap;
use std::time::Duration;

use cxvars_core::base::display::{self, quote};
use cxvars_core::base::secret::Secret;
use rustify::clients::reqwest::Client as Transport;
use rustify::errors::ClientError as TransportError;
use serde::Deserialize;
use vaultrs::api::EndpointMiddleware;
use vaultrs::client::{VaultClient, VaultClientSettingsBuilder};
use vaultrs::error::ClientError;
use vaultrs::kv2;

use super::{Context, SourceError, VaultAccess, VaultSecret};
use crate::profile::trust;
use crate::system::{clean, clock, suggest};

/// Most requests for one secret, repeats included.
const MAX_REQUESTS: u32 = 3;

/// What a secret holds under a key. Only a string can be a value: a number can be written in more than one way.
#[derive(Deserialize)]
#[serde(untagged)]
enum Held {
    Text(String),
    Other(serde::de::IgnoredAny),
}

/// The value under `key` of the secret at `path`. A run reads the secret once, however many of its keys it needs.
pub(super) fn resolve(path: &str, key: &str, context: &Context<'_>) -> Result<Secret, SourceError> {
    let known = context.fetched.borrow().vault.get(path).cloned();
    let secret = known.unwrap_or_else(|| {
        let secret = (context.vault)().and_then(|access| read(path, &access));
        context.fetched.borrow_mut().vault.insert(path.to_owned(), secret.clone());
        secret
    })?;
    match secret.get(key) {
        Some(Some(value)) if value.expose().is_empty() => {
            Err(error(format!("has an empty string under {} of {}", quote(key), quote(path)), false))
        }
        Some(Some(value)) => clean::value(value.expose()).map_err(|problem| {
            error(format!("has a value under {} of {} that {problem}", quote(key), quote(path)), false)
        }),
        Some(None) => {
            Err(error(format!("has no string under {} of {}; store it as one", quote(key), quote(path)), false))
        }
        None => {
            let help = suggest::help(key, secret.keys().map(String::as_str));
            Err(error(format!("has no {} in {}; {help}", quote(key), quote(path)), false))
        }
    }
}

/// Longest time that a secret may take: that of each request, and the waits between them.
pub(super) fn limit(context: &Context<'_>) -> Duration {
    let access = (context.vault)().ok();
    access.map_or(Duration::ZERO, |access| {
        let waits = Duration::from_millis(access.backoff_ms.1) * (MAX_REQUESTS - 1);
        access.timeout * MAX_REQUESTS + waits
    })
}

fn error(problem: String, unavailable: bool) -> SourceError {
    SourceError::Vault { problem, unavailable }
}

fn read(path: &str, access: &VaultAccess) -> Result<VaultSecret, SourceError> {
    if !is_path(path) || !is_path(&access.mount) {
        return Err(error(format!("cannot have a secret at {}: give its path below the mount", quote(path)), false));
    }
    let client = client(access)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|_| error("cannot be contacted: the system provides no sockets".to_owned(), true))?;
    runtime.block_on(async {
        let (mut tries, mut wait_ms) = (1, access.backoff_ms.0);
        loop {
            let held: Result<BTreeMap<String, Held>, ClientError> = kv2::read(&client, &access.mount, path).await;
            match held {
                Ok(held) => return Ok(held.into_iter().map(|(key, held)| (key, text(held))).collect()),
                Err(found) if tries < MAX_REQUESTS && is_transient(&found) => {
                    clock::sleep(Duration::from_millis(wait_ms)).await;
                    (tries, wait_ms) = (tries + 1, (wait_ms * 2).min(access.backoff_ms.1));
                }
                Err(found) => return Err(explain(&found, path, access)),
            }
        }
    })
}

fn text(held: Held) -> Option<Secret> {
    match held {
        Held::Text(text) => Some(Secret::new(text)),
        Held::Other(_) => None,
    }
}

/// The library's client with our own transport. It follows no redirect, because the token header would be sent to
/// wherever the redirect leads. It reads no `VAULT_*` variable that could turn off the check of certificates.
fn client(access: &VaultAccess) -> Result<VaultClient, SourceError> {
    let sendable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !sendable(access.token.expose()) || !access.namespace.as_deref().is_none_or(sendable) {
        return Err(error("needs a token and namespace of plain characters, without spaces".to_owned(), false));
    }
    if access.address.path() != "/" {
        return Err(error("has an address with a path; give scheme, host and port alone".to_owned(), false));
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(access.timeout);
    let is_local = access.address.host().is_some_and(|host| trust::is_loopback(&host));
    let builder = match (is_local, access.address.scheme()) {
        // Without TLS, no certificates are needed, and a machine may have none.
        (true, "http") => builder.no_proxy().tls_certs_only([]),
        (true, _) => builder.no_proxy(),
        (false, _) => builder,
    };
    let unusable =
        || error("cannot be contacted: TLS cannot be set up; are there certificates (SSL_CERT_FILE)?".to_owned(), true);
    let settings = VaultClientSettingsBuilder::default()
        .address(access.address.as_str())
        .ca_certs(Vec::new())
        .identity(None)
        .token(String::new())
        .verify(true)
        .build();
    Ok(VaultClient {
        http: Transport::new(access.address.as_str(), builder.build().map_err(|_| unusable())?),
        middle: EndpointMiddleware {
            token: access.token.expose().to_owned(),
            version: "v1".to_owned(),
            wrap: None,
            namespace: access.namespace.clone(),
        },
        settings: settings.map_err(|_| unusable())?,
    })
}

/// Whether a path can be put into a URL without changing its meaning: it has no dot segments and no characters that are
/// special in URLs.
fn is_path(path: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'@' | b':');
    path.split('/').all(|part| !matches!(part, "" | "." | "..") && part.bytes().all(plain))
}

/// The HTTP status of an answer that reports an error.
fn status(found: &ClientError) -> Option<u16> {
    match found {
        ClientError::APIError { code, .. } => Some(*code),
        ClientError::RestClientError { source: TransportError::ServerResponseError { code, .. } } => Some(*code),
        _ => None,
    }
}

fn is_transient(found: &ClientError) -> bool {
    status(found).is_some_and(|status| status == 429 || status >= 500)
}

/// Describes the error in our own words, because the library's text may contain what the server said.
fn explain(found: &ClientError, path: &str, access: &VaultAccess) -> SourceError {
    let host = display::escape(access.address.host_str().unwrap_or_default());
    let place = quote(&format!("{}/{path}", access.mount));
    match (status(found), found) {
        (Some(403), _) => error(
            format!(
                "at {host} refused to read {place} (403); the token needs `read` on `{}/data/{path}`",
                access.mount
            ),
            false,
        ),
        (Some(404), _) => error(format!("at {host} has nothing at {place} (404); check mount and path"), false),
        (Some(status @ 300..400), _) => error(
            format!("at {host} answers with a redirect ({status}), which is never followed; name the server itself"),
            false,
        ),
        (Some(503), _) => error(format!("at {host} is sealed or in maintenance (503)"), true),
        (Some(status), _) => {
            error(format!("at {host} answered {status} to a read of {place}"), status == 429 || status >= 500)
        }
        (None, ClientError::RestClientError { source: TransportError::RequestError { .. } }) => {
            error(format!("at {host} could not be reached"), true)
        }
        (None, ClientError::RestClientError { source: TransportError::ResponseError { .. } }) => {
            error(format!("at {host} broke off its answer"), true)
        }
        (None, _) => error(
            format!("at {host} gave an answer for {place} that is not a secret of a key-value engine, version 2"),
            false,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_where_it_is_written() {
        for path in ["crm", "crm/prod", "team-1/crm_2.x/a@b"] {
            assert!(is_path(path), "{path}");
        }
        for path in ["", "/crm", "crm/", "a//b", "..", "a/../b", ".", "a?b", "a#b", "a%2e", "a b", "a\\b", "ü"] {
            assert!(!is_path(path), "{path}");
        }
    }
}
