//! `cxvars plugin inspect`.

mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cxvars_core::options::CheckOptions;
use cxvars_core::policy::{Description, Facts, Setting, Target, TargetAction};
use cxvars_project::paths::Base;
use serde::Serialize;

use super::InspectArgs;
use super::trial::{self, Found, Trial};
use crate::cli::arguments::Format;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::policy::{self, Limits, Plugin, PluginError, Sandbox, Seen};
use crate::project::input::{self, shown};
use crate::system::environment;
use crate::system::terminal::Terminal;

/// The document that a plugin is tried on.
const EXAMPLE: &str = include_str!("../../../../examples/crm-lookup.json");

/// The JSON report.
#[derive(Serialize)]
struct Inspection {
    version: u32,
    path: String,
    size: usize,
    sha256: String,
    /// `None` if the file could not be parsed.
    imports: Option<Vec<String>>,
    exports: Option<Vec<String>>,
    /// What the file says of itself, for registries.
    metadata: BTreeMap<&'static str, String>,
    policy: Option<Policy>,
    dry_run: Option<DryRun>,
    /// The trial on the document that was named.
    document: Option<Document>,
    /// Why the plugin cannot be used.
    problem: Option<String>,
}

#[derive(Serialize)]
struct Policy {
    name: String,
    version: String,
    /// Whether it takes settings and the target of a document.
    has_setup: bool,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    code: String,
    name: String,
    severity: &'static str,
    summary: String,
}

#[derive(Serialize)]
struct DryRun {
    variables: usize,
    findings: usize,
    fuel: u64,
    fuel_limit: u64,
    memory_bytes: usize,
    memory_limit_bytes: usize,
}

#[derive(Serialize)]
struct Document {
    path: String,
    settings: Vec<Setting>,
    facts: Facts,
    findings: Vec<Found>,
}

/// A document to try a plugin on.
struct Tried<'t> {
    name: &'t Path,
    bytes: &'t [u8],
    target: Target,
}

pub(super) fn run(args: &InspectArgs, environment: Option<&str>, terminal: Terminal) -> CommandResult {
    let settings = args.given.read()?;
    let read = args.document.as_deref().map(read_document).transpose()?;
    let tried = match (&args.document, &read) {
        (Some(name), Some(input)) => Tried { name, bytes: &input.bytes, target: target(args, name, environment) },
        _ => Tried { name: Path::new("crm-lookup.json"), bytes: EXAMPLE.as_bytes(), target: Target::default() },
    };
    let inspection = inspect(args, &settings.unwrap_or_default(), tried).map_err(CommandError::io)?;
    match args.format {
        Format::Text => terminal.result(&text::render(&inspection))?,
        Format::Json => terminal.json(&inspection)?,
    }
    match inspection.problem {
        None => Ok(Exit::Success),
        Some(problem) => Err(CommandError::io(PluginError::Unusable { file: inspection.path, problem })),
    }
}

/// Reads the document.
fn read_document(path: &Path) -> Result<input::Input, CommandError> {
    Ok(input::read(path, None, None, CheckOptions::default().validate.max_bytes())?)
}

/// The target that the flags name. No configuration is read, so paths start from the working directory.
fn target(args: &InspectArgs, document: &Path, environment: Option<&str>) -> Target {
    let here = environment::working_directory().unwrap_or_else(|_| PathBuf::from("/"));
    let action = args.action.clone().map(|id| TargetAction { id, alias: args.alias.clone() });
    let path = Base::new(&here, None).globs_here().relative(document);
    Target { environment: environment.map(str::to_owned), action, path }
}

fn inspect(args: &InspectArgs, settings: &[Setting], tried: Tried<'_>) -> Result<Inspection, PluginError> {
    let path = shown(&args.file);
    let unusable = |problem: &str| PluginError::Unusable { file: path.clone(), problem: problem.to_owned() };
    let bytes = policy::read(&args.file).map_err(unusable)?;
    let seen = policy::screen(&bytes).ok();
    let metadata = seen.as_ref().map(|_| policy::metadata(&bytes)).unwrap_or_default();
    let (imports, exports) = seen.map(|Seen { imports, exports }| (imports, exports)).unzip();
    let (size, sha256) = (bytes.len(), policy::digest(&bytes));
    let mut inspection = Inspection {
        version: 1,
        path,
        size,
        sha256,
        imports,
        exports,
        metadata,
        policy: None,
        dry_run: None,
        document: None,
        problem: None,
    };
    match Sandbox::new().map_err(PluginError::NoSandbox)?.load(&bytes, None, Limits::default()) {
        Err(problem) => inspection.problem = Some(problem),
        Ok(plugin) => {
            inspection.policy = Some(described(&plugin));
            match plugin.with_settings(settings) {
                Ok(plugin) => try_out(&plugin, args.document.as_deref(), tried, &mut inspection),
                Err(problem) => inspection.problem = Some(problem),
            }
        }
    }
    Ok(inspection)
}

/// Runs the policy on the document, or on the example.
fn try_out(plugin: &Plugin, document: Option<&Path>, tried: Tried<'_>, inspection: &mut Inspection) {
    let on = document.map_or_else(|| "an example".to_owned(), |path| format!("`{}`", shown(path)));
    let Some(trial) = trial::run(plugin, tried.name, tried.bytes, tried.target) else {
        inspection.problem = Some(format!("cannot be tried on {on}, which cannot be read to its end"));
        return;
    };
    let Trial { facts, findings, cost } = trial;
    match cost {
        Ok(cost) => {
            let limits = plugin.limits();
            inspection.dry_run = Some(DryRun {
                variables: facts.variables.len(),
                findings: findings.len(),
                fuel: cost.fuel,
                fuel_limit: limits.fuel,
                memory_bytes: cost.memory,
                memory_limit_bytes: limits.memory,
            });
        }
        Err(problem) => inspection.problem = Some(format!("fails on {on}: {problem}")),
    }
    if let Some(path) = document {
        let (path, settings) = (shown(path), plugin.settings().to_vec());
        inspection.document = Some(Document { path, settings, facts, findings });
    }
}

fn described(plugin: &Plugin) -> Policy {
    let Description { name, version, rules, .. } = plugin.description();
    let rules = rules.iter().map(|rule| Rule {
        code: rule.code.clone(),
        name: rule.name.clone(),
        severity: rule.severity.as_str(),
        summary: rule.summary.clone(),
    });
    Policy { name: name.clone(), version: version.clone(), has_setup: plugin.has_setup(), rules: rules.collect() }
}
