//! `cxvars plugin inspect`.

use std::fmt::Write;

use cxvars_core::base::display::escape;
use cxvars_core::check::{Source, check};
use cxvars_core::options::CheckOptions;
use cxvars_core::policy::{Description, Subject};
use serde::Serialize;

use super::InspectArgs;
use crate::cli::arguments::Format;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::policy::{self, Limits, Plugin, PluginError, Sandbox, Seen};
use crate::project::input::shown;
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
    policy: Option<Policy>,
    dry_run: Option<DryRun>,
    /// Why the plugin cannot be used.
    problem: Option<String>,
}

#[derive(Serialize)]
struct Policy {
    name: String,
    version: String,
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

pub(super) fn run(args: &InspectArgs, terminal: Terminal) -> CommandResult {
    let inspection = inspect(args).map_err(CommandError::io)?;
    match args.format {
        Format::Text => terminal.result(&text(&inspection))?,
        Format::Json => terminal.json(&inspection)?,
    }
    match inspection.problem {
        None => Ok(Exit::Success),
        Some(problem) => Err(CommandError::io(PluginError::Unusable { file: inspection.path, problem })),
    }
}

fn inspect(args: &InspectArgs) -> Result<Inspection, PluginError> {
    let path = shown(&args.file);
    let unusable = |problem: &str| PluginError::Unusable { file: path.clone(), problem: problem.to_owned() };
    let bytes = policy::read(&args.file).map_err(unusable)?;
    let (imports, exports) = policy::screen(&bytes).ok().map(|Seen { imports, exports }| (imports, exports)).unzip();
    let (size, sha256) = (bytes.len(), policy::digest(&bytes));
    let mut inspection =
        Inspection { version: 1, path, size, sha256, imports, exports, policy: None, dry_run: None, problem: None };
    match Sandbox::new().map_err(PluginError::NoSandbox)?.load(&bytes, None, Limits::default()) {
        Err(problem) => inspection.problem = Some(problem),
        Ok(plugin) => {
            inspection.policy = Some(described(plugin.description()));
            match try_out(&plugin) {
                Ok(dry_run) => inspection.dry_run = Some(dry_run),
                Err(problem) => inspection.problem = Some(format!("fails on an example: {problem}")),
            }
        }
    }
    Ok(inspection)
}

/// Runs the policy on the example.
fn try_out(plugin: &Plugin) -> Result<DryRun, String> {
    let (options, limits) = (CheckOptions::default(), Limits::default());
    let subject =
        Subject::of(&Source::read(EXAMPLE.as_bytes(), &options).check(&options, None)).ok_or("it cannot be read")?;
    let verdict = plugin.check(subject.facts()).map_err(|failure| failure.to_string())?;
    let dry_run = DryRun {
        variables: subject.facts().variables.len(),
        findings: verdict.findings.len(),
        fuel: verdict.cost.fuel,
        fuel_limit: limits.fuel,
        memory_bytes: verdict.cost.memory,
        memory_limit_bytes: limits.memory,
    };
    let mut report = check(EXAMPLE.as_bytes(), &options);
    let judged = subject.judge(plugin.description(), verdict.findings, &mut report);
    judged.map(|()| dry_run).map_err(|refused| refused.to_string())
}

fn described(description: &Description) -> Policy {
    let rules = description.rules.iter().map(|rule| Rule {
        code: rule.code.clone(),
        name: rule.name.clone(),
        severity: rule.severity.as_str(),
        summary: rule.summary.clone(),
    });
    Policy { name: description.name.clone(), version: description.version.clone(), rules: rules.collect() }
}

fn text(inspection: &Inspection) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    if let Some(policy) = &inspection.policy {
        let _ = writeln!(out, "{} {}", policy.name, policy.version);
    }
    let _ = writeln!(out, "file     {}, {} bytes", inspection.path, inspection.size);
    let _ = writeln!(out, "sha256   {}", inspection.sha256);
    for (what, names) in [("imports", &inspection.imports), ("exports", &inspection.exports)] {
        if let Some(names) = names {
            let _ = writeln!(out, "{what}  {}", listed(names));
        }
    }
    for (at, rule) in inspection.policy.iter().flat_map(|policy| &policy.rules).enumerate() {
        let head = if at == 0 { "rules" } else { "" };
        let _ = writeln!(out, "{head:<8} {:<9}{:<8} {}: {}", rule.code, rule.severity, rule.name, rule.summary);
    }
    if let Some(run) = &inspection.dry_run {
        let _ = writeln!(
            out,
            "dry run  {} finding{} in an example of {} variables; {} of {} fuel, {} of {} KiB of memory",
            run.findings,
            if run.findings == 1 { "" } else { "s" },
            run.variables,
            run.fuel,
            run.fuel_limit,
            run.memory_bytes >> 10,
            run.memory_limit_bytes >> 10
        );
        let _ = writeln!(
            out,
            "\nTo enforce it, add this to cxvars.toml:\n\n[[plugin]]\npath = {}\nsha256 = \"{}\"",
            serde_json::Value::from(inspection.path.as_str()),
            inspection.sha256
        );
    }
    out
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
    }
}
