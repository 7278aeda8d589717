//! A document as it was at a revision of its git repository.
//!
//! `git` is run with arguments only, without a shell, and reads nothing but objects of the repository.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cxvars_core::base::display;
use zeroize::Zeroizing;

use super::ProjectError;
use super::input::{Buffer, shown};
use crate::system::{environment, files};

/// Longest text of a revision or of an error that is read from `git`, in bytes.
const MOST_TEXT_BYTES: u64 = 4 * 1024;

/// The document at `path` as it was at a revision, and the commit's id. At most `most` bytes are read.
pub(super) fn read(path: &Path, revision: &str, most: usize) -> Result<(Zeroizing<Vec<u8>>, String), ProjectError> {
    let (folder, name) = place(path);
    let commit = commit(&folder, revision)?;
    // `./` makes the path start from the folder, wherever the repository's root is.
    let object = format!("{commit}:./{name}");
    let mut git = git(&folder, &["cat-file", "blob", &object]);
    let mut child = git.stderr(Stdio::null()).spawn().map_err(|error| cannot_run(&error))?;
    let mut buffer = Buffer::default();
    let length = match child.stdout.take() {
        Some(stdout) => buffer.fill(stdout, most).map_err(|error| cannot_run(&error))?.len(),
        None => 0,
    };
    let status = child.wait().map_err(|error| cannot_run(&error))?;
    if !status.success() && length < most {
        return Err(ProjectError::io(format!(
            "`{}` was not there at {} (commit {}); name the document that was there with -f",
            shown(path),
            display::quote(revision),
            short(&commit)
        )));
    }
    Ok((buffer.into_bytes(length), commit))
}

/// The beginning of a commit's id, for people.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

/// The nearest folder of the path that exists, and the rest of the path. A folder may have been deleted since.
fn place(path: &Path) -> (PathBuf, String) {
    let exists = |folder: &&Path| folder.as_os_str().is_empty() || folder.is_dir();
    let folder = path.ancestors().skip(1).find(exists).unwrap_or(Path::new(""));
    let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    (folder.to_owned(), name)
}

/// The id of the commit that a revision names.
fn commit(folder: &Path, revision: &str) -> Result<String, ProjectError> {
    if let Err(problem) = text(folder, &["rev-parse", "--show-prefix"])? {
        let problem = problem.lines().next().map(|line| format!(": {}", display::escape(line))).unwrap_or_default();
        return Err(ProjectError::io(format!("`{}` is not in a git repository{problem}", shown(folder))));
    }
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

fn git(folder: &Path, args: &[&str]) -> Command {
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

fn cannot_run(error: &io::Error) -> ProjectError {
    ProjectError::io(match error.kind() {
        io::ErrorKind::NotFound => "a revision is read by git, which is not installed or not in PATH".to_owned(),
        _ => format!("cannot run git: {}", files::describe(error)),
    })
}
