//! What to do next, for the refusals that people meet most.

use cxvars_core::base::display;

/// What a request does, for messages and for the scope that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// GET.
    Read,
    /// PUT.
    Write,
}

impl Access {
    /// The OAuth scope that the request needs.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Read => "dataactions:read",
            Self::Write => "dataactions:write",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read => "reading",
            Self::Write => "the update",
        }
    }
}

/// 401 for a new token.
pub fn unauthorized() -> String {
    "check that the client id and secret are the ones shown in the Admin Console and belong to this host's region; \
     a new token was fetched once and refused as well"
        .to_owned()
}

/// 403: names the scope, whatever the token claims.
pub fn forbidden(access: Access, granted: Option<&[String]>) -> String {
    let scope = access.scope();
    let has = match granted {
        Some(scopes) => format!("the token's scopes are: {}; ", display::escape(&scopes.join(" "))),
        None => String::new(),
    };
    format!(
        "{has}{verb} needs {scope}: Admin Console > OAuth client > add {scope} (and integrations:read); where the scope \
         is there already, give the client's user the role Data Action Administrator",
        verb = access.verb()
    )
}

/// The token's scopes do not cover what the run needs.
pub fn missing_scopes(missing: &[&str]) -> String {
    format!("Admin Console > OAuth client > add {}; nothing changed", missing.join(" and "))
}

/// 404.
pub fn not_found() -> String {
    "check the Data Action's id, and that the client belongs to the tenant that owns it".to_owned()
}

/// 400 and other refusals of the request itself.
pub fn rejected() -> String {
    "nothing changed: the update is all or nothing; correct what the service names and apply again".to_owned()
}

/// A redirect.
pub fn redirected() -> String {
    "redirects are never followed, because they could carry credentials elsewhere; set base_url to the final address"
        .to_owned()
}

/// A page for a browser, or an answer that is far too large.
pub fn wrong_address() -> String {
    "nothing changed; base_url (or token_url, or action_path) leads to something else than the API: check it, and whether \
     a proxy or gateway asks people to log in"
        .to_owned()
}

/// An answer that cannot be read.
pub fn unreadable() -> String {
    "nothing changed; check base_url and action_path; if they are right, the service answers in a form that is not \
     understood: look at the action with another client"
        .to_owned()
}

/// A compressed answer.
pub fn encoded() -> String {
    "nothing changed; `Accept-Encoding: identity` was sent: have the gateway or proxy respect it".to_owned()
}

/// An answer that is only a page of several.
pub fn part() -> String {
    "nothing changed: variables on the other pages would have been lost; set action_path to an address that answers with \
     the whole action"
        .to_owned()
}

/// A refusal of the token endpoint.
pub fn login(status: u16) -> String {
    match status {
        404..=406 | 410 | 415 => {
            "check token_url (and base_url) and the auth style: this is no token endpoint; not retried"
        }
        _ => "check the client id and secret (and the auth style) against the Admin Console; not retried",
    }
    .to_owned()
}

/// Discovery did not name an address.
pub fn discovery() -> String {
    "nothing was sent; check `issuer`, or set `base_url` and `token_url` instead of `discovery`".to_owned()
}

/// No connection could be made.
pub fn unreachable() -> String {
    "nothing changed; check base_url, the network and the proxy settings, then run the same command again".to_owned()
}

/// The service stayed unavailable, and the update is known not to be applied.
pub fn unavailable() -> String {
    "nothing changed; run the same command again later".to_owned()
}

/// 409, 412, or somebody else's change.
pub fn conflict() -> String {
    "somebody else changed the action; run `cxvars plan` to see what is stored now, then apply again".to_owned()
}

/// A lifecycle state that allows no change.
pub fn busy() -> String {
    "nothing was sent; run again when it is done, or add --wait".to_owned()
}
