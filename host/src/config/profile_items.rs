//! The items of the API profile, as `[profile]` and `[env.NAME]` write them.

use std::ops::RangeInclusive;

use super::reader::{Section, Value};
use crate::profile::set_by::{Origin, Sourced};
use crate::profile::{self, Auth, Base, Body, Concurrency, EncryptedRoundtrip, ProfileItems};

/// Sane counts of variables: the service's documented limit is 50.
pub(super) const VARIABLES: RangeInclusive<u64> = 1..=10_000;

/// A day: no registration waits longer.
const DAY_S: u64 = 86_400;
/// An hour, in milliseconds: no single wait is longer.
const HOUR_MS: u64 = 3_600_000;

const BASES: [(&str, Base); 2] = [("cxone", Base::Cxone), ("cxone-access-key", Base::CxoneAccessKey)];
const AUTHS: [(&str, Auth); 4] = [
    ("client_credentials_form", Auth::ClientCredentialsForm),
    ("client_credentials_basic", Auth::ClientCredentialsBasic),
    ("access_key_json", Auth::AccessKeyJson),
    ("static_bearer", Auth::StaticBearer),
];
const BODIES: [(&str, Body); 2] = [("variables_only", Body::VariablesOnly), ("merge_full", Body::MergeFull)];
const CONCURRENCIES: [(&str, Concurrency); 2] = [("none", Concurrency::None), ("if_match", Concurrency::IfMatch)];
const ROUNDTRIPS: [(&str, EncryptedRoundtrip); 3] = [
    ("refuse", EncryptedRoundtrip::Refuse),
    ("mask-keeps", EncryptedRoundtrip::MaskKeeps),
    ("echo", EncryptedRoundtrip::Echo),
];

/// Reads the items that `section` has; `origin` is the file it stands in.
pub(super) fn read(section: &mut Section<'_>, origin: &Origin) -> ProfileItems {
    let base = section.get("base").and_then(|value| value.choice(&BASES));
    let base_url = section.get("base_url").and_then(|value| value.checked(|text| profile::base_url(text).map(drop)));
    let token_url = section.get("token_url").and_then(|value| {
        value.checked(|text| {
            // Only the form is at stake here; which host it is comes out when the profile is resolved.
            let base_url = profile::base_url("https://probe.invalid")?;
            profile::token_url(text, &base_url).map(drop)
        })
    });
    let scopes = section.get("scopes").and_then(|value| scopes(&value)).unwrap_or_default();
    let mut number = |key, range| section.get(key).and_then(|value| value.integer(range));
    let sourced = |value: String| Sourced { value, origin: origin.clone() };
    ProfileItems {
        base,
        base_url: base_url.map(sourced),
        token_url: token_url.map(sourced),
        read_scopes: scopes.read,
        write_scopes: scopes.write,
        max_variables: number("max_variables", VARIABLES),
        requests_per_minute: number("requests_per_minute", 0..=1_000_000),
        token_buffer_s: number("token_buffer_s", 0..=DAY_S),
        max_attempts: number("max_attempts", 1..=100),
        deadline_s: number("deadline_s", 1..=DAY_S),
        connect_s: number("connect_s", 1..=DAY_S),
        request_s: number("request_s", 1..=DAY_S),
        backoff_base_ms: number("backoff_base_ms", 0..=HOUR_MS),
        backoff_cap_ms: number("backoff_cap_ms", 0..=HOUR_MS),
        server_error_wait_ms: number("server_error_wait_ms", 0..=HOUR_MS),
        auth: section.get("auth").and_then(|value| value.choice(&AUTHS)),
        action_path: section.get("action_path").and_then(|value| value.checked(profile::check_action_path)),
        body: section.get("body").and_then(|value| value.choice(&BODIES)),
        busy_states: section.get("busy_states").and_then(|value| value.texts()),
        concurrency: section.get("concurrency").and_then(|value| value.choice(&CONCURRENCIES)),
        encrypted_roundtrip: section.get("encrypted_roundtrip").and_then(|value| value.choice(&ROUNDTRIPS)),
    }
}

#[derive(Default)]
struct Scopes {
    read: Option<Vec<String>>,
    write: Option<Vec<String>>,
}

/// One list for both, as a string separated by spaces (RFC 6749 section 3.3) or an array, or `{read = …, write = …}`.
fn scopes(value: &Value<'_>) -> Option<Scopes> {
    if value.is_table() {
        return value.section(|section| Scopes {
            read: section.get("read").and_then(|value| scope_list(&value)),
            write: section.get("write").and_then(|value| scope_list(&value)),
        });
    }
    let list = scope_list(value);
    Some(Scopes { read: list.clone(), write: list })
}

fn scope_list(value: &Value<'_>) -> Option<Vec<String>> {
    if value.is_string() {
        let text = value.string()?;
        return Some(text.split_whitespace().map(str::to_owned).collect());
    }
    value.texts()
}
