//! Where each built-in value of the profile comes from. docs/configuration.md and `cxvars doctor` print this table.
//!
//! No public trace of the Data Action paths was found outside the reference, and the live service was not available, so
//! nobody should take these values for confirmed.

use std::fmt;

use super::{Base, ProfileItems};

/// Where a built-in value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// The vendor's public documentation.
    Vendor,
    /// Public clients of the service, which other people wrote.
    Observed,
    /// The reference alone, a text about Data Action variables. Nothing else confirms it.
    Reference,
    /// This program's own limit or habit, which claims nothing about the service.
    Choice,
}

impl fmt::Display for Provenance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Vendor => "vendor",
            Self::Observed => "observed",
            Self::Reference => "reference",
            Self::Choice => "our choice",
        })
    }
}

/// A built-in value, and where it comes from.
#[derive(Debug)]
pub struct Row {
    /// The item's key.
    pub item: &'static str,
    /// The built-in profile that has the value; `None` if all have it.
    pub base: Option<Base>,
    /// The value, in TOML or in words.
    pub value: &'static str,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Whether items set something else.
    is_set: fn(&ProfileItems) -> bool,
}

/// `item: PROVENANCE value`, or `item of BASE: …` for a value of one built-in profile.
macro_rules! rows {
    ($($item:ident $(of $base:ident)?: $provenance:ident $value:literal;)+) => {
        &[$(Row {
            item: stringify!($item),
            base: rows!(@base $($base)?),
            value: $value,
            provenance: Provenance::$provenance,
            is_set: |items| items.$item.is_some(),
        }),+]
    };
    (@base) => { None };
    (@base $base:ident) => { Some(Base::$base) };
}

/// Every item of the profile but `base`, with each of its built-in values.
pub const TABLE: &[Row] = rows! {
    base_url of Cxone: Reference "https://api.us-east-1.my.nicecxone.com";
    base_url of CxoneBackEnd: Observed "`api_endpoint` of the tenant's `cxone-configuration`";
    base_url of CxoneAccessKey: Reference "https://api.us-east-1.my.nicecxone.com";
    token_url of Cxone: Reference "{base_url}/api/v2/oauth/token";
    token_url of CxoneBackEnd: Vendor "`token_endpoint` of the issuer's `openid-configuration`";
    token_url of CxoneAccessKey: Vendor "https://{area}.nice-incontact.com/authentication/v1/token/access-key";
    auth of Cxone: Reference "client_credentials_form";
    auth of CxoneBackEnd: Vendor "password_grant";
    auth of CxoneAccessKey: Vendor "access_key_json";
    discovery of Cxone: Reference "none";
    discovery of CxoneBackEnd: Observed "cxone";
    discovery of CxoneAccessKey: Vendor "none";
    issuer: Vendor "https://cxone.niceincontact.com";
    area: Vendor "none; such as `na1`";
    action_path: Reference "/api/v2/dataactions/{id}";
    body: Reference "variables_only";
    scopes: Reference "dataactions:read, dataactions:write";
    max_variables: Reference "50";
    requests_per_minute: Reference "100";
    busy_states: Reference "PUBLISHING, DELETING";
    token_buffer_s: Reference "60";
    max_attempts: Reference "5";
    server_error_wait_ms: Reference "3000";
    verify: Choice "read_back";
    settle_s: Choice "15";
    etag: Choice "compare";
    deadline_s: Choice "300";
    connect_s: Choice "10";
    request_s: Choice "30";
    backoff_base_ms: Choice "1000";
    backoff_cap_ms: Choice "60000";
    concurrency: Choice "none";
    encrypted_roundtrip: Choice "refuse";
};

/// The rows whose values are in use where `items` are set.
pub(super) fn in_use(items: &ProfileItems) -> Vec<&'static Row> {
    let base = items.base();
    let applies = |row: &&Row| row.base.is_none_or(|of| of == base) && !(row.is_set)(items);
    TABLE.iter().filter(applies).collect()
}

/// The end of docs/configuration.md.
pub fn page() -> String {
    let mut page = "
## Where the built-in values come from

The live service was not available during development. `vendor` is the vendor's public documentation; `observed` is what
several public clients of the service do; `reference` is known from one text about Data Action variables only: no public
trace of the Data Action paths was found outside it. `our choice` is a limit or a habit of this program, which claims
nothing about the service. `cxvars doctor` names the values in use that only the reference knows.

| item | value | known from |
|---|---|---|
"
    .to_owned();
    for row in TABLE {
        let of = match row.base {
            None => "",
            Some(Base::Cxone) => " of `cxone`",
            Some(Base::CxoneBackEnd) => " of `cxone-back-end`",
            Some(Base::CxoneAccessKey) => " of `cxone-access-key`",
        };
        let value = if row.value.contains('`') { row.value.to_owned() } else { format!("`{}`", row.value) };
        page += &format!("| `{}`{of} | {value} | {} |\n", row.item, row.provenance);
    }
    page
}

#[cfg(test)]
mod tests {
    use cxvars_core::options::section::Section as _;

    use super::*;

    #[test]
    fn every_item_has_a_provenance_in_every_built_in_profile() {
        for base in [Base::Cxone, Base::CxoneBackEnd, Base::CxoneAccessKey] {
            let known: Vec<&str> = in_use(&ProfileItems { base: Some(base), ..ProfileItems::default() })
                .into_iter()
                .map(|row| row.item)
                .collect();
            for key in ProfileItems::ABOUT.keys.iter().filter(|key| key.name != "base") {
                assert_eq!(known.iter().filter(|item| **item == key.name).count(), 1, "{} of {base:?}", key.name);
            }
        }
    }

    #[test]
    fn an_item_that_is_set_has_no_built_in_value_in_use() {
        let items = ProfileItems { max_variables: Some(60), ..ProfileItems::default() };
        assert!(in_use(&items).iter().all(|row| row.item != "max_variables"));
    }
}
