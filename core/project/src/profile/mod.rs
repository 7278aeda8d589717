//! How to talk to the service: the items of the API profile, their built-in values, and the URLs built from them.
//!
//! Where each built-in value comes from is in [`provenance`]; none was verified against the live service.

mod items;
pub mod login;
mod preset;
pub mod provenance;
pub mod set_by;
pub mod trust;
mod urls;

use thiserror::Error;
use url::Url;

pub use items::ProfileItems;
pub use preset::Base;
pub use urls::{Discovered, Endpoints, base_url, check_action_path, http_url, token_url};

pub use cxvars_core::service::stored::EncryptedRoundtrip;

use crate::profile::provenance::Row;
use crate::profile::set_by::{Origin, Sourced};
use crate::profile::trust::{Trust, TrustError};

/// How a token is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// OAuth 2.0 client credentials, with id and secret in the form body (RFC 6749 section 2.3.1).
    ClientCredentialsForm,
    /// OAuth 2.0 client credentials, with id and secret by HTTP Basic (RFC 6749 section 2.3.1).
    ClientCredentialsBasic,
    /// OAuth 2.0 password grant (RFC 6749 section 4.3): the client by HTTP Basic, and an access key's id and secret as
    /// user name and password.
    PasswordGrant,
    /// The vendor's access keys, as JSON `{accessKeyId, accessKeySecret}`.
    AccessKeyJson,
    /// No request: the user provides the token.
    StaticBearer,
}

/// What a PUT carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// `{"variables": […]}` alone.
    VariablesOnly,
    /// The whole definition as GET returned it, with the array of variables replaced.
    MergeFull,
}

/// How a PUT is protected against a concurrent writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// No protection.
    None,
    /// The ETag of GET is sent as `If-Match`.
    IfMatch,
}

/// How an accepted PUT is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// The action is read.
    ReadBack,
    /// The PUT's answer counts, if it holds the variables.
    Response,
}

/// Whether entity tags are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Etag {
    /// They are.
    Compare,
    /// They are not, because they change although nothing else does.
    Ignore,
}

/// Whether the addresses of the token endpoint and of the API are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// They are configured.
    None,
    /// The issuer's well-known documents name them.
    Cxone,
}

/// Every item of the API profile, resolved. Only [`Profile::endpoints`] gives access to the URLs, because it checks
/// trust.
#[derive(Clone, Debug)]
pub struct Profile {
    base_url: Sourced<String>,
    token_url: Sourced<String>,
    /// Where the discovery documents are; `None` if none is needed.
    issuer: Option<Sourced<String>>,
    /// Which addresses are to be found by discovery.
    discovered: Discovered,
    action_path: String,
    /// The built-in values that are in use.
    pub built_in: Vec<&'static Row>,
    /// How a token is requested.
    pub auth: Auth,
    /// What a PUT carries.
    pub body: Body,
    /// Scopes to request for a run that only reads.
    pub read_scopes: Vec<String>,
    /// Scopes to request for a run that writes.
    pub write_scopes: Vec<String>,
    /// Maximum number of variables of an action.
    pub max_variables: u64,
    /// Maximum number of requests in any sliding window of 60 s. Every request counts. 0 means no limit.
    pub requests_per_minute: u64,
    /// States in which an action must not be written.
    pub busy_states: Vec<String>,
    /// How an accepted PUT is verified.
    pub verify: Verify,
    /// How long a change may take to become readable, in seconds.
    pub settle_s: u64,
    /// Whether entity tags are compared.
    pub etag: Etag,
    /// A token counts as expired this many seconds before its end.
    pub token_buffer_s: u64,
    /// Maximum number of PUTs of one registration.
    pub max_attempts: u64,
    /// Time limit of one registration in seconds, waits included.
    pub deadline_s: u64,
    /// Time limit of connecting, in seconds.
    pub connect_s: u64,
    /// Time limit of one request, in seconds.
    pub request_s: u64,
    /// First wait of the exponential backoff, in milliseconds.
    pub backoff_base_ms: u64,
    /// Longest wait of the exponential backoff, in milliseconds.
    pub backoff_cap_ms: u64,
    /// Shortest wait after a server error, in milliseconds.
    pub server_error_wait_ms: u64,
    /// How a PUT is protected against a concurrent writer.
    pub concurrency: Concurrency,
    /// What the service does with encrypted values.
    pub encrypted_roundtrip: EncryptedRoundtrip,
}

