//! `[[plugin]]`.

use cxvars_core::options::kind::{FilePath, Whole};
use cxvars_core::options::reader::Value;
use cxvars_core::options::section::{Here, Kind, Required, Shape};
use cxvars_core::policy::{Settings, SettingsTable};
use cxvars_core::section;

use crate::plugin::Wanted;

section! {
    /// A policy: a team's own rules, as a WebAssembly component. It checks every document that is validated, planned or
    /// applied. It needs a build with `--features plugins`; `cxvars plugin inspect` prints the digest.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Plugin("[[plugin]]") {
        /// The path of the component.
        path: Required<FilePath>, example "\"policy.wasm\"";
        /// The SHA-256 digest that the file must have, as 64 hexadecimal digits.
        sha256: Required<Sha256>, example "\"ee76d439f8006050a67f12abe1c303d0f2a4f04263dec63de2df5be8618e17d0\"";
        /// Where the table is.
        place: Here;
        /// The approximate number of instructions that one run may execute; 10^12 of them take minutes.
        fuel: Whole<1, 1_000_000_000_000>, else "`100000000`", example "50_000_000";
        /// The memory that one run may use, in MiB.
        memory_mib: Whole<1, 4096>, else "`32`", example "64";
        /// What the policy is told: strings, numbers, booleans, arrays of strings, and tables of these. The policy says
        /// which keys there are, and refuses the others.
        settings: SettingsTable, else "no settings", example "{ prefixes = { sales = \"crm\" } }";
    }
}

impl From<Plugin> for Wanted {
    fn from(plugin: Plugin) -> Self {
        let Plugin { path, sha256, place, fuel, memory_mib, settings } = plugin;
        let (settings, place) = match settings {
            Some(Settings { list, place }) => (list, place),
            None => (Vec::new(), place),
        };
        Self { path, sha256: Some(sha256), fuel, memory_mib, settings, place: Some(place) }
    }
}

/// A digest of 64 hexadecimal digits. Reading turns it into lower case.
pub(super) struct Sha256;

impl Kind for Sha256 {
    type Value = String;

    const SHAPE: Shape = Shape::Text("^[0-9A-Fa-f]{64}$");

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let digest =
            value.checked(|text| match text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                true => Ok(()),
                false => Err("must be a SHA-256 of 64 hex digits"),
            });
        digest.map(str::to_ascii_lowercase)
    }
}
