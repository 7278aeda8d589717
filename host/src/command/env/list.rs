//! `cxvars env list`: the environments of the configuration, and what a run in each of them would use.

use std::path::{Path, PathBuf};

use clap::Args;
use cxvars_core::base::display::escape;
use serde::Serialize;

use crate::cli::arguments::{Format, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::config::{ConfigError, Settings};
use crate::project::context::Project;
use crate::project::input::shown;
use crate::system::environment;
use crate::system::terminal::Terminal;

/// Arguments of `env list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars env list\n  cxvars env list --format json")]
pub(crate) struct EnvListArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// The JSON report.
#[derive(Serialize)]
struct ListReport {
    version: u32,
    environments: Vec<Listed>,
}

/// An environment, as a run with `--env NAME` would find it.
#[derive(Serialize)]
struct Listed {
    name: String,
    /// The host of the service; `None` if discovery finds it after the login.
    host: Option<String>,
    protected: bool,
    /// Whether every variable that holds a part of the credentials is set.
    credentials: bool,
    /// The configuration files that define it.
    files: Vec<String>,
    /// Number of actions with an alias.
    actions: usize,
    /// Why it cannot be used: an untrusted host, or credentials that are missing.
    problem: Option<String>,
}

pub(super) fn run(args: &EnvListArgs, global: &Global, terminal: Terminal) -> CommandResult {
    if global.environment.is_some() {
        return Err(CommandError::usage("env list shows every environment; leave --env out"));
    }
    let project = Project::read(&global.flags())?;
    // Whatever `CXVARS_ENV` names, each environment is looked at as if `--env` named it.
    let environments = project.environments().map(|name| {
        let settings = project.settings(&global.within(name).flags())?;
        Ok(listed(name.to_owned(), &settings, project.working_directory()))
    });
    let report = ListReport { version: 1, environments: environments.collect::<Result<_, CommandError>>()? };
    match args.format {
        Format::Json => terminal.json(&report)?,
        Format::Text => terminal.result(&text(&report))?,
    }
    Ok(Exit::Success)
}

fn listed(name: String, settings: &Settings, working_directory: &Path) -> Listed {
    let relative = |file: &PathBuf| shown(file.strip_prefix(working_directory).unwrap_or(file));
    let credentials = credentials(settings);
    let place = if settings.is_sandbox() { Ok(()) } else { settings.endpoints().map(drop) };
    Listed {
        name,
        host: if settings.is_sandbox() { Some("sandbox".to_owned()) } else { settings.profile.host() },
        protected: settings.protected,
        credentials: credentials.is_ok(),
        files: settings.environment_files.iter().map(relative).collect(),
        actions: settings.actions().len(),
        problem: place.and(credentials).err().map(|error| error.to_string()),
    }
}

/// Whether the credentials are there. The simulator needs none.
fn credentials(settings: &Settings) -> Result<(), ConfigError> {
    if settings.is_sandbox() {
        return Ok(());
    }
    settings.credentials(&environment::process).map(drop)
}

fn text(report: &ListReport) -> String {
    if report.environments.is_empty() {
        return "no environments; add [env.NAME] to cxvars.toml\n".to_owned();
    }
    let widest = |column: fn(&Listed) -> String| {
        report.environments.iter().map(|each| column(each).chars().count()).max().unwrap_or_default()
    };
    let (names, hosts) = (widest(|each| escape(&each.name)), widest(host));
    let mut text = String::new();
    for each in &report.environments {
        let protected = if each.protected { "protected" } else { "" };
        let credentials = if each.credentials { "credentials: yes" } else { "credentials: no" };
        let (name, host, files) = (escape(&each.name), host(each), each.files.join(", "));
        text += &format!("{name:names$}  {host:hosts$}  {protected:9}  {credentials:16}  {files}\n");
        if let Some(problem) = &each.problem {
            text += &format!("{:names$}  {}\n", "", problem);
        }
    }
    text
}

fn host(listed: &Listed) -> String {
    listed.host.as_deref().map_or_else(|| "by discovery".to_owned(), escape)
}
