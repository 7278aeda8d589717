//! The URL of a database, and how its server is verified.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use cxvars_project::Files as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use url::form_urlencoded;

use crate::system::files::FileSystem;

/// Longest time for a connection, in seconds. A database that does not answer by then is tried again.
const CONNECT_S: u64 = 10;

/// Time without traffic after which the server is asked whether it is still there, and the time between two questions,
/// in seconds.
const KEEPALIVE_S: [u64; 2] = [30, 10];

/// How often it is asked.
const KEEPALIVES: u32 = 3;

/// Most bytes of a file of certificates.
const MAX_FILE_BYTES: usize = 1 << 20;

/// Where a database is, and how to log in there. It has no `Debug`, because it holds a password.
#[derive(Clone)]
pub struct Address {
    pub(super) config: Config,
    /// `None` if the connection stays on this machine and is not encrypted.
    pub(super) tls: Option<Arc<ClientConfig>>,
    shown: String,
}

/// What is wrong with a URL. It never quotes the URL, except for names of its parameters.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// It is no URL of a database.
    #[error("it is not of the form postgres://USER@HOST:PORT/DATABASE")]
    Form,
    /// It names no host.
    #[error("it names no host")]
    NoHost,
    /// It names no database.
    #[error("it names no database")]
    NoDatabase,
    /// It turns TLS off, and the server is elsewhere.
    #[error(
        "`sslmode=disable` is for a server on this machine only; elsewhere the connection is encrypted and verified"
    )]
    Unencrypted,
    /// A value of `sslmode` that does not exist.
    #[error("`sslmode` is not one of disable, require, verify-full")]
    Mode,
    /// The file of authorities cannot be used.
    #[error("the authorities in `{}` (`sslrootcert`) cannot be read: {problem}", path.display())]
    Roots {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The system's authorities cannot be used.
    #[error("this system's certificate authorities cannot be used; name a file with `sslrootcert`")]
    NoRoots,
}

impl Address {
    /// Reads a URL, in the form of libpq.
    ///
    /// The server's certificate is always verified against the authorities of the system, or those in the file that
    /// `sslrootcert` names. `sslmode=disable` is accepted only for a server on this machine; `require` and the weaker
    /// modes of libpq mean `verify-full`.
    ///
    /// # Errors
    /// The URL cannot be used.
    pub fn parse(url: &Secret) -> Result<Self, AddressError> {
        let url = url.expose();
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(AddressError::Form);
        }
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots) = (None, None);
        let mut kept = form_urlencoded::Serializer::new(String::new());
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => roots = Some(PathBuf::from(value.into_owned())),
                _ => drop(kept.append_pair(&key, &value)),
            }
        }
        // The client's own reader does not take `+` for a space.
        let kept = kept.finish().replace('+', "%20");
        let url = zeroize::Zeroizing::new(format!("{place}?{kept}"));
        let mut config: Config = url.parse().map_err(|_| AddressError::Form)?;
        let Some(host) = config.get_hosts().first() else { return Err(AddressError::NoHost) };
        let shown = match host {
            Host::Tcp(host) => display::escape(host),
            #[cfg(unix)]
            Host::Unix(path) => display::escape(&path.to_string_lossy()),
        };
        let database = config.get_dbname().filter(|name| !name.is_empty()).ok_or(AddressError::NoDatabase)?;
        let shown = format!("{shown}/{}", display::escape(database));
        let is_encrypted = match mode.as_deref() {
            Some("disable") => false,
            None | Some("allow" | "prefer" | "require" | "verify-ca" | "verify-full") => true,
            Some(_) => return Err(AddressError::Mode),
        };
        if !is_encrypted && !is_local(&config) {
            return Err(AddressError::Unencrypted);
        }
        config
            .ssl_mode(if is_encrypted { SslMode::Require } else { SslMode::Disable })
            .connect_timeout(Duration::from_secs(CONNECT_S))
            .keepalives_idle(Duration::from_secs(KEEPALIVE_S[0]))
            .keepalives_interval(Duration::from_secs(KEEPALIVE_S[1]))
            .keepalives_retries(KEEPALIVES)
            .tcp_user_timeout(Duration::from_secs(KEEPALIVE_S[0]));
        if config.get_application_name().is_none() {
            config.application_name("cxvars");
        }
        let tls = if is_encrypted { Some(tls(roots)?) } else { None };
        Ok(Self { config, tls, shown })
    }

    /// Its host and database, for messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// Whether every server that the address names is on this machine.
