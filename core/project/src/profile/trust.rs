//! Which hosts may receive credentials and values.
//!
//! A project file comes with the repository, so it can contain any URL. Therefore it cannot make a host trusted. Only
//! the built-in list, a flag, the environment and the user's own file can.

use std::fmt;

use thiserror::Error;
use url::{Host, Url};

use crate::profile::set_by::Origin;

/// The vendor's domains. Every subdomain of them is trusted; the domains themselves are not.
pub const BUILT_IN_SUFFIXES: [&str; 4] =
    ["nicecxone.com", "nicecxone-gov.com", "nice-incontact.com", "niceincontact.com"];

/// The environment variable that names further trusted hosts, separated by commas.
pub const TRUSTED_HOSTS_VARIABLE: &str = "CXVARS_TRUSTED_HOSTS";

/// The hosts that may receive credentials and values, beyond the built-in ones and loopback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    hosts: Vec<Host<String>>,
}

/// Why a URL or a list of trusted hosts was refused. Exit code 2.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TrustError {
    /// The host is on no list.
    #[error(
        "`{host}`, set by {set_by}, is not a trusted host, so no credential or value is sent to it; if it is yours, \
         pass `--trust-host {host}`, or name it in `{TRUSTED_HOSTS_VARIABLE}` or in `trusted_hosts` of your own \
         configuration file"
    )]
    Untrusted {
        /// The host, as a URL writes it.
        host: String,
        /// Who set the URL.
        set_by: Origin,
    },
    /// Plain http to a host that is not loopback.
    #[error("the URL of `{host}`, set by {set_by}, is plain http, which is allowed for loopback only; use https")]
    PlainHttp {
        /// The host, as a URL writes it.
        host: String,
        /// Who set the URL.
        set_by: Origin,
    },
    /// The URL is neither https nor http, or has no host.
    #[error("the URL set by {set_by} is not an https URL with a host")]
    NotHttps {
        /// Who set the URL.
        set_by: Origin,
    },
    /// A user name or password in the URL.
    #[error(
        "the URL of `{host}`, set by {set_by}, holds a user name or password; remove it, credentials come from the \
         environment"
    )]
    Userinfo {
        /// The host, as a URL writes it.
        host: String,
        /// Who set the URL.
        set_by: Origin,
    },
    /// An entry of a list of trusted hosts that is not a host name.
    #[error(
        "entry {number} of {list} is not a host name; give the name alone, without scheme, port, path or `*`, such as \
         `api.example.com`"
    )]
    BadEntry {
        /// The entry's place in the list, from 1.
        number: usize,
        /// Which list.
        list: TrustList,
    },
}

/// A place that may name trusted hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustList {
    /// The flag `--trust-host`.
    Flag,
    /// The environment variable [`TRUSTED_HOSTS_VARIABLE`].
    Environment,
    /// `trusted_hosts` of the user's own file.
    UserFile,
}

impl fmt::Display for TrustList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("`--trust-host`"),
            Self::Environment => write!(formatter, "`{TRUSTED_HOSTS_VARIABLE}`"),
            Self::UserFile => formatter.write_str("`trusted_hosts` of the user file"),
        }
    }
}

impl Trust {
    /// Joins the three lists. `environment` is the text of [`TRUSTED_HOSTS_VARIABLE`], separated by commas.
    ///
    /// # Errors
    /// The first entry that is not a host name.
    pub fn new(flags: &[String], environment: Option<&str>, user_file: &[String]) -> Result<Self, TrustError> {
        let mut trust = Self::default();
        let environment = environment.map(|text| text.split(',').map(str::trim).collect::<Vec<_>>());
        trust.add(TrustList::Flag, flags.iter().map(|entry| entry.trim()))?;
        trust.add(TrustList::Environment, environment.into_iter().flatten())?;
        trust.add(TrustList::UserFile, user_file.iter().map(|entry| entry.trim()))?;
        Ok(trust)
    }

    fn add<'e>(&mut self, list: TrustList, entries: impl Iterator<Item = &'e str>) -> Result<(), TrustError> {
        for (index, entry) in entries.enumerate() {
            // Lists built by shell scripts often contain `a,,b` or a trailing comma. Empty entries trust no host.
            if entry.is_empty() && list == TrustList::Environment {
                continue;
            }
            let number = index + 1;
            let host = host_name(entry).ok_or(TrustError::BadEntry { number, list })?;
            self.hosts.push(host);
        }
        Ok(())
    }

    fn covers(&self, host: &Host<&str>) -> bool {
        match host {
            Host::Domain(name) => {
                let name = without_root_dot(name);
                is_built_in(name)
                    || self.hosts.iter().any(|trusted| matches!(trusted, Host::Domain(trusted) if trusted == name))
            }
            Host::Ipv4(address) => self.hosts.contains(&Host::Ipv4(*address)),
            Host::Ipv6(address) => self.hosts.contains(&Host::Ipv6(*address)),
        }
    }
}

