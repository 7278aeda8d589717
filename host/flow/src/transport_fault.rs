//! The ways in which no complete answer comes.

/// Why no complete answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransportFault {
    /// No connection could be made.
    Refused,
    /// The host has no address.
    Dns,
    /// The host's certificate is self-signed, or not signed by an authority that is trusted here.
    UnknownCa,
    /// This machine has no certificates of authorities.
    NoCaCertificates,
    /// No trusted TLS connection could be made, for another reason.
    Tls,
    /// The proxy wants a login.
    ProxyLogin,
    /// The proxy made no connection to the host.
    Proxy,
    /// The connection broke before an answer began.
    Reset,
    /// No answer came in time.
    Timeout,
    /// The answer broke off.
    Truncated,
}

impl TransportFault {
    /// The code in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "connection_refused",
            Self::Dns => "dns",
            Self::UnknownCa => "unknown_ca",
            Self::NoCaCertificates => "no_ca_certificates",
            Self::Tls => "tls",
            Self::ProxyLogin => "proxy_login",
            Self::Proxy => "proxy",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Truncated => "truncated",
        }
    }

    /// What happened, for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::Refused => "no connection could be made (refused or unreachable)",
            Self::Dns => "the host name could not be resolved",
            Self::UnknownCa => {
                "the host's certificate is self-signed, or not signed by an authority that is trusted here"
            }
            Self::NoCaCertificates => "no certificates of trusted authorities were found on this machine",
            Self::Tls => "no trusted TLS connection could be made",
            Self::ProxyLogin => "the proxy asks for a login (407)",
            Self::Proxy => "the proxy made no connection to the host (it answered with an error such as 502)",
            Self::Reset => "connection reset",
            Self::Timeout => "no answer in time",
            Self::Truncated => "the answer broke off",
        }
    }

    /// Whether the request certainly never reached the service.
    pub fn was_not_sent(self) -> bool {
        match self {
            Self::Refused | Self::Dns | Self::UnknownCa | Self::NoCaCertificates | Self::Tls => true,
            Self::ProxyLogin | Self::Proxy => true,
            Self::Reset | Self::Timeout | Self::Truncated => false,
        }
    }

    /// What to do next, if the request was not sent.
    pub fn advice(self) -> String {
        format!("nothing changed; {}; then run the same command again", self.help())
    }

    /// What to check or to set.
    pub fn help(self) -> &'static str {
        match self {
            Self::UnknownCa => {
                "if a proxy of your network reads TLS, set SSL_CERT_FILE to a file with its certificate and the public \
                 ones; else the host is not the one that you mean"
            }
            Self::NoCaCertificates => "install the package ca-certificates, or set SSL_CERT_FILE to a file with them",
            Self::Tls => "check base_url, the clock of this machine, and the host's certificate",
            Self::ProxyLogin => "set HTTPS_PROXY with user and password, or except the host with NO_PROXY",
            Self::Proxy => "check HTTPS_PROXY, or except the host with NO_PROXY",
            _ => "check base_url, the network and the proxy settings (HTTPS_PROXY, NO_PROXY)",
        }
    }
}
