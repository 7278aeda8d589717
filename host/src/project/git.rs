//! Repositories of git. `git` is run with arguments only, without a shell, and for reading only.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use cxvars_core::base::display;

use super::ProjectError;
use super::input::shown;
use crate::system::{environment, files};

/// Longest text of a revision or of an error that is read from `git`, in bytes.
const MOST_TEXT_BYTES: u64 = 4 * 1024;

/// The id of the commit that a revision names.
pub(super) fn commit(folder: &Path, revision: &str) -> Result<String, ProjectError> {
    refuse_no_repository(folder)?;
    let named = format!("{revision}^{{commit}}");
    let found = text(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &named])?;
    let commit = found.ok().map(|id| id.trim().to_owned());
    commit.filter(|id| id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).ok_or_else(|| {
        ProjectError::usage(format!(
            "git knows no revision {}; name a commit, a branch or a tag that was fetched",
            display::quote(revision)
        ))
    })
}

/// The root of the repository that a folder is in; none if it is in none. `folder` is absolute. Asks the file system
/// only, so it works where `git` is not installed.
pub(crate) fn root(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

fn refuse_no_repository(folder: &Path) -> Result<(), ProjectError> {
    text(folder, &["rev-parse", "--show-prefix"])?.map(drop).map_err(|problem| {
        let problem = problem.lines().next().map(|line| format!(": {}", display::escape(line))).unwrap_or_default();
        ProjectError::io(format!("`{}` is not in a git repository{problem}", shown(folder)))
    })
}

/// Which files of a repository have changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Changed<'r> {
    /// Those that differ from where the current branch left this revision, committed or not, and untracked ones.
    Since(&'r str),
    /// Those that are staged for the next commit.
    Staged,
}

/// The changed files in `folder` and below, as paths from there. Deleted ones are left out.
pub(crate) fn changed(folder: &Path, what: Changed<'_>) -> Result<Vec<String>, ProjectError> {
    const DIFF: [&str; 5] = ["diff", "--name-only", "-z", "--diff-filter=d", "--relative"];
    match what {
        Changed::Staged => {
            refuse_no_repository(folder)?;
            paths(folder, &[&DIFF[..], &["--cached", "--"]].concat())
        }
        Changed::Since(revision) => {
            let commit = commit(folder, revision)?;
            let base = text(folder, &["merge-base", &commit, "HEAD"])?.map_err(|_| {
                ProjectError::usage(format!(
                    "{} and the current commit have no common history here; fetch more of it (`git fetch --unshallow`)",
                    display::quote(revision)
                ))
            })?;
            let mut changed = paths(folder, &[&DIFF[..], &[base.trim(), "--"]].concat())?;
            changed.extend(paths(folder, &["ls-files", "--others", "--exclude-standard", "-z"])?);
            Ok(changed)
        }
    }
}

/// Whether a commit of the current branch has, or had, a file of this name in `folder`.
pub(crate) fn knows(folder: &Path, name: &OsStr) -> Result<bool, ProjectError> {
    let log = text(folder, &["log", "-1", "--format=%h", "--", &name.to_string_lossy()])?;
    Ok(log.is_ok_and(|commit| !commit.is_empty()))
}

/// The paths that `git` prints, each with a NUL after it.
fn paths(folder: &Path, args: &[&str]) -> Result<Vec<String>, ProjectError> {
    let output = git(folder, args).stderr(Stdio::piped()).output().map_err(|error| cannot_run(&error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let line = display::escape(complaint.lines().next().unwrap_or_default());
        return Err(ProjectError::io(format!("git cannot say what has changed: {line}")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// What `git` prints; an error is what it complains of.
fn text(folder: &Path, args: &[&str]) -> Result<Result<String, String>, ProjectError> {
    let mut child = git(folder, args).stderr(Stdio::piped()).spawn().map_err(|error| cannot_run(&error))?;
    let (mut stdout, mut stderr) = (String::new(), String::new());
    // Both are a line at most, which fits into the pipe.
    if let Some(pipe) = child.stdout.take() {
        pipe.take(MOST_TEXT_BYTES).read_to_string(&mut stdout).map_err(|error| cannot_run(&error))?;
    }
    if let Some(pipe) = child.stderr.take() {
        pipe.take(MOST_TEXT_BYTES).read_to_string(&mut stderr).map_err(|error| cannot_run(&error))?;
    }
    let status = child.wait().map_err(|error| cannot_run(&error))?;
    Ok(if status.success() { Ok(stdout) } else { Err(stderr) })
}

pub(super) fn git(folder: &Path, args: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped());
    git.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
    for variable in environment::names() {
        if variable.to_string_lossy().starts_with(environment::SERVICE_PREFIX) {
            git.env_remove(variable);
        }
    }
    git
}

pub(super) fn cannot_run(error: &io::Error) -> ProjectError {
    ProjectError::io(match error.kind() {
        io::ErrorKind::NotFound => "a revision is read by git, which is not installed or not in PATH".to_owned(),
        _ => format!("cannot run git: {}", files::describe(error)),
    })
}
