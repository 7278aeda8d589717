//! What went wrong with the database, in words that hold nothing of the statement, its parameters, or the URL.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;

use crate::system::files::describe;

/// What a database without our schema lacks.
pub(super) const NO_SCHEMA: &str = "it has no shared state; run `cxvars shared init` as the owner of the database";

/// What a user who was not granted the privileges lacks.
pub(super) const NO_PRIVILEGE: &str =
    "its user lacks a privilege; run `cxvars shared init --role USER` as the owner of the state";

/// Why a statement failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Whether it may work when tried again.
    pub(super) is_passing: bool,
    /// What happened, and what to do.
    pub(super) what: String,
}

impl Fault {
    pub(super) fn passing(what: impl Into<String>) -> Self {
        Self { is_passing: true, what: what.into() }
    }

    pub(super) fn lasting(what: impl Into<String>) -> Self {
        Self { is_passing: false, what: what.into() }
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        match error.code() {
            Some(code) => of_state(code.code()),
            None => of_connection(error),
        }
    }
}

/// A fault that the server names (appendix A of the PostgreSQL manual).
fn of_state(state: &str) -> Fault {
    match state {
        "28P01" | "28000" => Fault::lasting("it refused the user, the password, or a connection from here"),
        "3D000" => Fault::lasting("the server has no such database"),
        "3F000" | "42P01" | "42703" => Fault::lasting(NO_SCHEMA),
        "42501" => Fault::lasting(NO_PRIVILEGE),
        "42704" => Fault::lasting("it has no such role; create it first (CREATE ROLE … LOGIN)"),
        "57014" => Fault::passing("it took too long to answer"),
        "25006" => Fault::passing("it only reads (a standby)"),
        _ => {
            let class = state.get(..2).unwrap_or_default();
            // Connections, resources, locks and restarts: none of them says anything about the statement.
            let is_passing = matches!(class, "08" | "40" | "53" | "55" | "57" | "58");
            Fault { is_passing, what: format!("it refused a statement (SQLSTATE {state})") }
        }
    }
}

/// A fault of the connection.
fn of_connection(error: &Error) -> Fault {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return of_tls(tls);
        }
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            match io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(tls) => return of_tls(tls),
                None => return Fault::passing(format!("it cannot be reached: {}", describe(io))),
            }
        }
        source = cause.source();
    }
    let text = error.to_string();
    if text.starts_with("error performing TLS handshake") {
        return Fault::lasting(
            "the server offers no TLS; only a server on this machine may do without, by `sslmode=disable`",
        );
    }
    if text.starts_with("invalid configuration") {
        return Fault::lasting("the server asks for a password, and the URL has none");
    }
    if text.starts_with("authentication error") {
        return Fault::lasting(
            "the login failed: the server asks for another kind of it, or could not prove who it is",
        );
    }
    if error.is_closed() {
        return Fault::passing("it closed the connection");
    }
    Fault::passing("it did not answer as expected")
}

fn of_tls(error: &rustls::Error) -> Fault {
    match error {
        rustls::Error::InvalidCertificate(_) => Fault::lasting(
            "its certificate is not valid for this host, or of no authority that this system trusts; name the authority's \
             file in the URL with `sslrootcert`",
        ),
        _ => Fault::lasting("it does not agree on an encrypted connection (TLS 1.2 or 1.3)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_or_a_deadlock_passes_and_a_mistake_does_not() {
        for state in ["57P01", "57P03", "53300", "40P01", "40001", "08006", "57014", "25006"] {
            assert!(of_state(state).is_passing, "{state}");
        }
        for state in ["28P01", "3D000", "42P01", "42501", "22023", ""] {
            assert!(!of_state(state).is_passing, "{state}");
        }
    }
}
