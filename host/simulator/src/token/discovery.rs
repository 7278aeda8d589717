//! What the vendor's back-end login has beyond OAuth: the two discovery documents, and the id token that names the
//! tenant.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::answer::{Refusal, Request, Response};
use crate::api::ISSUER_TOKEN_PATH;
use crate::derive::Key;

/// The only tenant of the simulator.
const TENANT: &str = "11eb0a8b-7f2c-4f3a-9d53-0242ac110002";

/// A discovery document.
#[derive(Clone, Copy)]
pub(crate) enum Document {
    /// The token endpoint (OpenID Connect Discovery 1.0 section 4).
    OpenId,
    /// The API's address for a tenant.
    Cxone,
}

impl Document {
    /// The document. Its addresses are those that the request came to.
    pub(crate) fn answer(self, request: &Request) -> Result<Response, Refusal> {
        let here = format!("http://{}", request.header("host").unwrap_or("127.0.0.1"));
        let body: Value = match self {
            Self::OpenId => json!({"issuer": here, "token_endpoint": format!("{here}{ISSUER_TOKEN_PATH}")}),
            Self::Cxone => {
                let asked = request.path.split_once('?').map(|(_, query)| query).unwrap_or_default();
                if !asked.split('&').any(|pair| pair.strip_prefix("tenantId=") == Some(TENANT)) {
                    return Err(Refusal::new(404, "not_found", "there is no such tenant"));
                }
                json!({"tenantId": TENANT, "area": "sandbox", "api_endpoint": here})
            }
        };
        Ok(Response::json(200, &body))
    }
}

/// An id token of the tenant: header, claims and signature (RFC 7519 section 7.1). The signature is none that anybody
/// could check.
pub(crate) fn id_token(now_ms: u64, lifetime_s: u64, seed: &Key) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "HS256", "typ": "JWT"}));
    let now_s = now_ms / 1000;
    let claims = part(json!({"sub": "user:sandbox", "tenantId": TENANT, "iat": now_s, "exp": now_s + lifetime_s}));
    let signature = URL_SAFE_NO_PAD.encode(seed.value_digest(&format!("{header}.{claims}")));
    format!("{header}.{claims}.{signature}")
}
