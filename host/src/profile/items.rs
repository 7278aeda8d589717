//! One source's items of the profile, before the sources are merged.

use super::{Auth, Base, Body, Concurrency, EncryptedRoundtrip};
use crate::profile::set_by::Sourced;

/// One source's settings of the profile; an item that is `None` is left to the next source.
#[derive(Clone, Debug, Default)]
pub struct ProfileItems {
    /// Where the profile starts from.
    pub base: Option<Base>,
    /// The service's address.
    pub base_url: Option<Sourced<String>>,
    /// The token endpoint; may start with `{base_url}`.
    pub token_url: Option<Sourced<String>>,
    /// How a token is asked for.
    pub auth: Option<Auth>,
    /// The path of an action, with `{id}`.
    pub action_path: Option<String>,
    /// What a PUT carries.
    pub body: Option<Body>,
    /// Scopes to ask for when only reading.
    pub read_scopes: Option<Vec<String>>,
    /// Scopes to ask for when writing.
    pub write_scopes: Option<Vec<String>>,
    /// Most variables of an action.
    pub max_variables: Option<u64>,
    /// Requests in any sliding 60 s; 0 = no limit.
    pub requests_per_minute: Option<u64>,
    /// States in which an action must not be written.
    pub busy_states: Option<Vec<String>>,
    /// Seconds before its end at which a token counts as used up.
    pub token_buffer_s: Option<u64>,
    /// Most PUTs of one registration.
    pub max_attempts: Option<u64>,
    /// Seconds for one registration, waits included.
    pub deadline_s: Option<u64>,
    /// Seconds to connect.
    pub connect_s: Option<u64>,
    /// Seconds for one request.
    pub request_s: Option<u64>,
    /// First wait of the exponential backoff, in milliseconds.
    pub backoff_base_ms: Option<u64>,
    /// Longest wait of the exponential backoff, in milliseconds.
    pub backoff_cap_ms: Option<u64>,
    /// Shortest wait after a server error, in milliseconds.
    pub server_error_wait_ms: Option<u64>,
    /// How a PUT is guarded.
    pub concurrency: Option<Concurrency>,
    /// What the service does with encrypted values.
    pub encrypted_roundtrip: Option<EncryptedRoundtrip>,
}

impl ProfileItems {
    /// These items, and those of `lower` where these are silent.
    #[must_use]
    pub fn or(self, lower: Self) -> Self {
        Self {
            base: self.base.or(lower.base),
            base_url: self.base_url.or(lower.base_url),
            token_url: self.token_url.or(lower.token_url),
            auth: self.auth.or(lower.auth),
            action_path: self.action_path.or(lower.action_path),
            body: self.body.or(lower.body),
            read_scopes: self.read_scopes.or(lower.read_scopes),
            write_scopes: self.write_scopes.or(lower.write_scopes),
            max_variables: self.max_variables.or(lower.max_variables),
            requests_per_minute: self.requests_per_minute.or(lower.requests_per_minute),
            busy_states: self.busy_states.or(lower.busy_states),
            token_buffer_s: self.token_buffer_s.or(lower.token_buffer_s),
            max_attempts: self.max_attempts.or(lower.max_attempts),
            deadline_s: self.deadline_s.or(lower.deadline_s),
            connect_s: self.connect_s.or(lower.connect_s),
            request_s: self.request_s.or(lower.request_s),
            backoff_base_ms: self.backoff_base_ms.or(lower.backoff_base_ms),
            backoff_cap_ms: self.backoff_cap_ms.or(lower.backoff_cap_ms),
            server_error_wait_ms: self.server_error_wait_ms.or(lower.server_error_wait_ms),
            concurrency: self.concurrency.or(lower.concurrency),
            encrypted_roundtrip: self.encrypted_roundtrip.or(lower.encrypted_roundtrip),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_items_win_one_by_one() {
        let high = ProfileItems { deadline_s: Some(1), ..ProfileItems::default() };
        let low = ProfileItems { deadline_s: Some(2), connect_s: Some(3), ..ProfileItems::default() };
        let merged = high.or(low);
        assert_eq!((merged.deadline_s, merged.connect_s), (Some(1), Some(3)));
    }
}
