//! The ways in which no complete answer comes.

/// Why no complete answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransportFault {
    /// No connection could be made.
    Refused,
    /// The host has no address.
    Dns,
    /// No trusted TLS connection could be made.
    Tls,
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
            Self::Tls => "tls",
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
            Self::Tls => "no trusted TLS connection could be made",
            Self::Reset => "connection reset",
            Self::Timeout => "no answer in time",
            Self::Truncated => "the answer broke off",
        }
    }

    /// Whether the request certainly never reached the service.
    pub fn was_not_sent(self) -> bool {
        matches!(self, Self::Refused | Self::Dns | Self::Tls)
    }
}