fn is_local(config: &Config) -> bool {
    let is_local_host = |host: &Host| match host {
        Host::Tcp(name) => {
            let name = name.trim_start_matches('[').trim_end_matches(']');
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_local_host) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn tls(roots: Option<PathBuf>) -> Result<Arc<ClientConfig>, AddressError> {
    // This fails if a provider is installed already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ClientConfig::builder();
    let builder = match roots {
        None => builder.with_platform_verifier().map_err(|_| AddressError::NoRoots)?,
        Some(path) => {
            let store = root_store(&path).map_err(|problem| AddressError::Roots { path, problem })?;
            builder.with_root_certificates(store)
        }
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}

fn root_store(path: &Path) -> Result<RootCertStore, String> {
    let text = FileSystem::default().read(path, MAX_FILE_BYTES).map_err(|error| error.reason().to_owned())?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|_| "it has no certificates in the form of PEM".to_owned())?;
        store.add(certificate).map_err(|_| "one of its certificates is malformed".to_owned())?;
    }
    if store.is_empty() { Err("it has no certificates in the form of PEM".to_owned()) } else { Ok(store) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Address, AddressError> {
        Address::parse(&Secret::new(url))
    }

    #[test]
    fn every_connection_is_encrypted_and_verified_unless_it_stays_on_the_machine() {
        for url in [
            "postgres://u:p@db.example.com/fleet",
            "postgresql://u@db.example.com/fleet?sslmode=require",
            "postgres://u@127.0.0.1/fleet",
            "postgres://u@db.example.com/fleet?sslmode=prefer",
        ] {
            let address = parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert!(address.tls.is_some() && address.config.get_ssl_mode() == SslMode::Require, "{url}");
        }
        for local in ["127.0.0.1", "localhost", "[::1]", "127.0.0.2:5433"] {
            let address = parse(&format!("postgres://u@{local}/fleet?sslmode=disable")).unwrap();
            assert!(address.tls.is_none() && address.config.get_ssl_mode() == SslMode::Disable, "{local}");
        }
        for url in [
            "postgres://u@db.example.com/fleet?sslmode=disable",
            "postgres://u@127.0.0.1,db.example.com/fleet?sslmode=disable",
            "postgres://u@localhost/fleet?sslmode=disable&hostaddr=192.0.2.1",
            "postgres://u@192.0.2.1/fleet?sslmode=disable",
        ] {
            assert_eq!(parse(url).err(), Some(AddressError::Unencrypted), "{url}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said_without_quoting_it() {
        for (url, wrong) in [
            ("hunter2", AddressError::Form),
            ("mysql://u:hunter2@h/d", AddressError::Form),
            ("postgres://u:hunter2@h:port/d", AddressError::Form),
            ("postgres://u:hunter2@h/d?hunter2=1", AddressError::Form),
            ("postgres://u:hunter2@h/d?sslmode=hunter2", AddressError::Mode),
            ("postgres://u:hunter2@h", AddressError::NoDatabase),
            ("postgres:///d?user=hunter2", AddressError::NoHost),
        ] {
            let error = parse(url).err();
            assert_eq!(error, Some(wrong), "{url}");
            assert!(!error.unwrap().to_string().contains("hunter2"), "{url}");
        }
    }

    #[test]
    fn messages_name_host_and_database_only() {
        let address = parse("postgres://user:hunter2@db.example.com:5433/fleet?application_name=a%20b").unwrap();
        assert_eq!(address.shown(), "db.example.com/fleet");
        assert_eq!(address.config.get_password(), Some(b"hunter2".as_slice()));
        assert_eq!(address.config.get_application_name(), Some("a b"));
    }

    #[test]
    fn a_file_of_authorities_has_to_hold_some() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roots.pem");
        let url = format!("postgres://u@db.example.com/fleet?sslrootcert={}", path.display());
        let missing = parse(&url).err().unwrap().to_string();
        assert!(missing.contains("roots.pem") && missing.contains("sslrootcert"), "{missing}");
        std::fs::write(&path, "nothing").unwrap();
        assert!(matches!(parse(&url).err(), Some(AddressError::Roots { .. })));
    }
}
