//! `cxvars audit`: verify, show, checkpoint.

mod show;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use cxvars_core::audit::checkpoint::{Checkpoint, CheckpointError, PublicKey, SigningKey};
use cxvars_core::audit::{Status, Verification};
use cxvars_core::base::secret::Secret;

use self::show::ShowArgs;
use crate::audit_log::{self, read::Log};
use crate::cli::arguments::{Format, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::context::Context;
use crate::project::input::shown;
use crate::project::output::refuse_overwriting;
use crate::system::terminal::Terminal;
use crate::system::{clock, environment, files};

/// Verify, show or sign the audit log
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: AuditCommand,
}

/// `audit …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no record was changed, removed or added
    Verify(VerifyArgs),
    /// List the records, or those that meet conditions
    Show(ShowArgs),
    /// Sign the end of the log, so that `verify` also notices records cut off and a rewritten log
    Checkpoint(CheckpointArgs),
}

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars audit verify\n  \
                        cxvars audit verify audit.jsonl --checkpoint checkpoint.json --public-key checkpoint.pub\n\n\
                        Exits with 0 if every record is intact, and with 1 if one is not, if the checkpoint does not \
                        match the log, or if there is no log.")]
pub(crate) struct VerifyArgs {
    /// Audit log, a file or a folder; by default the one that apply writes
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Checkpoint to compare the log with, kept elsewhere than the log
    #[arg(long, value_name = "FILE", requires = "public_key")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Public key to verify the checkpoint with, as `openssl pkey -pubout` writes it
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    pub(crate) public_key: Option<PathBuf>,
}

/// Arguments of `audit checkpoint`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  openssl genpkey -algorithm ed25519 -out checkpoint.key\n  \
                        openssl pkey -in checkpoint.key -pubout -out checkpoint.pub\n  \
                        CXVARS_CHECKPOINT_KEY=$(cat checkpoint.key) cxvars audit checkpoint --out checkpoint.json\n\n\
                        Keep the key and the checkpoint out of reach of everyone who can write the log. The key may \
                        also be given as a single line of base64.")]
pub(crate) struct CheckpointArgs {
    /// Audit log, a file or a folder; by default the one that apply writes
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// Write the checkpoint to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// The environment variable with the private key of checkpoints.
const CHECKPOINT_KEY_VARIABLE: &str = "CXVARS_CHECKPOINT_KEY";

pub(super) fn run(arguments: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let context = global.context(terminal)?;
    match &arguments.command {
        AuditCommand::Verify(args) => verify(args, &context),
        AuditCommand::Show(args) => show::run(args, &context),
        AuditCommand::Checkpoint(args) => checkpoint(args, &context),
    }
}

fn verify(args: &VerifyArgs, context: &Context) -> CommandResult {
    let checkpoint = match (&args.checkpoint, &args.public_key) {
        (Some(file), Some(key)) => Some(read_checkpoint(file, key)?),
        _ => None,
    };
    let log = context.read_log(args.log.as_deref())?;
    let verification = log.verify(checkpoint.as_ref().map_or(&[], Checkpoint::heads));
    match args.format {
        Format::Json => context.terminal.json(&verification)?,
        Format::Text => context.terminal.result(&verdict(&verification, checkpoint.as_ref(), &log))?,
    }
    let holds = match verification.status {
        Status::Anchored => true,
        Status::Intact => checkpoint.is_none(),
        _ => false,
    };
    Ok(if holds { Exit::Success } else { Exit::Findings })
}

fn verdict(verification: &Verification, checkpoint: Option<&Checkpoint>, log: &Log) -> String {
    let signed = checkpoint.map(|checkpoint| {
        let records = checkpoint.records();
        format!("checkpoint {} (records 1–{records})", clock::rfc_3339(checkpoint.timestamp()))
    });
    let Some(bad) = &verification.first_bad else {
        let records = verification.records;
        let records = format!("{records} {}", if records == 1 { "record" } else { "records" });
        let heads: String =
            verification.heads.iter().map(|head| format!("  head {} (record {})\n", head.hash, head.seq)).collect();
        return match (signed, verification.status) {
            (_, Status::Absent) => format!(
                "absent  {}: there is no audit log; no apply has written one here, or it was removed\n",
                log.name
            ),
            (Some(signed), Status::Anchored) => {
                format!("anchored  {}: {records}, one unbroken chain\n  {signed}: all there\n{heads}", log.name)
            }
            (Some(signed), _) => format!(
                "intact, NOT ANCHORED  {}: {records}\n  {signed}: the log begins later; put the older files back to \
                 compare them\n{heads}",
                log.name
            ),
            (None, _) => format!(
                "intact  {}: {records}, one unbroken chain\n  records cut off at the end, or a rewritten log, \
                 cannot be noticed without a checkpoint kept elsewhere\n{heads}",
                log.name
            ),
        };
    };
    let mut text = format!("BROKEN  {} line {}: {}\n", log.name_of(bad.file.as_deref()), bad.line, bad.reason);
    let lines = |from: usize, to: usize, what: &str| match from.cmp(&to) {
        std::cmp::Ordering::Less => Some(format!("lines {from}–{to}: {what}")),
        std::cmp::Ordering::Equal => Some(format!("line {from}: {what}")),
        std::cmp::Ordering::Greater => None,
    };
    let parts = [lines(1, bad.line - 1, "consistent"), lines(bad.line + 1, bad.lines, "not proven")];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        text += &format!("  {}\n", parts.join("; "));
    }
    if let Some(signed) = signed {
        let found = if verification.anchors_found { "matches" } else { "does not match" };
        text += &format!("  {signed}: {found}\n");
    }
    text + "  keep this file unchanged and compare it with a copy\n"
}

