//! The URLs of a profile: which ones are valid, and how they are built.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::ProfileError;
use super::set_by::Origin;
use super::trust::{self, Trust, TrustError};

/// Placeholder that `token_url` may start with.
pub(super) const BASE_URL_PLACEHOLDER: &str = "{base_url}";
const ID_PLACEHOLDER: &str = "{id}";

/// Everything except the unreserved characters of RFC 3986 section 2.3. An id is encoded with it, `/` and `%` included.
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which addresses discovery has to find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// The token endpoint.
    pub token_url: bool,
    /// The service's address.
    pub base_url: bool,
}

impl Discovered {
    /// Whether there is anything to find.
    pub fn any(self) -> bool {
        self.token_url || self.base_url
    }
}

/// The URLs of requests. Only [`super::Profile::endpoints`] creates it, so every host in it is trusted.
#[derive(Clone, Debug)]
pub struct Endpoints {
    pub(super) base_url: Url,
    pub(super) token_url: Url,
    pub(super) action_path: String,
    pub(super) issuer: Option<Url>,
    pub(super) discovered: Discovered,
}

impl Endpoints {
    /// Which addresses are yet to be found by discovery.
    pub fn discovered(&self) -> Discovered {
        self.discovered
    }

    /// The document that names the token endpoint (OpenID Connect Discovery 1.0 section 4); `None` without discovery.
    pub fn openid_configuration(&self) -> Option<Url> {
        self.well_known("openid-configuration")
    }

    /// The document that names the API's address for a tenant; `None` without discovery.
    pub fn cxone_configuration(&self, tenant_id: &str) -> Option<Url> {
        let mut url = self.well_known("cxone-configuration")?;
        url.query_pairs_mut().append_pair("tenantId", tenant_id);
        Some(url)
    }

    fn well_known(&self, document: &str) -> Option<Url> {
        let issuer = without_final_slash(self.issuer.as_ref()?);
        Url::parse(&format!("{issuer}/.well-known/{document}")).ok()
    }

    /// Takes over the address that discovery found.
    ///
    /// # Errors
    /// Its host is not trusted.
    pub fn set_base_url(&mut self, url: Url, set_by: &Origin, trust: &Trust) -> Result<(), TrustError> {
        trust::check(&url, set_by, trust)?;
        self.base_url = url;
        self.discovered.base_url = false;
        Ok(())
    }

    /// Takes over the token endpoint that discovery found.
    ///
    /// # Errors
    /// Its host is not trusted.
    pub fn set_token_url(&mut self, url: Url, set_by: &Origin, trust: &Trust) -> Result<(), TrustError> {
        trust::check(&url, set_by, trust)?;
        self.token_url = url;
        self.discovered.token_url = false;
        Ok(())
    }

    /// The service's base URL, as configured.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// The token endpoint.
    pub fn token_url(&self) -> &Url {
        &self.token_url
    }

    /// Scheme, host and port of the service. It names the target in records. With the client id, it identifies the
    /// request budget.
    pub fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }

    /// The URL of an action. `id` is encoded, so it is always one segment of the path.
    ///
    /// # Errors
    /// An id that cannot be one segment even when encoded: empty, `.` or `..`.
    pub fn action_url(&self, id: &str) -> Result<Url, ProfileError> {
        action_url(&self.base_url, &self.action_path, id)
    }
}

/// Checks and parses `base_url`.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that names the item.
pub fn base_url(text: &str) -> Result<Url, &'static str> {
    let url = http_url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or a fragment");
    }
    Ok(url)
}

/// Checks and parses `token_url`, which may start with `{base_url}`.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that names the item.
pub fn token_url(text: &str, base_url: &Url) -> Result<Url, &'static str> {
    let Some(rest) = text.strip_prefix(BASE_URL_PLACEHOLDER) else {
        return http_url(text);
    };
    if !rest.starts_with('/') {
        return Err("must have a `/` after `{base_url}`");
    }
    let url = http_url(&format!("{}{rest}", without_final_slash(base_url)))?;
    if url.origin() != base_url.origin() {
        return Err("must stay on the host of `{base_url}`");
    }
    Ok(url)
}

/// Checks `action_path`.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that names the item.
pub fn check_action_path(text: &str) -> Result<(), &'static str> {
    if !text.starts_with('/') {
        return Err("must start with `/`");
    }
    if text.matches(ID_PLACEHOLDER).count() != 1 || text.matches(['{', '}']).count() != 2 {
        return Err("must hold `{id}` exactly once and no other placeholder");
    }
    let probe = Url::parse("https://probe.invalid").map_err(|_| "cannot be checked")?;
    action_url(&probe, text, "probe")
        .map(drop)
        .map_err(|_| "must be a plain path, without `..`, `?`, `#` or characters that need encoding")
}

