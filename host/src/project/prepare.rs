//! Prepares a document for a plan: finds its action, checks it, and fetches its values.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cxvars_core::audit::PluginInForce;
use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use cxvars_core::base::vocabulary::Scope;
use cxvars_core::check::{Report, Resolved, Source};
use cxvars_core::diagnostic::Severity;
use cxvars_core::manifest::{Manifest, ManifestVariable, Reference, ValueSource, manifest_of};
use cxvars_core::options::target::TargetAction;
use cxvars_core::plan::fingerprint::{self, Key, fingerprint};
use cxvars_core::plan::{Prune, Wanted};
use cxvars_core::render::File;
use cxvars_project::Judge as _;
use cxvars_project::checks::Turn;
use cxvars_project::ignores::Usage;
use sha2::{Digest as _, Sha256};

use super::ProjectError;
use super::context::Context;
use super::ignores::{comment_notes, say_used};
use super::input::{self, Input};
use crate::config::{Action, Settings};
use crate::profile::trust;
use crate::state::fingerprint_key::{KeyError, fingerprint_key};
use crate::system::environment;
use crate::value_source::{self, SourceError, VaultAccess};

/// Which document to prepare, and how to read and check it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DocumentRequest<'r> {
    /// The document. If `None`, the one that the configuration names for the action.
    pub(crate) file: Option<&'r Path>,
    /// The git revision to read it at. If `None`, it is read as it is now.
    pub(crate) revision: Option<&'r str>,
    /// Policies that check it in addition to those of the configuration.
    pub(crate) plugins: &'r [PathBuf],
    /// The scope that its variables may not exceed. It overrides the configuration.
    pub(crate) parent_scope: Option<Scope>,
    /// Whether a warning keeps it from being planned.
    pub(crate) fails_on_warnings: bool,
    /// The file name that standard input is treated as.
    pub(crate) stdin_name: Option<&'r Path>,
    /// The variable whose value is read from standard input.
    pub(crate) stdin: Option<&'r str>,
}

/// A document that was read and checked.
pub(crate) struct Prepared {
    pub(crate) action: Action,
    /// The document's path, as it was named.
    pub(crate) document: PathBuf,
    pub(crate) input: Input,
    pub(crate) report: Report,
    /// The wanted variables. `None` if the document has findings that block it.
    pub(crate) wanted: Option<Vec<Wanted>>,
    /// The files that variables take their value from.
    pub(crate) value_files: Vec<PathBuf>,
    /// The policies that checked the document.
    pub(crate) plugins: Option<Vec<PluginInForce>>,
    /// The fingerprint key, if the run needs one and it exists.
    pub(crate) key: Option<Key>,
}

impl Prepared {
    /// The values of the run, which are scrubbed from what the service says.
    pub(crate) fn values(&self) -> Vec<Secret> {
        self.wanted.iter().flatten().filter_map(|wanted| wanted.value.clone()).collect()
    }

    /// Whether every value is known: none was left unfetched.
    pub(crate) fn is_resolved(&self) -> bool {
        self.wanted.iter().flatten().all(|wanted| wanted.absent || wanted.value.is_some())
    }

    /// The action as people call it: by its alias, else by its id.
    pub(crate) fn name(&self) -> &str {
        self.action.alias.as_deref().unwrap_or(&self.action.id)
    }

    /// What to keep of it, to notice later whether it is still the same.
    pub(crate) fn seal(&self) -> Seal {
        let mut values = Sha256::new();
        for value in self.wanted.iter().flatten().filter_map(|wanted| wanted.value.as_ref()) {
            let value = value.expose().as_bytes();
            values.update((value.len() as u64).to_be_bytes());
            values.update(value);
        }
        Seal { document: Sha256::digest(&*self.input.bytes).into(), values: values.finalize().into() }
    }
}

/// Digests of a document that was checked, and of its values. They are kept instead of the document until its action
/// begins, so that the memory of a run does not grow with its documents. Like the values, they are never written.
#[derive(PartialEq, Eq)]
pub(crate) struct Seal {
    document: [u8; 32],
    values: [u8; 32],
}

/// Reads and checks the document. With `resolve`, fetches its values and checks it again with them; without, it does so
/// only for parameters, which need no fetching.
pub(crate) fn prepare(
    context: &Context,
    action: &Action,
    request: &DocumentRequest<'_>,
    resolve: bool,
) -> Result<Prepared, ProjectError> {
    read_and_check(context, action, request, resolve, None)
}

/// Prepares a document again that [`prepare`] has checked. What is known of it was said then.
///
/// # Errors
/// It is not the same any more: it or a file with one of its values was changed, or cannot be read.
pub(crate) fn prepare_again(
    context: &Context,
    action: &Action,
    request: &DocumentRequest<'_>,
    resolve: bool,
    seal: &Seal,
) -> Result<Prepared, ProjectError> {
    let prepared = read_and_check(context, action, request, resolve, Some(seal))?;
    if prepared.seal() == *seal { Ok(prepared) } else { Err(changed(&prepared.document, "a value of ", context)) }
}

