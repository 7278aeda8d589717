//! `cxvars audit`: verify, show, checkpoint.

mod show;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use cxvars_core::audit::checkpoint::{Checkpoint, CheckpointError, PublicKey, SigningKey};
use cxvars_core::audit::{Status, Tip, Verification};
use cxvars_core::base::secret::Secret;

use self::show::ShowArgs;
use crate::audit_log::{self, read::Log};
use crate::cli::arguments::{Format, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::project::context::Context;
use crate::project::input::shown;
use crate::project::output::refuse_overwriting;
use crate::shared::head::Head;
use crate::system::runtime::block_on;
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
                        cxvars audit verify audit.jsonl --checkpoint checkpoint.json --public-key checkpoint.pub\n  \
                        cxvars audit verify all-segments/ --shared\n\n\
                        Exits with 0 if every record is intact, and with 1 if one is not, if the log lacks what the \
                        checkpoint or the database knows of it, or if there is no log.")]
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
    /// Compare the log with the ends of its segments that all runners noted in the database of `[shared]`
    #[arg(long, conflicts_with = "checkpoint")]
    pub(crate) shared: bool,
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
    let witness = Witness::of(args, context)?;
    let log = context.read_log(args.log.as_deref())?;
    if args.shared && !log.is_folder() {
        return Err(CommandError::usage(format!(
            "{} is one file; the database knows the ends of segments: set `[audit] log` to a folder (`audit/`), or name the \
             folder with the segments of all machines",
            log.name
        )));
    }
    let verification = log.verify(witness.as_ref().map_or(&[], |witness| &witness.heads));
    match args.format {
        Format::Json => context.terminal.json(&verification)?,
        Format::Text => context.terminal.result(&verdict(&verification, witness.as_ref(), &log))?,
    }
    let holds = match verification.status {
        Status::Anchored => true,
        Status::Intact => witness.is_none(),
        _ => false,
    };
    Ok(if holds { Exit::Success } else { Exit::Findings })
}

/// What is known of the log elsewhere.
struct Witness {
    /// Who knows it, for people.
    who: String,
    heads: Vec<Tip>,
    /// Why a log without a fault may lack some of it, and what to do.
    not_compared: &'static str,
}

impl Witness {
    /// The one that the command line names.
    fn of(args: &VerifyArgs, context: &Context) -> Result<Option<Self>, CommandError> {
        if args.shared {
            return Self::database(context).map(Some);
        }
        let Some((file, key)) = args.checkpoint.as_ref().zip(args.public_key.as_ref()) else { return Ok(None) };
        let checkpoint = read_checkpoint(file, key)?;
        let (signed, records) = (clock::rfc_3339(checkpoint.timestamp()), checkpoint.records());
        Ok(Some(Self {
            who: format!("checkpoint {signed} (records 1–{records})"),
            heads: checkpoint.heads().to_vec(),
            not_compared: "the log begins later; put the older files back to compare them",
        }))
    }

    /// The database of `[shared]`, to which each runner tells the ends of its segments.
    fn database(context: &Context) -> Result<Self, CommandError> {
        let heads = block_on(async {
            let heads = context.shared()?.heads(&context.log_name()).await;
            heads.map_err(|lost| CommandError::new(Exit::Unavailable, lost))
        })?;
        let heads = heads.ok_or_else(|| {
            CommandError::usage("--shared compares with a database, and the configuration has no section `[shared]`")
        })?;
        let count = heads.len();
        let tip = |head: Head| Tip { file: Some(head.segment), seq: head.seq, hash: head.hash };
        Ok(Self {
            who: format!("shared state (ends of {count} {})", if count == 1 { "segment" } else { "segments" }),
            heads: heads.into_iter().map(tip).collect(),
            not_compared: "no runner has noted anything about this log there",
        })
    }
}

fn verdict(verification: &Verification, witness: Option<&Witness>, log: &Log) -> String {
    let Some(bad) = &verification.first_bad else {
        let records = verification.records;
        let records = format!("{records} {}", if records == 1 { "record" } else { "records" });
        let heads: String =
            verification.heads.iter().map(|head| format!("  head {} (record {})\n", head.hash, head.seq)).collect();
        return match (witness, verification.status) {
            (_, Status::Absent) => format!(
                "absent  {}: there is no audit log; no apply has written one here, or it was removed\n",
                log.name
            ),
            (Some(Witness { who, .. }), Status::Anchored) => {
                format!("anchored  {}: {records}, one unbroken chain\n  {who}: all there\n{heads}", log.name)
            }
            (Some(Witness { who, not_compared, .. }), _) => {
                format!("intact, NOT ANCHORED  {}: {records}\n  {who}: {not_compared}\n{heads}", log.name)
            }
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
    if let Some(Witness { who, .. }) = witness {
        let found = if verification.anchors_found { "matches" } else { "does not match" };
        text += &format!("  {who}: {found}\n");
    }
    text + "  keep this file unchanged and compare it with a copy\n"
}

fn read_checkpoint(file: &Path, key: &Path) -> Result<Checkpoint, CommandError> {
    // A checkpoint and a public key have a few hundred bytes each.
    let read = |path: &Path| {
        let failed = |problem: &str| CommandError::io(format!("`{}` {problem}", shown(path)));
        let file = files::open_named(path).map_err(|error| failed(files::problem(&error)))?;
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
    let found = files::open_file(path).ok().map(read);
    match found {
        Some(bytes) if !bytes.as_deref().is_some_and(|bytes| is_one(bytes)) => Err(CommandError::usage(format!(
            "`{}` is not a checkpoint, so it is not replaced; name another file, or remove it",
            shown(path)
        ))),
        _ => Ok(()),
    }
}