fn action_url(base_url: &Url, action_path: &str, id: &str) -> Result<Url, ProfileError> {
    let id = utf8_percent_encode(id, PATH_SEGMENT).to_string();
    let text = format!("{}{}", without_final_slash(base_url), action_path.replace(ID_PLACEHOLDER, &id));
    // Parsing removes dot segments and encodes characters. If parsing does not change the URL, it is the intended one.
    Url::parse(&text)
        .ok()
        .filter(|url| !id.is_empty() && url.as_str() == text && url.query().is_none() && url.fragment().is_none())
        .ok_or(ProfileError::ActionId)
}

/// Checks and parses a URL. It must be https, or http to loopback, and contain no credentials.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that names the item.
pub fn http_url(text: &str) -> Result<Url, &'static str> {
    if text.contains(['{', '}']) {
        return Err("contains an unknown placeholder; only `token_url` may start with `{base_url}`");
    }
    // The parser would silently remove or replace these (WHATWG URL section 4.4), so the URL that is used would differ
    // from the one that was reviewed.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("must not hold white space, control characters or backslashes");
    }
    let url = Url::parse(text).map_err(|_| "is not a URL; write it as `https://host`")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password; credentials come from the environment");
    }
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(url),
        ("http", Some(host)) if trust::is_loopback(&host) => Ok(url),
        ("http", Some(_)) => Err("is plain http, which is allowed for loopback only; use https"),
        _ => Err("must be an https URL with a host"),
    }
}

fn without_final_slash(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(base_url: &str) -> Endpoints {
        let base_url = super::base_url(base_url).unwrap();
        Endpoints {
            token_url: token_url("{base_url}/api/v2/oauth/token", &base_url).unwrap(),
            action_path: "/api/v2/dataactions/{id}".to_owned(),
            issuer: None,
            discovered: Discovered::default(),
            base_url,
        }
    }

    #[test]
    fn an_id_is_always_one_segment_of_the_path() {
        let urls = endpoints("https://api.nicecxone.com");
        let url = |id| urls.action_url(id).map(|url| url.path().to_owned());
        assert_eq!(url("a/b?c#d%2e").unwrap(), "/api/v2/dataactions/a%2Fb%3Fc%23d%252e");
        assert_eq!(url("../x").unwrap(), "/api/v2/dataactions/..%2Fx");
        assert_eq!(url("ä b").unwrap(), "/api/v2/dataactions/%C3%A4%20b");
        assert_eq!(url("a\\b\n").unwrap(), "/api/v2/dataactions/a%5Cb%0A");
        for id in ["", ".", ".."] {
            assert_eq!(url(id), Err(ProfileError::ActionId), "{id:?}");
        }
    }

    #[test]
    fn a_base_url_may_have_a_path_and_a_final_slash() {
        let urls = endpoints("http://127.0.0.1:8080/mock/");
        assert_eq!(urls.token_url().as_str(), "http://127.0.0.1:8080/mock/api/v2/oauth/token");
        assert_eq!(urls.action_url("x").unwrap().as_str(), "http://127.0.0.1:8080/mock/api/v2/dataactions/x");
        assert_eq!(urls.origin(), "http://127.0.0.1:8080");
    }

    #[test]
    fn bad_urls_say_what_is_wrong() {
        for (text, part) in [
            ("api.nicecxone.com", "not a URL"),
            ("http://api.nicecxone.com", "plain http"),
            ("ftp://api.nicecxone.com", "https URL"),
            ("https://u:p@api.nicecxone.com", "user name or password"),
            ("https://api.nicecxone.com?x=1", "query"),
            ("https://api.nicecxone.com#x", "fragment"),
            ("https://{id}.nicecxone.com", "placeholder"),
            ("https://api.nice\tcxone.com", "white space"),
            ("https:\\\\api.nicecxone.com", "backslashes"),
            ("", "not a URL"),
        ] {
            let problem = base_url(text).unwrap_err();
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }

    #[test]
    fn a_token_url_cannot_leave_the_base_url_by_its_suffix() {
        let base = Url::parse("https://api.nicecxone.com").unwrap();
        for text in ["{base_url}.evil.com/token", "{base_url}@evil.com/token", "{base_url}:99/token"] {
            assert!(token_url(text, &base).is_err(), "{text}");
        }
        assert!(token_url("https://evil.com/{base_url}", &base).is_err());
        assert_eq!(token_url("{base_url}//t", &base).unwrap().as_str(), "https://api.nicecxone.com//t");
    }

    #[test]
    fn action_paths_are_checked() {
        assert_eq!(check_action_path("/v3/{id}/vars"), Ok(()));
        for path in [
            "v3/{id}",
            "@evil.com/{id}",
            "/v3",
            "/{id}/{id}",
            "/{id}/{name}",
            "/../{id}",
            "/a?{id}",
            "/a#{id}",
            "/a b/{id}",
            "/a\\{id}",
            "",
        ] {
            assert!(check_action_path(path).is_err(), "{path}");
        }
    }
}