/// Checks that credentials and values may be sent to `url`, which `set_by` set.
///
/// Parsing `url` has already normalized letter case, IDN, percent-encoding and the spellings of an IPv4 address (WHATWG
/// URL). Plain http is allowed to loopback only, even for a trusted host.
///
/// # Errors
/// The message says which host was refused, who set it and how to trust it.
pub fn check(url: &Url, set_by: &Origin, trust: &Trust) -> Result<(), TrustError> {
    let set_by = set_by.clone();
    let Some(host) = url.host().filter(|_| matches!(url.scheme(), "https" | "http")) else {
        return Err(TrustError::NotHttps { set_by });
    };
    let name = host.to_string();
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TrustError::Userinfo { host: name, set_by });
    }
    if is_loopback(&host) {
        return Ok(());
    }
    if !trust.covers(&host) {
        return Err(TrustError::Untrusted { host: name, set_by });
    }
    if url.scheme() == "http" {
        return Err(TrustError::PlainHttp { host: name, set_by });
    }
    Ok(())
}

/// Whether `host` is this machine: 127.0.0.0/8 (RFC 1122 section 3.2.1.3), `::1` (RFC 4291), or exactly `localhost`.
/// Subdomains of `localhost` do not count: not every resolver keeps them local.
pub fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => without_root_dot(name) == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Whether `name` is a subdomain of one of the vendor's domains. No label may be empty.
fn is_built_in(name: &str) -> bool {
    BUILT_IN_SUFFIXES.iter().any(|suffix| {
        name.strip_suffix(suffix)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()))
    })
}

