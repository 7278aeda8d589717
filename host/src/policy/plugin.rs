//! One plugin: loading it, and calling it.

use cxvars_core::base::hex;
use cxvars_core::policy::{Description, Facts, Finding};
use sha2::{Digest, Sha256};

use super::sandbox::{Failure, Limits, Quota, Sandbox};
use super::screen::screen;
use super::translate::{self, PolicyPre};

/// The cost of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Fuel used.
    pub fuel: u64,
    /// Memory used, in bytes.
    pub memory: usize,
}

/// The answer of a policy about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its findings, in the order of the policy.
    pub findings: Vec<Finding>,
    /// The cost of the call.
    pub cost: Cost,
}

/// A compiled policy that is ready to be called.
pub struct Plugin {
    sandbox: Sandbox,
    policy: PolicyPre<Quota>,
    limits: Limits,
    sha256: String,
    description: Description,
}

impl Sandbox {
    /// Loads a plugin from the bytes of its file. If `sha256` is given, the bytes must have that hash.
    ///
    /// # Errors
    /// Why the plugin cannot be used, as the end of a sentence that names it.
    pub fn load(&self, bytes: &[u8], sha256: Option<&str>, limits: Limits) -> Result<Plugin, String> {
        let digest = digest(bytes);
        if let Some(wanted) = sha256.filter(|wanted| *wanted != digest) {
            return Err(format!(
                "is not the one that is pinned: its SHA-256 is {digest}, not {wanted}; look at the new file with \
                 `cxvars plugin inspect` before changing `sha256`"
            ));
        }
        let seen = screen(bytes)?;
        if let Some(first) = seen.imports.first() {
            return Err(format!(
                "imports `{}`; a policy imports nothing, so that it reaches neither files nor network nor clock",
                cxvars_core::base::display::escape(first)
            ));
        }
        let component = self.compile(bytes)?;
        let policy = self
            .linker()
            .instantiate_pre(&component)
            .and_then(PolicyPre::new)
            .map_err(|_| format!("does not export `{}`", translate::EXPORT))?;
        let described = self.call(limits, |store| {
            let policy = policy.instantiate(&mut *store)?;
            policy.cxvars_validator_rules().call_describe(store)
        });
        let (described, ..) = described.map_err(|failure| format!("cannot be asked for its description: {failure}"))?;
        let description =
            translate::description(described).map_err(|refused| format!("describes itself wrongly: {refused}"))?;
        Ok(Plugin { sandbox: self.clone(), policy, limits, sha256: digest, description })
    }
}

impl Plugin {
    /// The policy's description of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The limits of each call.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// SHA-256 of its file, 64 lower-case hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Returns the first rule code that the other policy has too.
    pub(super) fn shares_a_code(&self, other: &Self) -> Option<&str> {
        let codes = self.description.rules.iter().map(|rule| rule.code.as_str());
        codes.into_iter().find(|code| other.description.rule(code).is_some())
    }

    /// Calls the policy for a document, on a new instance.
    ///
    /// # Errors
    /// Why the call gave no answer.
    pub fn check(&self, facts: &Facts, environment: Option<&str>) -> Result<Verdict, Failure> {
        let document = translate::document(facts, environment);
        let (findings, fuel, memory) = self.sandbox.call(self.limits, |store| {
            let policy = self.policy.instantiate(&mut *store)?;
            policy.cxvars_validator_rules().call_check(store, &document)
        })?;
        let findings = findings.into_iter().map(translate::finding).collect();
        Ok(Verdict { findings, cost: Cost { fuel, memory } })
    }
}

/// SHA-256 of a file, 64 lower-case hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes))
}
