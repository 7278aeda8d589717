//! Issues, checks and revokes tokens.

use std::collections::HashMap;

use serde::Serialize;

use super::answer::{Refusal, Request};
use super::derive::Key;

mod discovery;
mod request;

pub(super) use discovery::{Document, id_token};
pub(super) use request::TokenRequest;
pub use request::{Client, KNOWN_SCOPES};

/// The media type of a `content-type` header, without parameters and in lower case.
pub(super) fn media_type(header: &str) -> String {
    let essence = header.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The rest of a header of the form `Scheme rest`, if it has this scheme, in any case.
fn after_scheme<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (found, rest) = header.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// The token of an `authorization: Bearer …` header.
pub(super) fn bearer(request: &Request) -> Option<&str> {
    after_scheme(request.header("authorization")?, "bearer")
}

struct Grant {
    client: String,
    scopes: Vec<String>,
    expires_at_ms: u64,
    revoked: bool,
}

/// The issued tokens. They are kept in memory only.
#[derive(Default)]
pub(super) struct Tokens {
    issued: u64,
    grants: HashMap<String, Grant>,
}

/// The body of the answer to a successful token request (RFC 6749 section 5.1).
#[derive(Serialize)]
pub(super) struct TokenAnswer {
    pub(super) access_token: String,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
    /// Says who was logged in, and the tenant (OpenID Connect Core 1.0 section 3.1.3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
}

impl Tokens {
    pub(super) fn issue(
        &mut self,
        now_ms: u64,
        lifetime_s: u64,
        client: &str,
        scopes: Vec<String>,
        seed: &Key,
    ) -> TokenAnswer {
        let lifetime_ms = lifetime_s.saturating_mul(1000);
        // An expired token is kept for one more lifetime, so that its requests still count for its tenant.
        self.grants.retain(|_, grant| now_ms < grant.expires_at_ms.saturating_add(lifetime_ms));
        self.issued += 1;
        let access_token = seed.token(self.issued);
        let scope = scopes.join(" ");
        self.grants.insert(
            access_token.clone(),
            Grant {
                client: client.to_owned(),
                scopes,
                expires_at_ms: now_ms.saturating_add(lifetime_ms),
                revoked: false,
            },
        );
        TokenAnswer { access_token, token_type: "Bearer", expires_in: lifetime_s, scope: Some(scope), id_token: None }
    }

    /// The client that the request's token was issued to, even if the token has expired or was revoked.
    pub(super) fn client_of(&self, request: &Request) -> Option<&str> {
        let grant = self.grants.get(bearer(request)?)?;
        Some(&grant.client)
    }

    /// Checks that the request has a valid token with `scope`.
    pub(super) fn authorize(&self, now_ms: u64, request: &Request, scope: &str) -> Result<(), Refusal> {
        let unauthorized = |challenge: &str, message: &str| {
            Refusal::new(401, "unauthorized", message).with_header("www-authenticate", challenge)
        };
        let Some(token) = bearer(request) else {
            let challenge = "Bearer realm=\"cxvars sandbox\"";
            return Err(unauthorized(challenge, "the request carries no token"));
        };
        let grant = self.grants.get(token);
        let valid = grant.filter(|grant| !grant.revoked && now_ms < grant.expires_at_ms);
        let Some(grant) = valid else {
            let challenge = "Bearer realm=\"cxvars sandbox\", error=\"invalid_token\"";
            return Err(unauthorized(challenge, "the token is unknown, expired or revoked"));
        };
        if grant.scopes.iter().any(|granted| granted == scope) {
            return Ok(());
        }
        let challenge = format!("Bearer realm=\"cxvars sandbox\", error=\"insufficient_scope\", scope=\"{scope}\"");
        let message = format!("the token lacks the scope `{scope}`");
        Err(Refusal::new(403, "insufficient_scope", message).with_header("www-authenticate", challenge))
    }

    /// Revokes the request's token, if it is known.
    pub(super) fn revoke(&mut self, request: &Request) {
        if let Some(grant) = bearer(request).and_then(|token| self.grants.get_mut(token)) {
            grant.revoked = true;
        }
    }

    /// Revokes every token. Returns the number of tokens that were not revoked before.
    pub(super) fn revoke_all(&mut self) -> usize {
        let mut count = 0;
        for grant in self.grants.values_mut().filter(|grant| !grant.revoked) {
            grant.revoked = true;
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_expires_and_is_revoked() {
        let seed = Key::new([0; 32]);
        let mut tokens = Tokens::default();
        let scope = "dataactions:read";
        let answer = tokens.issue(0, 10, "client", vec![scope.into()], &seed);
        let request = Request::new("GET", "/").with_header("authorization", &format!("bearer {}", answer.access_token));
        let status = |tokens: &Tokens, now_ms, scope| {
            let result = tokens.authorize(now_ms, &request, scope);
            result.err().map(|refusal| refusal.into_response("id").status)
        };
        assert_eq!(status(&tokens, 9_999, scope), None);
        assert_eq!(status(&tokens, 9_999, "dataactions:write"), Some(403));
        assert_eq!(status(&tokens, 10_000, scope), Some(401));
        assert_eq!(tokens.client_of(&request), Some("client"));
        assert_eq!(tokens.revoke_all(), 1);
        assert_eq!(status(&tokens, 0, scope), Some(401));
        assert_eq!(tokens.revoke_all(), 0);
    }
}