/// `example.com.` and `example.com` are the same name (RFC 1034 section 3.1).
fn without_root_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// Parses an entry of a list of trusted hosts into the form that a parsed URL has.
fn host_name(entry: &str) -> Option<Host<String>> {
    // The parser would accept other ASCII characters and drop or decode some. In a list of trusted hosts they are a
    // mistake that must be reported.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':');
    if !entry.bytes().all(|byte| plain(byte) || !byte.is_ascii()) {
        return None;
    }
    let host = Host::parse(entry).ok()?;
    match host {
        Host::Domain(name) => {
            let name = without_root_dot(&name);
            let labels = !name.is_empty() && name.split('.').all(|label| !label.is_empty());
            labels.then(|| Host::Domain(name.to_owned()))
        }
        address => Some(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_url(url: &str, trust: &Trust) -> Result<(), TrustError> {
        let set_by = Origin::ProjectFile("proj/cxvars.toml".into());
        check(&Url::parse(url).unwrap(), &set_by, trust)
    }

    fn with_flags(hosts: &[&str]) -> Result<Trust, TrustError> {
        let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
        Trust::new(&hosts, None, &[])
    }

    #[test]
    fn hosts_of_the_vendor_and_loopback_are_trusted() {
        for url in [
            "https://api.us-east-1.my.nicecxone.com",
            "https://API.My.NiceCXone.COM/x",
            "https://na1.nice-incontact.com:8443",
            "https://cxone.niceincontact.com",
            "https://api-na3.nicecxone-gov.com",
            "https://api.nicecxone.com./",
            "http://127.0.0.1:8080",
            "http://127.255.0.9",
            "http://[::1]:9",
            "http://localhost:1",
            "http://LOCALHOST",
            // The WHATWG parser reads this as 127.0.0.1, and so does the HTTP client.
            "http://0x7f.1/",
        ] {
            assert_eq!(check_url(url, &Trust::default()), Ok(()), "{url}");
        }
    }

    #[test]
    fn look_alikes_are_not_trusted() {
        for url in [
            "https://evilnicecxone.com",
            "https://api.evilnicecxone.com",
            "https://nicecxone.com",
            "https://nicecxone.com.",
            "https://nicecxone-gov.com",
            "https://evilnicecxone-gov.com",
            "https://a.nicecxone-gov.co",
            "https://api.nicecxone.com.evil.com",
            "https://api.nicecxone.com..",
            "https://api.nicecxone.co",
            "https://.nicecxone.com",
            "https://a..nicecxone.com",
            "https://api-nicecxone.com",
            "https://evil.com/api.nicecxone.com",
            "https://evil.com?.nicecxone.com",
            "https://evil.com#.nicecxone.com",
            "https://evil.com\\.nicecxone.com",
            // The `с` is Cyrillic, so punycode makes it a different name.
            "https://api.niсecxone.com",
            "https://xn--api-nicecxone-com.example",
            "https://127.0.0.1.evil.com",
            "https://localhost.evil.com",
            "https://foo.localhost",
            "https://0.0.0.0",
            "https://128.0.0.1",
            "https://[::ffff:127.0.0.1]",
            "https://[::]",
            "https://169.254.169.254",
        ] {
            assert!(matches!(check_url(url, &Trust::default()), Err(TrustError::Untrusted { .. })), "{url}");
        }
    }

    #[test]
    fn userinfo_is_refused_even_for_a_trusted_host() {
        for url in [
            "https://api.nicecxone.com@evil.com",
            "https://user@api.nicecxone.com",
            "https://user:pw@api.nicecxone.com",
            "https://:pw@api.nicecxone.com",
            "http://user@127.0.0.1",
        ] {
            assert!(matches!(check_url(url, &Trust::default()), Err(TrustError::Userinfo { .. })), "{url}");
        }
        let error = check_url("https://bob:hunter2@evil.com", &Trust::default()).unwrap_err();
        assert!(!error.to_string().contains("hunter2") && !error.to_string().contains("bob"));
    }

    #[test]
    fn a_full_width_host_is_the_ascii_one() {
        assert_eq!(check_url("https://api.ｎｉｃｅcxone.com", &Trust::default()), Ok(()));
        let trust = with_flags(&["bücher.example"]).unwrap();
        assert_eq!(check_url("https://xn--bcher-kva.example", &trust), Ok(()));
        assert_eq!(check_url("https://BÜCHER.example", &trust), Ok(()));
    }

    #[test]
    fn plain_http_and_other_schemes_are_refused() {
        assert!(matches!(check_url("http://api.nicecxone.com", &Trust::default()), Err(TrustError::PlainHttp { .. })));
        let trust = with_flags(&["mock.example"]).unwrap();
        assert!(matches!(check_url("http://mock.example", &trust), Err(TrustError::PlainHttp { .. })));
        for url in ["ftp://api.nicecxone.com", "file:///etc/passwd", "data:,x", "ws://localhost"] {
            assert!(matches!(check_url(url, &Trust::default()), Err(TrustError::NotHttps { .. })), "{url}");
        }
    }

    #[test]
    fn a_named_host_is_trusted_exactly() {
        let trust = Trust::new(
            &["flag.example".to_owned()],
            Some(" env.example, ,ENV2.example.,10.0.0.7,"),
            &["user.example".to_owned(), "[fd00::1]".to_owned()],
        )
        .unwrap();
        for host in ["flag.example", "env.example", "env2.example", "10.0.0.7", "user.example", "[fd00::1]"] {
            assert_eq!(check_url(&format!("https://{host}:8443/x"), &trust), Ok(()), "{host}");
        }
        for host in ["a.flag.example", "example", "flag.example.evil.com", "10.0.0.70"] {
            assert!(check_url(&format!("https://{host}"), &trust).is_err(), "{host}");
        }
    }

    #[test]
    fn an_entry_that_is_not_a_host_name_is_refused() {
        for entry in [
            "",
            "*",
            "*.example.com",
            "https://example.com",
            "example.com:443",
            "example.com/path",
            "user@example.com",
            "a b",
            ".",
            ".com",
            "a..b",
            "example.com..",
            "%65xample.com",
            "a\tb",
            "a,b",
        ] {
            assert_eq!(with_flags(&[entry]), Err(TrustError::BadEntry { number: 1, list: TrustList::Flag }), "{entry}");
        }
    }

    #[test]
    fn the_message_says_which_host_who_set_it_and_how_to_trust_it() {
        let error = check_url("https://evil.example/x?token=abc", &Trust::default()).unwrap_err();
        let message = error.to_string();
        for part in [
            "`evil.example`",
            "the project file `proj/cxvars.toml`",
            "--trust-host evil.example",
            "CXVARS_TRUSTED_HOSTS",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!message.contains("abc") && !message.contains('\n'));
    }
}