fn changed(document: &Path, part: &str, context: &Context) -> ProjectError {
    let name = input::shown(document.strip_prefix(&context.working_directory).unwrap_or(document));
    ProjectError::usage(format!(
        "{part}`{name}` was changed after this run checked it; run again to check it as it is now"
    ))
}

/// Reads and checks a document. With a seal, only if its bytes are the sealed ones; then all commands and vaults that it
/// refers to were asked before.
fn read_and_check(
    context: &Context,
    action: &Action,
    request: &DocumentRequest<'_>,
    resolve: bool,
    seal: Option<&Seal>,
) -> Result<Prepared, ProjectError> {
    let action = action.clone();
    let policies = context.policies(request.plugins)?;
    let path = document_path(request, &action)?;
    let stdin_name = request.stdin_name;
    let ignores = context.checker.ignores();
    let mut turn = Turn::new(ignores, context.checker.targets(), context.check_options(request.parent_scope));
    turn.next(input::file_of(&path, stdin_name));
    turn.set_action(TargetAction { id: action.id.clone(), alias: action.alias.clone() });
    let options = turn.options();
    let input = input::read(&path, stdin_name, request.revision, options.validate.max_bytes())?;
    if seal.is_some_and(|seal| seal.document[..] != Sha256::digest(&*input.bytes)[..]) {
        return Err(changed(&path, "", context));
    }
    let mut given = Resolved::new();
    if let Some(name) = request.stdin {
        if input::is_stdin(&path) {
            return Err(ProjectError::usage("standard input is the document already; it cannot be a value as well"));
        }
        let value = value_source::from_stdin(std::io::stdin().lock())
            .map_err(|error| ProjectError::usage(format!("{}: {error}", display::quote(name))))?;
        given.insert(name.to_owned(), value);
    }
    let source = Source::read(&input.bytes, options);
    let mut checked = source.check(options, Some(&given));
    let mut manifest = manifest_of(&checked);
    let fetched = OnceCell::new();
    if let Some(found) = &manifest {
        refuse_contradictions(found, &action, request)?;
        if input.commit.is_some() && seal.is_none() {
            warn_of_old_secrets(found, context);
        }
        if let Some(values) = fetch(context, found, &input, &given, resolve)? {
            // The fetched values must satisfy the same rules.
            checked = source.check(options, Some(fetched.get_or_init(|| values)));
            manifest = manifest_of(&checked);
        }
    }
    let values = fetched.get().unwrap_or(&given);
    policies.judge(&mut checked);
    if seal.is_none() {
        let mut usage = Usage::default();
        usage.add(turn.applying(), checked.report());
        say_used(ignores, &usage, context.terminal);
        for note in comment_notes(&File::of(&input.name, &checked)) {
            context.terminal.note(&note);
        }
    }
    let report = checked.into_report();
    let fails = request.fails_on_warnings && report.count(Severity::Warning) > 0;
    // A policy may have found an error in a document that the engine accepts.
    let blocked = fails || !report.is_valid();
    let manifest = manifest.filter(|_| !blocked);
    // An update always needs the key: if it is interrupted, fingerprints decide what became of it.
    let needs_key = |manifest: &Manifest| resolve || manifest.variables.iter().any(|variable| variable.encrypted);
    let key = if manifest.as_ref().is_some_and(needs_key) { key(context)? } else { None };
    let value_files = manifest.as_ref().map(|manifest| value_files(manifest, &input.folder)).unwrap_or_default();
    let wanted = manifest.map(|manifest| wanted(&manifest, values, &action.id, key.as_ref()));
    let plugins = policies.in_force();
    Ok(Prepared { action, document: path, input, report, wanted, value_files, key, plugins })
}

/// Reads the names that `--prune=NAME` gives. An empty name stands for `--prune` without a name.
pub(crate) fn prune(names: &[String]) -> Prune {
    if names.iter().any(String::is_empty) {
        return Prune::Everything;
    }
    let names: BTreeSet<String> = names.iter().cloned().collect();
    if names.is_empty() { Prune::Nothing } else { Prune::Names(names) }
}

fn document_path(request: &DocumentRequest<'_>, action: &Action) -> Result<PathBuf, ProjectError> {
    request.file.map(Path::to_owned).or_else(|| action.file.clone()).ok_or_else(|| {
        ProjectError::usage("no document: name it with -f FILE, or as `file` of the action in cxvars.toml")
    })
}

fn refuse_contradictions(
    manifest: &Manifest,
    action: &Action,
    request: &DocumentRequest<'_>,
) -> Result<(), ProjectError> {
    if let Some(named) = &manifest.data_action
        && *named != action.id
        && Some(named) != action.alias.as_ref()
    {
        return Err(ProjectError::usage(format!(
            "the document is for the data action {}, not {}; apply it there, or correct its `data_action`",
            display::quote(named),
            display::quote(action.alias.as_deref().unwrap_or(&action.id))
        )));
    }
    if let Some(name) = request.stdin
        && !manifest.variables.iter().any(|variable| variable.name == name)
    {
        let message = format!("--stdin names {}, which the document does not have", display::quote(name));
        return Err(ProjectError::usage(message));
    }
    Ok(())
}

