//! The items of the profile, as `[profile]` and `[env.NAME]` set them.

use cxvars_core::options::kind::{Choice, Texts, Whole, Word};
use cxvars_core::options::reader::{Table, Value};
use cxvars_core::options::section::{Kind, SOME_TEXT, Section as _, Shape, Show};
use cxvars_core::section;

use super::set_by::{Origin, Sourced};
use super::{
    Auth, Base, Body, Concurrency, Discovery, EncryptedRoundtrip, Etag, Verify, base_url, check_action_path, preset,
    token_url,
};

/// Maximum for time limits in seconds: a day.
const DAY_S: u64 = 86_400;
/// Maximum for a single wait in milliseconds: an hour.
const HOUR_MS: u64 = 3_600_000;

section! {
    /// How to talk to the service: the items of the API profile. Where each built-in value comes from is in the table at
    /// the end of docs/configuration.md. None of them was verified against the live service.
    #[derive(Clone, Debug, Default)]
    pub struct ProfileItems("[profile]") {
        /// The built-in profile that the other keys override. `cxone` requests a token by OAuth client credentials.
        /// `cxone-back-end` logs in as the vendor documents for back ends: `auth = "password_grant"`, with the addresses
        /// from `discovery`. `cxone-access-key` logs in by an access key alone, in the `area`.
        base: Word<Base> = Base::default(), example "\"cxone\"";
        /// The service's address. `CXONE_BASE_URL` overrides it, unless an environment was named with `--env`. The host
        /// must be built in, loopback, or trusted by the user. With `discovery`, an address that is set is not asked for.
        base_url: BaseUrl = Sourced::built_in("https://api.us-east-1.my.nicecxone.com".to_owned()),
            example "\"https://api.us-east-1.my.nicecxone.com\"";
        /// The token endpoint. It may start with `{base_url}`. Its host must be trusted as well.
        token_url: TokenUrl, else "`\"{base_url}/api/v2/oauth/token\"`; with `discovery`, what the issuer says; of `cxone-access-key`, `\"https://{area}.nice-incontact.com/authentication/v1/token/access-key\"`, and without `area` the same path at `{base_url}`",
            example "\"{base_url}/api/v2/oauth/token\"";
        /// How a token is requested: by OAuth client credentials in the form body or by HTTP Basic (RFC 6749), by the OAuth
        /// password grant with the client by HTTP Basic and an access key as user name and password, by an access key alone
        /// as JSON, or not at all, because `CXONE_TOKEN` holds a token. Logins by access key ask for no scopes: the key has
        /// the rights of its user.
        auth: Word<Auth>, else "`\"client_credentials_form\"`; `\"password_grant\"` of `cxone-back-end`; `\"access_key_json\"` of `cxone-access-key`; `\"static_bearer\"` where `CXONE_TOKEN` counts",
            example "\"client_credentials_basic\"";
        /// Whether addresses are asked for. `cxone`: the token endpoint is the one that
        /// `{issuer}/.well-known/openid-configuration` names; the API's address is the `api_endpoint` of
        /// `{issuer}/.well-known/cxone-configuration`, for the tenant that the login's `id_token` names. Both must be trusted
        /// hosts.
        discovery: Word<Discovery>, else "`\"none\"`, and `\"cxone\"` of `cxone-back-end`", example "\"cxone\"";
        /// Where the documents of `discovery` are.
        issuer: BaseUrl = Sourced::built_in(preset::ISSUER.to_owned()), example "\"https://cxone.niceincontact.com\"";
        /// The area of the tenant, such as `na1`, which is part of the host of the login of `cxone-access-key`.
        area: Area, else "none; the login is at `{base_url}`", example "\"na1\"";
        /// The path of an action, with `{id}` exactly once.
        action_path: ActionPath = "/api/v2/dataactions/{id}".to_owned(), example "\"/api/v2/dataactions/{id}\"";
        /// What a PUT contains: the variables alone, or the whole definition as GET returned it, with the variables
        /// replaced.
        body: Word<Body> = Body::VariablesOnly, example "\"merge_full\"";
        /// The OAuth scopes to request: one list for reading and writing, or a table with the lists `read` and `write`.
        /// A list is an array, or a string separated by spaces.
        scopes: ScopeLists, else "`dataactions:read` for reading; `dataactions:read` and `dataactions:write` for writing",
            example "{ read = [\"dataactions:read\"], write = \"dataactions:read dataactions:write\" }";
        /// Maximum number of variables of an action. It is also the default of `[validate] max_variables`.
        max_variables: Whole<1, 10_000> = 50, example "60";
        /// Maximum number of requests in any 60 seconds for a tenant (an origin and a client id). Every request counts:
        /// token, GET, PUT, read-back, retries. The processes of one user share the limit. 0 means no limit.
        requests_per_minute: Whole<0, 1_000_000> = 100, example "60";
        /// States in which an action is not written. The run ends with exit code 6, or waits with `--wait`.
        busy_states: Texts = ["PUBLISHING", "DELETING"].map(str::to_owned).into(), example "[\"PUBLISHING\"]";
        /// How an accepted PUT is verified. `read_back`: by reading the action. `response`: by the PUT's answer, if it holds
        /// the variables; only for a service that is known to answer with what it stored.
        verify: Word<Verify> = Verify::ReadBack, example "\"response\"";
        /// Seconds that a change may take to become readable. An update whose fate is not known is called not applied only
        /// after them.
        settle_s: Whole<0, 3_600> = 15, example "60";
        /// Whether entity tags count: `compare`, or `ignore` for a service whose tags change although nothing else does.
        /// `If-Match` is sent either way.
        etag: Word<Etag> = Etag::Compare, example "\"ignore\"";
        /// A token counts as expired this many seconds before its end, but at most half of its lifetime before it.
        token_buffer_s: Whole<0, DAY_S> = 60, example "30";
        /// Maximum number of PUTs of one registration.
        max_attempts: Whole<1, 100> = 5, example "3";
        /// Seconds that one registration may take, waits included.
        deadline_s: Whole<1, DAY_S> = 300, example "120";
        /// Seconds that connecting may take.
        connect_s: Whole<1, DAY_S> = 10, example "5";
        /// Seconds that one request may take.
        request_s: Whole<1, DAY_S> = 30, example "20";
        /// The first wait of the exponential backoff, in milliseconds. It must not be greater than `backoff_cap_ms`.
        backoff_base_ms: Whole<0, HOUR_MS> = 1_000, example "500";
        /// The longest wait of the exponential backoff, in milliseconds.
        backoff_cap_ms: Whole<0, HOUR_MS> = 60_000, example "30_000";
        /// The shortest wait after a server error before the state is read again, in milliseconds.
        server_error_wait_ms: Whole<0, HOUR_MS> = 3_000, example "5_000";
        /// How a PUT is protected against a change that somebody else made since GET: not at all, or by sending the
        /// entity tag of GET as `If-Match`, which works if the service honours it.
        concurrency: Word<Concurrency> = Concurrency::None, example "\"if_match\"";
        /// What the service does with the value of an encrypted variable. `refuse`: a masked value must not be sent
        /// back. `mask-keeps`: sending the mask back keeps the value. `echo`: GET returns the value itself.
        encrypted_roundtrip: Word<EncryptedRoundtrip> = EncryptedRoundtrip::Refuse, example "\"mask-keeps\"";
    }
}

