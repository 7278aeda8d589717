//! Runs the real binary as a process, serves the simulator with it, and inspects the files that it wrote.
//!
//! The environment of a process contains only `PATH`, a home and what the test sets. No test waits by sleeping: it
//! waits for the end of the process's output, and kills a process that hangs.

mod foreign_service;
mod http;
#[cfg(unix)]
mod pseudo_terminal;
mod sandbox;
mod workspace;

use std::env;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use serde_json::Value;

pub use foreign_service::{ForeignService, Reply, Seen};
pub use http::get;
#[cfg(unix)]
pub use pseudo_terminal::{PseudoTerminal, Streams};
pub use sandbox::Sandbox;
pub use workspace::Workspace;

/// Maximum wait for anything. No test comes near it, even on a busy machine; it only stops a hanging process from
/// blocking all other tests.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The program, which cargo builds together with the tests, from the same sources and with the same features.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        // target/<profile>/deps/<test>
        let test = env::current_exe().expect("a test program has a path");
        let profile = test.ancestors().nth(2).expect("test programs lie in target/<profile>/deps");
        profile.join(format!("cxvars-under-test{}", env::consts::EXE_SUFFIX))
    })
}

/// A command that runs a program under the name `cxvars`, so that usage messages show this name.
fn cxvars(program: &Path) -> Command {
    let mut command = Command::new(program);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "cxvars");
    command
}

/// How a process ended.
pub struct Output {
    /// The exit code; `None` if a signal ended the process.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output as text.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("stdout is not JSON: {error}\n{self:?}"))
    }

    /// Asserts this exit code, and that nothing panicked.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(!self.stderr().contains("panicked"), "{self:?}");
        self
    }

    /// Asserts that standard error contains all `parts`.
    #[track_caller]
    pub fn says(&self, parts: &[&str]) -> &Self {
        let stderr = self.stderr();
        for part in parts {
            assert!(stderr.contains(part), "{part:?} is not in {self:?}");
        }
        self
    }

    /// Asserts that standard output contains all `parts`.
    #[track_caller]
    pub fn prints(&self, parts: &[&str]) -> &Self {
        let stdout = self.stdout();
        for part in parts {
            assert!(stdout.contains(part), "{part:?} is not in {self:?}");
        }
        self
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}\n--- stdout\n{}\n--- stderr\n{}", self.code, self.stdout(), self.stderr())
    }
}

/// A running process. Dropping it kills the process.
pub struct Running {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

impl Running {
    /// Starts a command with this standard input.
    pub fn start(mut command: Command, input: &[u8]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        let input = input.to_owned();
        // Ignore errors: a command may close its input without reading all of it.
        thread::spawn(move || stdin.write_all(&input).ok());
        let stdout = read_in_background(child.stdout.take().expect("stdout is a pipe"));
        let stderr = read_in_background(child.stderr.take().expect("stderr is a pipe"));
        Self { child, stdout, stderr }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends the signal that Ctrl-C sends.
    pub fn interrupt(&self) {
        self.signal("-INT");
    }

    /// Sends a signal, such as `-KILL`. It may have ended.
    pub fn signal(&self, signal: &str) {
        Command::new("kill").args([signal, &self.pid().to_string()]).stderr(Stdio::null()).status().expect("kill runs");
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("the process can be asked").is_some()
    }

    /// Waits until it ends.
    #[track_caller]
    pub fn wait(mut self) -> Output {
        let stdout = self.stdout.recv_timeout(TIMEOUT);
        let stderr = self.stderr.recv_timeout(TIMEOUT);
        let (Ok(stdout), Ok(stderr)) = (stdout, stderr) else { panic!("the command hangs, and was killed") };
        let status = self.child.wait().expect("the process ends");
        Output { code: status.code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // This fails if the process has already ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_in_background(mut source: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver): (Sender<Vec<u8>>, _) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if source.read_to_end(&mut bytes).is_ok() {
            // The receiver is gone if the test has already failed.
            let _ = sender.send(bytes);
        }
    });
    receiver
}
