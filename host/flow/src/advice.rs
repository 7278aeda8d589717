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

/// 403: names the scope and the role, first the one that seems to be missing. `granted` are the token's scopes, if known.
pub fn forbidden(access: Access, granted: Option<&[String]>) -> String {
    const ROLE: &str = "give the client's user the role Data Action Administrator";
    let (verb, scope) = (access.verb(), access.scope());
    let Some(granted) = granted else {
        return format!(
            "{verb} needs {scope}: Admin Console > OAuth client > add {scope} (and integrations:read); where the scope is \
             there already, {ROLE}"
        );
    };
    let is_granted = |scope: &str| granted.iter().any(|granted| granted == scope);
    let scopes = display::escape(&granted.join(" "));
    match (is_granted(scope), is_granted("integrations:read")) {
        (true, true) => format!("{verb} needs {scope}, which the token has ({scopes}): {ROLE}"),
        (true, false) => format!(
            "{verb} needs {scope}, which the token has ({scopes}): {ROLE}; where it has that, Admin Console > OAuth client \
             > add integrations:read"
        ),
        (false, _) => format!(
            "the token's scopes are: {scopes}; {verb} needs {scope}: Admin Console > OAuth client > add {scope} (and \
             integrations:read); then, if it is still refused, {ROLE}"
        ),
    }
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

/// 412 to a weak entity tag.
pub fn weak_tag() -> String {
    "by RFC 9110 a weak tag never matches; set concurrency = \"none\" if overwriting a change made meanwhile is \
     acceptable; or somebody else changed the action: run `cxvars plan` to see what is stored now"
        .to_owned()
}

/// 423.
pub fn locked() -> String {
    "the action is locked at the service; run again when it is free".to_owned()
}

/// A lifecycle state that allows no change. `waited` is whether the run waits for its end.
pub fn busy(waited: bool) -> String {
    match waited {
        false => "nothing was sent; run again when it is done, or add --wait".to_owned(),
        true => {
            "nothing was sent; it was waited for until the deadline: run again when it is done, or raise deadline_s"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_that_the_token_has_is_not_to_be_added() {
        let advice = |granted: &[&str]| {
            let granted: Vec<String> = granted.iter().map(|scope| (*scope).to_owned()).collect();
            forbidden(Access::Write, Some(&granted))
        };
        for granted in [&["dataactions:write"][..], &["dataactions:write", "integrations:read"]] {
            let advice = advice(granted);
            assert!(
                !advice.contains("add dataactions:write") && advice.contains("Data Action Administrator"),
                "{advice}"
            );
            assert_eq!(advice.contains("add integrations:read"), granted.len() == 1, "{advice}");
        }
        assert!(advice(&["dataactions:read"]).contains("add dataactions:write"));
        assert!(forbidden(Access::Read, None).contains("add dataactions:read"));
    }
}