/// Why a profile or a URL built from it cannot be used. Exit code 2.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ProfileError {
    /// An item does not have the right form.
    #[error("`{item}`, set by {set_by}, {problem}")]
    Item {
        /// The item's key.
        item: &'static str,
        /// Who set it.
        set_by: Origin,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The first wait is longer than the longest one.
    #[error("`backoff_base_ms` is greater than `backoff_cap_ms`; raise the cap or lower the base")]
    BackoffOrder,
    /// A token that the user gives does not say which tenant it is for, so the address cannot be found.
    #[error("discovery finds the address by the answer to the login, and a given token has none; set `base_url`")]
    NoLogin,
    /// The token endpoint is at an address that is known only after the login.
    #[error("`token_url` starts with `{{base_url}}`, which discovery finds after the login only; write it in full")]
    TokenUrlTooEarly,
    /// An action id that would change the structure of the path.
    #[error("an action id must not be empty, `.` or `..`; give the id as the service shows it")]
    ActionId,
    /// A host that may not receive credentials.
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl Profile {
    /// Builds a profile from `items`. Missing items come from the built-in profile that `items` names.
    ///
    /// # Errors
    /// Items that contradict each other. The form of each item was checked when it was read.
    pub fn resolve(items: ProfileItems) -> Result<Self, ProfileError> {
        let profile = Self::built_from(items);
        if profile.backoff_base_ms > profile.backoff_cap_ms {
            return Err(ProfileError::BackoffOrder);
        }
        Ok(profile)
    }

    fn built_from(items: ProfileItems) -> Self {
        let base = items.base();
        let auth = items.auth.unwrap_or(base.auth());
        let asks = items.discovery.unwrap_or(base.discovery()) == Discovery::Cxone;
        let discovered = Discovered {
            token_url: asks && items.token_url.is_none() && auth != Auth::StaticBearer,
            base_url: asks && items.base_url.is_none(),
        };
        let token_url = match &items.token_url {
            Some(configured) => configured.clone(),
            None if discovered.token_url => items.issuer(),
            None => base.token_url(&items),
        };
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let scopes = items.scopes.clone().unwrap_or_default();
        Self {
            built_in: provenance::in_use(&items),
            base_url: if discovered.base_url { items.issuer() } else { items.base_url() },
            issuer: discovered.any().then(|| items.issuer()),
            discovered,
            action_path: items.action_path(),
            body: items.body(),
            read_scopes: scopes.read.unwrap_or_else(|| texts(&["dataactions:read"])),
            write_scopes: scopes.write.unwrap_or_else(|| texts(&["dataactions:read", "dataactions:write"])),
            max_variables: items.max_variables(),
            requests_per_minute: items.requests_per_minute(),
            busy_states: items.busy_states(),
            verify: items.verify(),
            settle_s: items.settle_s(),
            etag: items.etag(),
            token_buffer_s: items.token_buffer_s(),
            max_attempts: items.max_attempts(),
            deadline_s: items.deadline_s(),
            connect_s: items.connect_s(),
            request_s: items.request_s(),
            backoff_base_ms: items.backoff_base_ms(),
            backoff_cap_ms: items.backoff_cap_ms(),
            server_error_wait_ms: items.server_error_wait_ms(),
            concurrency: items.concurrency(),
            encrypted_roundtrip: items.encrypted_roundtrip(),
            token_url,
            auth,
        }
    }

    /// Points the profile at the simulator: address, paths, scopes and the token request change. Waits, attempts,
    /// limits, `body` and `concurrency` stay as configured.
    #[must_use]
    pub fn for_simulator(self, base_url: &Url) -> Self {
        let simulated = Self::built_from(ProfileItems::default());
        Self {
            base_url: Sourced { value: base_url.as_str().to_owned(), origin: Origin::Simulator },
            token_url: simulated.token_url,
            issuer: None,
            discovered: Discovered::default(),
            action_path: simulated.action_path,
            auth: match self.auth {
                Auth::ClientCredentialsBasic => Auth::ClientCredentialsBasic,
                _ => Auth::ClientCredentialsForm,
            },
            read_scopes: simulated.read_scopes,
            write_scopes: simulated.write_scopes,
            ..self
        }
    }

    /// Number of requests before the first one to the API: for the token, and for each document of discovery.
    pub fn login_requests(&self) -> u64 {
        let Discovered { token_url, base_url } = self.discovered;
        u64::from(self.auth != Auth::StaticBearer) + u64::from(token_url) + u64::from(base_url)
    }

    /// The host of the service, with its port if that is unusual, for people; `None` if discovery finds it. It may be one
    /// that is not trusted.
    pub fn host(&self) -> Option<String> {
        let url = urls::base_url(&self.base_url.value).ok().filter(|_| !self.discovered.base_url)?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        url.host_str().map(|host| format!("{host}{port}"))
    }

    /// Returns the URLs of requests after checking that their hosts are trusted. This is the only access to them. An
    /// address that is yet to be found by discovery is the issuer's.
    ///
    /// # Errors
    /// A host that is not trusted, or an invalid URL.
    pub fn endpoints(&self, trust: &Trust) -> Result<Endpoints, ProfileError> {
        if self.discovered.base_url {
            if self.auth == Auth::StaticBearer {
                return Err(ProfileError::NoLogin);
            }
            if self.token_url.value.starts_with(urls::BASE_URL_PLACEHOLDER) {
                return Err(ProfileError::TokenUrlTooEarly);
            }
        }
        let item_error = |item, set_by: &Origin| {
            let set_by = set_by.clone();
            move |problem| ProfileError::Item { item, set_by, problem }
        };
        let base_set_by = &self.base_url.origin;
        let base_url = urls::base_url(&self.base_url.value).map_err(item_error("base_url", base_set_by))?;
        // A token URL that starts with `{base_url}` has the host of the base URL, so its host was set where the
        // base URL was.
        let token_set_by = match self.token_url.value.starts_with(urls::BASE_URL_PLACEHOLDER) {
            true => base_set_by,
            false => &self.token_url.origin,
        };
        let token_url = token_url(&self.token_url.value, &base_url).map_err(item_error("token_url", token_set_by))?;
        trust::check(&base_url, base_set_by, trust)?;
        trust::check(&token_url, token_set_by, trust)?;
        let issuer = match &self.issuer {
            None => None,
            Some(issuer) => {
                let url = urls::base_url(&issuer.value).map_err(item_error("issuer", &issuer.origin))?;
                trust::check(&url, &issuer.origin, trust)?;
                Some(url)
            }
        };
        let action_path = self.action_path.clone();
        Ok(Endpoints { base_url, token_url, action_path, issuer, discovered: self.discovered })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_by_project(text: &str) -> Option<Sourced<String>> {
        Some(Sourced { value: text.to_owned(), origin: Origin::ProjectFile("cxvars.toml".into()) })
    }

    fn profile(items: ProfileItems) -> Profile {
        Profile::resolve(items).unwrap()
    }

    fn endpoints(items: ProfileItems) -> Result<Endpoints, ProfileError> {
        profile(items).endpoints(&Trust::default())
    }

    #[test]
    fn the_built_in_profile_has_the_documented_defaults() {
        let profile = profile(ProfileItems::default());
        let urls = profile.endpoints(&Trust::default()).unwrap();
        assert_eq!(urls.origin(), "https://api.us-east-1.my.nicecxone.com");
        assert_eq!(urls.token_url().as_str(), "https://api.us-east-1.my.nicecxone.com/api/v2/oauth/token");
        assert_eq!(
            urls.action_url("a1").unwrap().as_str(),
            "https://api.us-east-1.my.nicecxone.com/api/v2/dataactions/a1"
        );
        assert_eq!(profile.auth, Auth::ClientCredentialsForm);
        assert_eq!(profile.write_scopes, ["dataactions:read", "dataactions:write"]);
        assert_eq!(profile.read_scopes, ["dataactions:read"]);
        assert_eq!(profile.busy_states, ["PUBLISHING", "DELETING"]);
        let numbers = [
            profile.max_variables,
            profile.requests_per_minute,
            profile.token_buffer_s,
            profile.max_attempts,
            profile.deadline_s,
            profile.connect_s,
            profile.request_s,
            profile.backoff_base_ms,
            profile.backoff_cap_ms,
            profile.server_error_wait_ms,
        ];
        assert_eq!(numbers, [50, 100, 60, 5, 300, 10, 30, 1000, 60000, 3000]);
        assert_eq!(profile.body, Body::VariablesOnly);
        assert_eq!(profile.concurrency, Concurrency::None);
        assert_eq!(profile.encrypted_roundtrip, EncryptedRoundtrip::Refuse);
    }

    #[test]
    fn the_access_key_profile_presets_login_and_keeps_the_rest() {
        let items = ProfileItems {
            base: Some(Base::CxoneAccessKey),
            base_url: set_by_project("https://na1.nice-incontact.com/"),
            ..ProfileItems::default()
        };
        assert_eq!(profile(items.clone()).auth, Auth::AccessKeyJson);
        assert_eq!(
            endpoints(items).unwrap().token_url().as_str(),
            "https://na1.nice-incontact.com/authentication/v1/token/access-key"
        );
    }

    #[test]
    fn an_untrusted_token_url_is_refused_with_its_own_origin() {
        let items = ProfileItems { token_url: set_by_project("https://evil.example/token"), ..ProfileItems::default() };
        let message = endpoints(items).unwrap_err().to_string();
        assert!(message.contains("`evil.example`, set by the project file"), "{message}");
        let items = ProfileItems { base_url: set_by_project("https://evil.example"), ..ProfileItems::default() };
        assert!(matches!(endpoints(items), Err(ProfileError::Trust(_))));
    }

    #[test]
    fn the_simulator_takes_over_addresses_and_login_but_not_waits() {
        let items = ProfileItems {
            base: Some(Base::CxoneAccessKey),
            base_url: set_by_project("https://evil.example"),
            token_url: set_by_project("https://evil.example/token"),
            action_path: Some("/x/{id}".to_owned()),
            max_attempts: Some(2),
            backoff_base_ms: Some(7),
            ..ProfileItems::default()
        };
        let address = Url::parse("http://127.0.0.1:4711").unwrap();
        let profile = profile(items).for_simulator(&address);
        assert_eq!(profile.auth, Auth::ClientCredentialsForm);
        assert_eq!((profile.max_attempts, profile.backoff_base_ms), (2, 7));
        let urls = profile.endpoints(&Trust::default()).unwrap();
        assert_eq!(urls.token_url().as_str(), "http://127.0.0.1:4711/api/v2/oauth/token");
        assert_eq!(urls.action_url("i").unwrap().as_str(), "http://127.0.0.1:4711/api/v2/dataactions/i");
    }

    #[test]
    fn a_base_wait_above_the_cap_is_refused() {
        let items = ProfileItems { backoff_base_ms: Some(70_000), ..ProfileItems::default() };
        assert_eq!(Profile::resolve(items).unwrap_err(), ProfileError::BackoffOrder);
    }
}
