//! One plugin: loading it, and calling it.

use cxvars_core::base::display::escape;
use cxvars_core::base::hex;
use cxvars_core::policy::{Description, Facts, Finding, MAX_TEXT, Setting};
use sha2::{Digest, Sha256};
use tracing::{Span, info_span};
use wasmtime::component::InstancePre;

use super::sandbox::{Failure, Limits, Quota, Sandbox};
use super::screen::screen;
use super::translate::{self, OnlySetupIndices, PolicyIndices};

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
#[derive(Clone)]
pub struct Plugin {
    sandbox: Sandbox,
    instance: InstancePre<Quota>,
    policy: PolicyIndices,
    /// What takes settings and the target, if the policy does.
    setup: Option<OnlySetupIndices>,
    limits: Limits,
    settings: Vec<Setting>,
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
        check_digest(&digest, sha256)?;
        let seen = screen(bytes)?;
        if let Some(first) = seen.imports.first() {
            return Err(format!(
                "imports `{}`; a policy imports nothing, so that it reaches neither files nor network nor clock",
                escape(first)
            ));
        }
        let component = self.compile(bytes)?;
        let instance = self.linker().instantiate_pre(&component);
        let instance = instance.map_err(|_| "cannot be instantiated".to_owned())?;
        let policy = PolicyIndices::new(&instance)
            .map_err(|_| format!("does not export `{}` as policy.wit describes it", translate::EXPORT))?;
        let setup =
            component.get_export_index(None, translate::OPTIONAL_EXPORT).map(|_| OnlySetupIndices::new(&instance));
        let setup = setup
            .transpose()
            .map_err(|_| format!("exports `{}`, but not as policy.wit describes it", translate::OPTIONAL_EXPORT))?;
        let described = self.call(limits, |store| {
            let instance = instance.instantiate(&mut *store)?;
            policy.load(&mut *store, &instance)?.cxvars_validator_rules().call_describe(store)
        });
        let (described, ..) = described.map_err(|failure| format!("cannot be asked for its description: {failure}"))?;
        let description =
            translate::description(described).map_err(|refused| format!("describes itself wrongly: {refused}"))?;
        let (sandbox, settings) = (self.clone(), Vec::new());
        Ok(Plugin { sandbox, instance, policy, setup, limits, settings, sha256: digest, description })
    }
}

impl Plugin {
    /// The policy's description of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Whether it takes settings and the target of a document.
    pub fn has_setup(&self) -> bool {
        self.setup.is_some()
    }

    /// Its settings.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// The plugin with these settings, which it has accepted. It is asked even if there are none: some may be required.
    ///
    /// # Errors
    /// Why it does not take them, as the end of a sentence that names it.
    pub fn with_settings(self, settings: &[Setting]) -> Result<Self, String> {
        let Some(setup) = &self.setup else {
            let none = "takes no settings; remove `settings`, or use a version of the policy that takes them";
            return if settings.is_empty() { Ok(self) } else { Err(none.to_owned()) };
        };
        let given = translate::settings(settings);
        let _span = self.span().entered();
        let answer = self.sandbox.call(self.limits, |store| {
            // On its own instance, so that a check cannot depend on what was remembered here.
            let instance = self.instance.instantiate(&mut *store)?;
            setup.load(&mut *store, &instance)?.cxvars_validator_setup().call_configure(store, &given)
        });
        match answer {
            Ok((Ok(()), ..)) => Ok(Self { settings: settings.to_vec(), ..self }),
            Ok((Err(problem), ..)) => Err(format!("refuses its settings: {}", one_line(&problem))),
            Err(failure) => Err(format!("cannot be given its settings: {failure}")),
        }
    }

    /// Names the policy in the log.
    fn span(&self) -> Span {
        info_span!("policy", name = %self.description.name)
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
    pub fn check(&self, facts: &Facts) -> Result<Verdict, Failure> {
        let (document, target) = (translate::document(facts), translate::target(&facts.target));
        let settings = translate::settings(&self.settings);
        let _span = self.span().entered();
        let (findings, fuel, memory) = self.sandbox.call(self.limits, |store| {
            let instance = self.instance.instantiate(&mut *store)?;
            if let Some(setup) = &self.setup {
                let setup = setup.load(&mut *store, &instance)?;
                let setup = setup.cxvars_validator_setup();
                if let Err(problem) = setup.call_configure(&mut *store, &settings)? {
                    return Ok(Err(Failure::Settings(one_line(&problem))));
                }
                setup.call_set_target(&mut *store, &target)?;
            }
            let policy = self.policy.load(&mut *store, &instance)?;
            policy.cxvars_validator_rules().call_check(store, &document).map(Ok)
        })?;
        let findings = findings?.into_iter().map(translate::finding).collect();
        Ok(Verdict { findings, cost: Cost { fuel, memory } })
    }
}

/// Compares a digest with the one that is pinned, if there is one.
///
/// # Errors
/// They differ. The message is the end of a sentence that names the plugin.
pub(super) fn check_digest(digest: &str, pinned: Option<&str>) -> Result<(), String> {
    match pinned.filter(|pinned| *pinned != digest) {
        Some(pinned) => Err(format!(
            "is not the one that is pinned: its SHA-256 is {digest}, not {pinned}; look at the new file with \
             `cxvars plugin inspect` before changing `sha256`"
        )),
        None => Ok(()),
    }
}

/// The text of a policy on one line without what could be mistaken for a message of the program.
fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    escape(&text.chars().take(MAX_TEXT).collect::<String>())
}

/// SHA-256 of a file, 64 lower-case hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes))
}
