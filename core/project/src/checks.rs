//! What the configuration says about checking documents.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cxvars_core::options::CheckOptions;
use cxvars_core::options::ignore::WrittenIgnore;
use cxvars_core::options::rule::WrittenRule;
use cxvars_core::options::target::TargetAction;
use cxvars_core::options::validate::{Validate, ValidateCommand, ValidateTable};
use cxvars_core::reader::format::DocumentFormat;

use crate::error::{ProjectError, both};
use crate::files::Files;
use crate::ignores::Ignores;
use crate::paths::Base;
use crate::plugin::Wanted;
use crate::profile::Profile;
use crate::section::ConfigFile;
use crate::targets::{Chosen, Targets};
use crate::{contracts, custom_rules};

/// What the files say about checking documents, merged.
#[derive(Clone, Debug)]
pub struct Checks {
    validate: Validate,
    command: ValidateCommand,
    ignores: Vec<WrittenIgnore>,
    rules: Vec<WrittenRule>,
    contracts: BTreeMap<String, PathBuf>,
    plugins: Vec<Wanted>,
    known_params: Option<BTreeMap<String, BTreeSet<String>>>,
    chosen: Chosen,
}

impl Checks {
    pub(crate) fn new(
        merged: ConfigFile,
        profile: &Profile,
        known_params: Option<BTreeMap<String, BTreeSet<String>>>,
        chosen: Chosen,
    ) -> Self {
        let ConfigFile { validate, ignore, rule, contracts, plugin, .. } = merged;
        let ValidateTable { checks: mut validate, command } = validate.unwrap_or_default();
        validate.max_variables =
            validate.max_variables.or_else(|| Some(usize::try_from(profile.max_variables).unwrap_or(usize::MAX)));
        Self {
            validate,
            command,
            ignores: ignore.unwrap_or_default(),
            rules: rule.unwrap_or_default(),
            contracts: contracts.unwrap_or_default(),
            plugins: plugin.unwrap_or_default().into_iter().map(Wanted::from).collect(),
            known_params,
            chosen,
        }
    }

    /// `[validate]`. `None` leaves a choice to the manifest or to the engine's default; `max_variables` is always set.
    pub fn validate(&self) -> &Validate {
        &self.validate
    }

    /// `[validate]`: what counts for the command `validate` and for editors, not for what is sent.
    pub fn command(&self) -> &ValidateCommand {
        &self.command
    }

    /// `[contracts]`: files of JSON Schemas by variable.
    pub fn contracts(&self) -> &BTreeMap<String, PathBuf> {
        &self.contracts
    }

    /// `[[rule]]` of all files, the nearest file first.
    pub fn rules(&self) -> &[WrittenRule] {
        &self.rules
    }

    /// `[[plugin]]` of all files.
    pub fn plugins(&self) -> &[Wanted] {
        &self.plugins
    }

    /// Names of the parameters, by environment: the chosen one, or all of the project if none was chosen. `None` if no
    /// environment is defined.
    pub fn known_params(&self) -> Option<&BTreeMap<String, BTreeSet<String>>> {
        self.known_params.as_ref()
    }

    /// The options that these choose, without ignores and contracts.
    fn options(&self) -> CheckOptions {
        let mut options = CheckOptions::default();
        options.validate.clone_from(&self.validate);
        options.params = self.known_params.as_ref().map(|environments| {
            let listed =
                |(name, params): (&String, &BTreeSet<String>)| (name.clone(), params.iter().cloned().collect());
            environments.iter().map(listed).collect()
        });
        options
    }
}

/// How the documents of a project are checked: the ignores, contracts and rules, read once.
#[derive(Clone, Debug)]
pub struct Checker {
    options: CheckOptions,
    ignores: Ignores,
    targets: Targets,
}

impl Checker {
    /// Reads ignores, contracts and rules.
    ///
    /// # Errors
    /// All that cannot be used, ignores first; if these can be used, rules and what names them.
    pub fn new(checks: &Checks, base: &Base, files: &dyn Files) -> Result<Self, ProjectError> {
        let (ignores, contracts) =
            both(Ignores::new(&checks.ignores, base), contracts::load(&checks.contracts, base, files))?;
        let mut options = checks.options();
        options.contracts = contracts;
        options.custom_rules = custom_rules::read(&checks.rules, base)?;
        custom_rules::check_references(&options, &ignores)?;
        Ok(Self { options, ignores, targets: Targets::new(&checks.chosen, base) })
    }

    /// The ignores.
    pub fn ignores(&self) -> &Ignores {
        &self.ignores
    }

    /// The targets of documents.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// The options of a check without ignores, which depend on the document, and with the format of JSON.
    pub fn options(&self) -> &CheckOptions {
        &self.options
    }

    /// The options for the document at this path; without a path, those of a text in JSON that no path applies to.
    pub fn options_for(&self, path: Option<&Path>) -> CheckOptions {
        let mut turn = Turn::new(&self.ignores, &self.targets, self.options.clone());
        turn.next(path);
        turn.options
    }
}

/// The options for one document after another. Most documents have the same ignores, which are kept.
pub struct Turn<'i> {
    ignores: &'i Ignores,
    targets: &'i Targets,
    options: CheckOptions,
    applying: Vec<usize>,
}

impl<'i> Turn<'i> {
    /// `options` are the options without ignores.
    pub fn new(ignores: &'i Ignores, targets: &'i Targets, options: CheckOptions) -> Self {
        Self { ignores, targets, options, applying: Vec::new() }
    }

    /// Goes on to the document at this path.
    pub fn next(&mut self, path: Option<&Path>) {
        let applying = self.ignores.applying(path);
        if applying != self.applying {
            self.options.ignores = self.ignores.at(&applying);
            self.applying = applying;
        }
        self.options.format = format_of(path);
        self.options.target = self.targets.of(path);
    }

    /// Says which action the document is for, whatever the configuration says.
    pub fn set_action(&mut self, action: TargetAction) {
        self.options.target.action = Some(action);
    }

    /// How to check the document.
    pub fn options(&self) -> &CheckOptions {
        &self.options
    }

    /// The ignores that apply to the document, as indices for [`crate::ignores::Usage::add`].
    pub fn applying(&self) -> &[usize] {
        &self.applying
    }
}

/// The format of a document according to its name; JSON if the name says nothing about it.
pub fn format_of(path: Option<&Path>) -> DocumentFormat {
    let name = path.and_then(Path::file_name).unwrap_or_default();
    DocumentFormat::of_file_name(&name.to_string_lossy()).unwrap_or(DocumentFormat::Json)
}
