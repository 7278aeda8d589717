//! Why something did not work, as a type. Reports and the audit log show its code.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::transport_fault::TransportFault;

/// Why a request was sent again, or a run ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No complete answer came.
    Transport(TransportFault),
    /// 429.
    Throttled,
    /// 401 from the service.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 3xx.
    Redirect,
    /// Any other refusal of the request itself.
    Rejected,
    /// 409 or 412.
    Conflict,
    /// 5xx.
    ServerError,
    /// An answer that is not what was expected.
    Unreadable,
    /// The read-back after a PUT was refused.
    ReadBackRefused,
    /// The token endpoint refused the credentials.
    LoginRefused,
    /// The token endpoint answered, but not with a token.
    TokenUnreadable,
    /// The service's addresses could not be found by discovery.
    DiscoveryFailed,
    /// The token lacks a scope that the run needs.
    MissingScope,
    /// No token could be fetched for a read-back.
    NoToken,
    /// The deadline has passed.
    Deadline,
    /// The request budget has no room before the deadline.
    Budget,
    /// The state that runs share cannot be used.
    SharedState,
    /// The user stopped the run.
    Interrupted,
    /// The action is in a state in which it cannot be changed.
    Busy,
    /// Another process updates the action.
    UnderWay,
    /// The action has another name than the configuration expects.
    WrongName,
    /// The plan is not the one that was approved.
    StalePlan,
    /// The plan would lose something.
    Blocked,
    /// A variable has no value that could be sent.
    ValueMissing,
    /// There is no entity tag to send as `If-Match`.
    NoEtag,
    /// The service did not store what was sent.
    Mismatch,
    /// A change is not readable yet.
    NotReadableYet,
    /// Somebody else changed the action around the time of a PUT of unknown fate.
    ChangedMeanwhile,
}

impl Reason {
    /// The code in reports and in the audit log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Transport(fault) => fault.code(),
            Self::Throttled => "throttled",
            Self::Unauthorized | Self::LoginRefused => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Redirect => "redirect",
            Self::Rejected => "rejected",
            Self::Conflict => "conflict",
            Self::ServerError => "server_error",
            Self::Unreadable => "unreadable",
            Self::ReadBackRefused => "read_back_refused",
            Self::TokenUnreadable => "token_unreadable",
            Self::DiscoveryFailed => "discovery_failed",
            Self::MissingScope => "missing_scope",
            Self::NoToken => "no_token",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
            Self::SharedState => "shared_state",
            Self::Interrupted => "interrupted",
            Self::Busy => "busy",
            Self::UnderWay => "under_way",
            Self::WrongName => "wrong_name",
            Self::StalePlan => "stale_plan",
            Self::Blocked => "blocked",
            Self::ValueMissing => "value_missing",
            Self::NoEtag => "no_etag",
            Self::Mismatch => "mismatch",
            Self::NotReadableYet => "not_readable_yet",
            Self::ChangedMeanwhile => "changed_meanwhile",
        }
    }

    /// Whether the login failed, so that no action was asked about.
    pub fn is_login(self) -> bool {
        matches!(self, Self::LoginRefused | Self::TokenUnreadable | Self::DiscoveryFailed | Self::MissingScope)
    }
}

/// The stable code of a failure: the service's own if it gave one, else that of the reason. Decisions depend on the
/// reason alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    reason: Reason,
    said: Option<String>,
}

impl Code {
    /// The code of a failure. `said` is the service's own code, if it gave one.
    pub fn new(reason: Reason, said: Option<String>) -> Self {
        Self { reason, said }
    }

    /// The reason of the failure.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        self.said.as_deref().unwrap_or(self.reason.code())
    }
}

impl From<Reason> for Code {
    fn from(reason: Reason) -> Self {
        Self::new(reason, None)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