impl Choice for Base {
    const WORDS: &'static [(&'static str, Self)] =
        &[("cxone", Self::Cxone), ("cxone-back-end", Self::CxoneBackEnd), ("cxone-access-key", Self::CxoneAccessKey)];
}

impl Choice for Auth {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("client_credentials_form", Self::ClientCredentialsForm),
        ("client_credentials_basic", Self::ClientCredentialsBasic),
        ("password_grant", Self::PasswordGrant),
        ("access_key_json", Self::AccessKeyJson),
        ("static_bearer", Self::StaticBearer),
    ];
}

impl Choice for Discovery {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("cxone", Self::Cxone)];
}

impl Choice for Body {
    const WORDS: &'static [(&'static str, Self)] =
        &[("variables_only", Self::VariablesOnly), ("merge_full", Self::MergeFull)];
}

impl Choice for Concurrency {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("if_match", Self::IfMatch)];
}

impl Choice for Verify {
    const WORDS: &'static [(&'static str, Self)] = &[("read_back", Self::ReadBack), ("response", Self::Response)];
}

impl Choice for Etag {
    const WORDS: &'static [(&'static str, Self)] = &[("compare", Self::Compare), ("ignore", Self::Ignore)];
}

/// The address of the service, and who set it.
pub struct BaseUrl;

