//! A project, a home and an environment for the commands of one test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::{Output, Running, Sandbox, binary, cxvars};

/// Short waits and no request budget, to keep tests fast.
const FAST: [(&str, u32); 6] = [
    ("backoff_base_ms", 1),
    ("backoff_cap_ms", 5),
    ("server_error_wait_ms", 5),
    ("settle_s", 0),
    ("deadline_s", 10),
    ("requests_per_minute", 0),
];

/// A temporary folder with a project and a home. Dropping it deletes the folder.
pub struct Workspace {
    folder: TempDir,
    program: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}

impl Workspace {
    /// A project whose configuration sets only short waits.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut workspace = Self { folder, program: binary().to_owned(), environment: BTreeMap::new() };
        for part in ["project", "home/config", "home/state"] {
            fs::create_dir_all(workspace.folder.path().join(part)).expect("a folder can be made");
        }
        let home = workspace.home();
        for (name, folder) in
            [("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"), ("XDG_CACHE_HOME", "cache")]
        {
            workspace.environment.insert(name.to_owned(), home.join(folder).display().to_string());
        }
        workspace.profile("");
        workspace
    }

    /// The same as `new`, with credentials for this service.
    pub fn for_service(service: &Sandbox) -> Self {
        Self::for_url(&service.url())
    }

    /// The same as `new`, with credentials for the service at this address.
    pub fn for_url(url: &str) -> Self {
        let mut workspace = Self::new();
        workspace.env("CXONE_BASE_URL", url);
        workspace.env("CXONE_CLIENT_ID", "client-of-the-tests").env("CXONE_CLIENT_SECRET", "secret-of-the-tests");
        workspace
    }

    /// The same as `new`, with another build of the program.
    pub fn for_program(program: PathBuf) -> Self {
        Self { program, ..Self::new() }
    }

    /// Sets a variable of the environment.
    pub fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Removes a variable from the environment.
    pub fn without_env(&mut self, name: &str) -> &mut Self {
        self.environment.remove(name);
        self
    }

    /// Replaces `cxvars.toml`: `[profile]` with the short waits that `lines` do not set, then `lines`, which may add
    /// sections.
    pub fn profile(&self, lines: &str) -> &Self {
        let kept = FAST.iter().filter(|(key, _)| !lines.contains(key));
        let waits: String = kept.map(|(key, value)| format!("{key} = {value}\n")).collect();
        self.write("cxvars.toml", format!("[profile]\n{waits}{lines}\n"));
        self
    }

    /// The folder that holds all of it.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The working directory of the commands.
    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// The home of the commands.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Writes a file of the project, and creates its folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.project().join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(&path, content).expect("the file can be written");
        path
    }

    /// Reads a file of the project; empty if there is none.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.project().join(name)).unwrap_or_default()
    }

    /// Commits files of the project to its git repository, which is made if there is none. Returns the commit's id.
    pub fn commit(&self, files: &[&str]) -> String {
        if !self.project().join(".git").exists() {
            self.git(&["init", "--quiet"]);
        }
        self.git(&[&["add", "--"], files].concat());
        self.git(&["commit", "--quiet", "--message", "test"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn git(&self, args: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
            .args(args);
        git.current_dir(self.project()).env("HOME", self.home()).env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.output().expect("git runs");
        assert!(output.status.success(), "git {args:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The records of the audit log for real services.
    pub fn audit(&self) -> Vec<Value> {
        records(&self.read(".cxvars/audit.jsonl"))
    }

    /// The records of the audit log for `--sandbox`.
    pub fn sandbox_audit(&self) -> Vec<Value> {
        records(&self.read(".cxvars/sandbox-audit.jsonl"))
    }

    /// A command for the binary with these arguments, in the project folder, with this workspace's environment and
    /// `PATH`.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = cxvars(&self.program);
        command.env_clear().envs(&self.environment).current_dir(self.project()).args(args);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// Runs the binary until it ends.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, b"")
    }

    /// Runs the binary with this standard input until it ends.
    #[track_caller]
    pub fn run_with(&self, args: &[&str], input: &[u8]) -> Output {
        self.start(args, input).wait()
    }

    /// Starts the binary.
    pub fn start(&self, args: &[&str], input: &[u8]) -> Running {
        Running::start(self.command(args), input)
    }
}

fn records(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).expect("a record is JSON")).collect()
}
