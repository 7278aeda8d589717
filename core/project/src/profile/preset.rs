//! The built-in profiles: where each one logs in, and how.

use super::set_by::Sourced;
use super::{Auth, Discovery, ProfileItems};

/// Where the vendor's discovery documents are, for every region but the government's.
pub(super) const ISSUER: &str = "https://cxone.niceincontact.com";
/// The token endpoint that the documents of [`ISSUER`] name.
const ISSUER_TOKEN_URL: &str = "https://cxone.niceincontact.com/auth/token";
/// The path of the vendor's login by access key.
const ACCESS_KEY_PATH: &str = "/authentication/v1/token/access-key";

/// The built-in profile that a profile is based on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// OAuth client credentials.
    #[default]
    Cxone,
    /// The vendor's documented login for back ends: OAuth password grant with discovery.
    CxoneBackEnd,
    /// The vendor's documented login by access keys.
    CxoneAccessKey,
}

impl Base {
    /// How a token is requested.
    pub(super) fn auth(self) -> Auth {
        match self {
            Self::Cxone => Auth::ClientCredentialsForm,
            Self::CxoneBackEnd => Auth::PasswordGrant,
            Self::CxoneAccessKey => Auth::AccessKeyJson,
        }
    }

    /// Whether addresses are asked for.
    pub(super) fn discovery(self) -> Discovery {
        match self {
            Self::CxoneBackEnd => Discovery::Cxone,
            Self::Cxone | Self::CxoneAccessKey => Discovery::None,
        }
    }

    /// The token endpoint of `items` if they do not name one.
    pub(super) fn token_url(self, items: &ProfileItems) -> Sourced<String> {
        let text = match (self, &items.area) {
            (Self::Cxone, _) => "{base_url}/api/v2/oauth/token".to_owned(),
            (Self::CxoneBackEnd, _) => ISSUER_TOKEN_URL.to_owned(),
            (Self::CxoneAccessKey, Some(area)) => format!("https://{area}.nice-incontact.com{ACCESS_KEY_PATH}"),
            (Self::CxoneAccessKey, None) => format!("{{base_url}}{ACCESS_KEY_PATH}"),
        };
        Sourced::built_in(text)
    }
}