impl Kind for BaseUrl {
    type Value = Sourced<String>;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        sourced(value, |text| base_url(text).map(drop))
    }
}

impl Show for BaseUrl {
    fn show(value: &Self::Value) -> String {
        format!("\"{}\"", value.value)
    }
}

/// The token endpoint, and who set it.
pub struct TokenUrl;

impl Kind for TokenUrl {
    type Value = Sourced<String>;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        sourced(value, |text| {
            // Only the form is checked here, so any base URL will do. The host is checked when the endpoints are built.
            let base_url = base_url("https://probe.invalid")?;
            token_url(text, &base_url).map(drop)
        })
    }
}

fn sourced(value: &Value<'_>, check: impl FnOnce(&str) -> Result<(), &'static str>) -> Option<Sourced<String>> {
    let text = value.checked(check)?;
    Some(Sourced { value: text.to_owned(), origin: Origin::of(value.source()) })
}

/// The first label of a host name.
pub struct Area;

impl Kind for Area {
    type Value = String;

    const SHAPE: Shape = Shape::Text("^[a-z0-9-]+$");

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let text = value.checked(|text| match text.bytes().all(label) {
            true => Ok(()),
            false => Err("must be the first part of a host name, such as `na1`: small letters, digits and `-`"),
        });
        text.map(str::to_owned)
    }
}

/// The path of an action.
pub struct ActionPath;

impl Kind for ActionPath {
    type Value = String;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.checked(check_action_path).map(str::to_owned)
    }
}

impl Show for ActionPath {
    fn show(value: &Self::Value) -> String {
        format!("\"{value}\"")
    }
}

section! {
    /// The scopes for reading and for writing.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Scopes("{ read = …, write = … }") {
        /// For runs that only read.
        read: ScopeList;
        /// For runs that write.
        write: ScopeList;
    }
}

/// One list of scopes for both reading and writing, or a table with a list for each.
pub struct ScopeLists;

impl Kind for ScopeLists {
    type Value = Scopes;

    const SHAPE: Shape = Shape::Either(&[ScopeList::TEXT, ScopeList::ARRAY, Shape::Table(&Scopes::ABOUT)]);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        if value.is_table() {
            return value.section(|table: &mut Table<'_>| Scopes::read(table));
        }
        let list = ScopeList::read(value);
        Some(Scopes { read: list.clone(), write: list })
    }

    fn over(higher: Self::Value, lower: Self::Value) -> Self::Value {
        higher.over(lower)
    }
}

/// A list of scopes: a string separated by spaces (RFC 6749 section 3.3), or an array.
pub struct ScopeList;

impl ScopeList {
    const TEXT: Shape = Shape::Text("");
    const ARRAY: Shape = Shape::List(&SOME_TEXT);
}

impl Kind for ScopeList {
    type Value = Vec<String>;

    const SHAPE: Shape = Shape::Either(&[Self::TEXT, Self::ARRAY]);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        if value.is_string() {
            return Some(value.string()?.split_whitespace().map(str::to_owned).collect());
        }
        value.texts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_items_win_one_by_one() {
        let scopes = |read: Option<&str>, write: Option<&str>| {
            let list = |text: &str| vec![text.to_owned()];
            Some(Scopes { read: read.map(list), write: write.map(list) })
        };
        let high = ProfileItems { deadline_s: Some(1), scopes: scopes(Some("a"), None), ..ProfileItems::default() };
        let low = ProfileItems {
            deadline_s: Some(2),
            connect_s: Some(3),
            scopes: scopes(Some("b"), Some("c")),
            ..ProfileItems::default()
        };
        let merged = high.over(low);
        assert_eq!((merged.deadline_s, merged.connect_s), (Some(1), Some(3)));
        assert_eq!(merged.scopes, scopes(Some("a"), Some("c")));
    }
}