fn read_checkpoint(file: &Path, key: &Path) -> Result<Checkpoint, CommandError> {
    // A checkpoint and a public key have a few hundred bytes each.
    let read = |path: &Path| {
        let failed = |problem: &str| CommandError::io(format!("`{}` {problem}", shown(path)));
        let file = fs::File::open(path).map_err(|error| failed(files::problem(&error)))?;
        let bytes = files::read_capped(file, 64 * 1024).map_err(|error| failed(files::problem(&error)))?;
        bytes.ok_or_else(|| failed("is larger than 64 KiB, too large for a checkpoint or a public key"))
    };
    let invalid = |path: &Path, error| CommandError::usage(format!("`{}`: {error}", shown(path)));
    let public = PublicKey::read(&String::from_utf8_lossy(&read(key)?)).map_err(|error| invalid(key, error))?;
    Checkpoint::read(&read(file)?, &public).map_err(|error| invalid(file, error))
}

fn checkpoint(args: &CheckpointArgs, context: &Context) -> CommandResult {
    let key = environment::read(&environment::process, CHECKPOINT_KEY_VARIABLE).map(Secret::new).ok_or_else(|| {
        CommandError::usage(format!(
            "{CHECKPOINT_KEY_VARIABLE} is not set; make a key with `openssl genpkey -algorithm ed25519` and keep it where \
             nobody who writes the log can read it"
        ))
    })?;
    let key = SigningKey::read(key.expose())
        .map_err(|error| CommandError::usage(format!("{CHECKPOINT_KEY_VARIABLE}: {error}")))?;
    if let Some(out) = &args.out {
        let log = args.log.as_deref().unwrap_or(&context.settings.state.audit_log);
        let inputs: Vec<_> = audit_log::paths(log).into_iter().map(|file| (file, "a part of the log")).collect();
        refuse_overwriting("--out", out, &inputs, context)?;
    }
    let log = context.read_log(args.log.as_deref())?;
    let verification = log.verify(&[]);
    let signed = Checkpoint::sign(&verification, context.system.epoch_s(), &key).map_err(|error| match error {
        CheckpointError::Broken => {
            CommandError::new(Exit::Findings, format!("{}: {error}; see `cxvars audit verify`", log.name))
        }
        error => CommandError::usage(format!("{}: {error}", log.name)),
    })?;
    let line = signed.to_line().map_err(CommandError::usage)?;
    match &args.out {
        None => context.terminal.result(&String::from_utf8_lossy(&line))?,
        Some(path) => {
            refuse_to_replace(path)?;
            files::write_whole(path, &line).map_err(|error| {
                CommandError::io(format!("cannot write `{}`: {}", shown(path), files::describe(&error)))
            })?;
            context.terminal.note(&format!(
                "signed {} records of {}; keep {} out of reach of everyone who can write the log",
                signed.records(),
                log.name,
                shown(path)
            ));
        }
    }
    Ok(Exit::Success)
}

/// Refuses a path where something other than a checkpoint is: a mistyped `--out` must not replace a log.
fn refuse_to_replace(path: &Path) -> Result<(), CommandError> {
    let read = |file: fs::File| files::read_capped(file, 64 * 1024).ok().flatten();
    let is_one = |bytes: &[u8]| bytes.is_empty() || Checkpoint::looks_like_one(bytes);
    let found = fs::File::open(path).ok().map(read);
    match found {
        Some(bytes) if !bytes.as_deref().is_some_and(|bytes| is_one(bytes)) => Err(CommandError::usage(format!(
            "`{}` is not a checkpoint, so it is not replaced; name another file, or remove it",
            shown(path)
        ))),
        _ => Ok(()),
    }
}