/// The files that variables take their value from.
fn value_files(manifest: &Manifest, folder: &Path) -> Vec<PathBuf> {
    let file = |reference: &Reference| match reference {
        Reference::File(path) => Some(folder.join(path)),
        _ => None,
    };
    manifest.references().into_values().filter_map(file).collect()
}

/// Warns of secrets that an earlier revision writes out: applying it would bring back what may have been rotated since.
fn warn_of_old_secrets(manifest: &Manifest, context: &Context) {
    let is_written =
        |variable: &&ManifestVariable| variable.encrypted && matches!(variable.source, ValueSource::Literal(_));
    let names = manifest.variables.iter().filter(is_written).map(|variable| display::quote(&variable.name));
    let names = names.collect::<Vec<_>>().join(", ");
    if !names.is_empty() {
        context.terminal.warn(&format!(
            "warning: that revision writes out {names}, so an old secret would come back; refer to it with `value_from`, \
             which is fetched as it is now"
        ));
    }
}

/// Fetches the values that `given` lacks, or only parameters unless `all` is set, and returns them together with those of
/// `given`. Returns `None` if there is nothing to fetch.
fn fetch(
    context: &Context,
    manifest: &Manifest,
    input: &Input,
    given: &Resolved,
    all: bool,
) -> Result<Option<Resolved>, ProjectError> {
    let references = manifest.references().into_iter();
    let settings = &context.settings;
    let is_at_hand =
        |reference: &Reference| matches!(reference, Reference::Param(name) if settings.params.contains_key(name));
    let is_missing = |name: &str, reference: &Reference| !given.contains_key(name) && (all || is_at_hand(reference));
    let missing: Vec<_> = references.filter(|(name, reference)| is_missing(name, reference)).collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let folder = context.working_directory.join(&input.folder);
    let sources = value_source::Context {
        project_root: &settings.project_root(&folder),
        manifest_folder: &folder,
        env: &environment::process,
        reserved: settings.reserved_variables(),
        params: &settings.params,
        commands: &settings.commands,
        vault: &|| vault(settings),
        fetched: &context.fetched,
        deadline: Duration::from_secs(settings.profile.deadline_s),
        system: context.system,
        terminal: context.terminal,
    };
    let fetched = value_source::resolve_all(missing, &sources).map_err(|errors| {
        let kind = if errors.are_unavailable() { ProjectError::Unavailable } else { ProjectError::Usage };
        kind(errors.to_string())
    })?;
    let fetched = fetched.into_iter().map(|(name, value)| (name.to_owned(), value));
    Ok(Some(given.iter().map(|(name, value)| (name.clone(), value.clone())).chain(fetched).collect()))
}

/// How to reach the vault.
fn vault(settings: &Settings) -> Result<VaultAccess, SourceError> {
    let problem = |problem: String| SourceError::Vault { problem, unavailable: false };
    let config = settings.vault().map_err(|error| problem(format!("cannot be used: {error}")))?;
    let config = config.ok_or_else(|| problem("is not named; set VAULT_ADDR, or `[vault] address`".to_owned()))?;
    let address = &config.address.value;
    if settings.is_sandbox() && !address.host().is_some_and(|host| trust::is_loopback(&host)) {
        return Err(problem("is not contacted in the sandbox, which contacts nothing but this machine".to_owned()));
    }
    let variable = config.token_env.as_deref().unwrap_or(value_source::VAULT_TOKEN_VARIABLE);
    let token = environment::read(&environment::process, variable);
    let profile = &settings.profile;
    Ok(VaultAccess {
        address: address.clone(),
        mount: config.mount.clone().unwrap_or_else(|| "secret".to_owned()),
        namespace: config.namespace.clone(),
        token: token.map(Secret::new).ok_or_else(|| problem(format!("needs a token; set {variable}")))?,
        timeout: Duration::from_secs(config.timeout_s.unwrap_or(profile.request_s).min(profile.deadline_s)),
        backoff_ms: (profile.backoff_base_ms, profile.backoff_cap_ms),
    })
}

fn wanted(manifest: &Manifest, values: &Resolved, action: &str, key: Option<&Key>) -> Vec<Wanted> {
    let one = |variable: &ManifestVariable| {
        Wanted::new(variable, values.get(&variable.name), |value| {
            let key = key?;
            Some(fingerprint(key, action, &variable.name, value.expose()).to_text(key))
        })
    };
    manifest.variables.iter().map(one).collect()
}

/// The key of the fingerprints that masked values are recognised by. Without a key, masked values are sent again, which
/// is always safe.
pub(crate) fn key(context: &Context) -> Result<Option<Key>, ProjectError> {
    if let Some(key) = context.common.key.get() {
        return Ok(key.clone());
    }
    let key = match fingerprint_key(&environment::process, context.settings.state.user.as_deref(), context.system) {
        Ok(key) => Some(fingerprint::Key::new(&key)),
        Err(error @ KeyError::Variable) => return Err(ProjectError::usage(error)),
        Err(error) => {
            context.terminal.note(&format!("note: encrypted values cannot be recognised next time: {error}"));
            None
        }
    };
    Ok(context.common.key.get_or_init(|| key).clone())
}
