//! Compiles plugins in a process of their own.
//!
//! A file of some kilobytes can make a compiler use gigabytes of memory, run for minutes, or break off, and a compiler
//! cannot be interrupted. So a plugin is compiled by a second process of the same program, which the system limits in
//! memory and time, and which may fail in any way without harm.

mod child;

use std::ffi::OsString;
use std::io::{self, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use wasmtime::Engine;
use wasmtime::component::Component;

use super::engine::first_line;
use crate::system::Real;
use crate::system::clock::Clock as _;
use crate::system::files;

/// The argument that turns this program into the process that compiles. It is no command, and nobody has to know it.
const ARGUMENT: &str = "__compile-policy";
/// Exit code of that process if the plugin is malformed; its output is then the reason.
const MALFORMED: u8 = 65;
/// Maximum size of the compiled form of a plugin, in bytes. This process holds it twice for a moment.
const MAX_COMPILED_BYTES: usize = 24 << 20;
/// What to do about a plugin that cannot be compiled within the limits.
const HELP: &str = "make it smaller and its functions simpler, or ask its author";
/// How often to check whether a process that has closed its output has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// The limits of compiling one plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileLimits {
    /// Memory beyond what the program itself has mapped at its start, in bytes. Enforced on Linux only.
    pub memory: u64,
    /// Time of the processor, in whole seconds. Enforced on Unix only.
    pub cpu_s: u64,
    /// Time that passes: on Unix, where the processor's time is limited, in case the process gets none of it.
    pub deadline: Duration,
}

impl Default for CompileLimits {
    fn default() -> Self {
        // A machine with much to do takes longer over the same work.
        let deadline = Duration::from_secs(if cfg!(unix) { 30 } else { 4 });
        Self { memory: 128 << 20, cpu_s: 2, deadline }
    }
}

/// A program that compiles plugins in processes of its own, and its limits.
#[derive(Clone, Debug)]
pub struct Compiler {
    program: PathBuf,
    limits: CompileLimits,
}

impl Compiler {
    /// The running program, with the default limits.
    ///
    /// # Errors
    /// The program does not know where it is.
    pub fn own() -> Result<Self, String> {
        // The link leads to the running program even if an update has replaced its file.
        #[cfg(target_os = "linux")]
        let program = PathBuf::from("/proc/self/exe");
        #[cfg(not(target_os = "linux"))]
        let program = std::env::current_exe().map_err(|error| files::describe(&error))?;
        Ok(Self::new(program, CompileLimits::default()))
    }

    /// Another build of `cxvars` from the same source, with these limits.
    pub fn new(program: PathBuf, limits: CompileLimits) -> Self {
        Self { program, limits }
    }

    /// Compiles a plugin.
    ///
    /// # Errors
    /// Why it cannot be used, as the end of a sentence that names it.
    #[expect(unsafe_code, reason = "the engine runs machine code; see the comment at the call")]
    pub(super) fn compile(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, String> {
        let compiled = self.compiled_form(bytes)?;
        // SAFETY: the bytes must be what `Component::serialize` returned, unchanged. They come through a pipe that only
        // the process at its other end can write. That process is this program, started by `compiled_form` with an
        // argument that makes it write nothing but the result of `serialize`, and its output is returned only if it has
        // ended without an error and is complete; nothing comes from a file. A plugin that takes control of the compiler
        // could forge the bytes, as it could take control of this process if it were compiled here. The engine itself
        // checks that version, target and settings agree.
        let component = unsafe { Component::deserialize(engine, &compiled) };
        component.map_err(|_| "cannot be compiled: another version of cxvars compiled it; run again".to_owned())
    }

    /// Runs the process that compiles, whatever the bytes are, and returns its output.
    ///
    /// # Errors
    /// Why it has none, as the end of a sentence that names the plugin.
    pub fn compiled_form(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let cannot_run = |error: io::Error| {
            format!("cannot be compiled: cxvars cannot start its own program again: {}", files::describe(&error))
        };
        let deadline = Real.monotonic() + self.limits.deadline;
        let mut child = self.command().spawn().map_err(cannot_run)?;
        let output = self.converse(&mut child, bytes);
        let ended = output.and_then(|output| Some((wait(&mut child, deadline)?, output)));
        let Some((status, output)) = ended else {
            // It may have ended by itself in the meantime.
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!(
                "takes too long to compile: it was stopped after {} s; run again if the machine is busy, else {HELP}",
                self.limits.deadline.as_secs()
            ));
        };
        match status.code() {
            // What exceeds the limit is not read, and the process that writes it fails.
            _ if output.len() > MAX_COMPILED_BYTES => {
                Err(format!("is too large once compiled: more than {} MiB; {HELP}", MAX_COMPILED_BYTES >> 20))
            }
            Some(0) => Ok(output),
            Some(code) if code == i32::from(MALFORMED) => {
                Err(format!("is malformed: {}", first_line(&String::from_utf8_lossy(&output))))
            }
            _ if was_out_of_time(status) => {
                Err(format!("takes too long to compile: it was stopped after {} s of work; {HELP}", self.limits.cpu_s))
            }
            _ => Err(format!(
                "cannot be compiled: the compiler failed, or needed more than {} MiB of memory; {HELP}",
                self.limits.memory >> 20
            )),
        }
    }

    /// The process: without the environment, which may hold credentials, and with nothing open but two pipes.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, "cxvars");
        command.args([ARGUMENT, &self.limits.memory.to_string(), &self.limits.cpu_s.to_string()]);
        command.env_clear().envs(child::ENVIRONMENT);
        // No process starts without this one on Windows. It names a folder of the system.
        #[cfg(windows)]
        command.envs(crate::system::environment::process("SystemRoot").map(|folder| ("SystemRoot", folder)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// Sends the plugin and reads the answer. `None` if that takes too long.
    fn converse(&self, child: &mut Child, bytes: &[u8]) -> Option<Vec<u8>> {
        let (stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
        let (sender, receiver) = mpsc::channel();
        let bytes = bytes.to_vec();
        thread::spawn(move || {
            let mut stdin = stdin;
            // A process that ends early closes the pipe; how it ended says more than this error.
            let _ = stdin.write_all(&bytes);
            drop((stdin, bytes));
            let mut output = Vec::new();
            let _ = stdout.take(MAX_COMPILED_BYTES as u64 + 1).read_to_end(&mut output);
            // After the deadline, nobody receives this any more.
            let _ = sender.send(output);
        });
        receiver.recv_timeout(self.limits.deadline).ok()
    }
}

/// Waits until a process has ended. `None` if it has not by the deadline.
fn wait(child: &mut Child, deadline: Duration) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Real.monotonic() < deadline => Real.block(POLL_INTERVAL),
            _ => return None,
        }
    }
}

#[cfg(unix)]
fn was_out_of_time(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn was_out_of_time(_: ExitStatus) -> bool {
    false
}

/// If the arguments ask for it, compiles the plugin on standard input, writes the result to standard output and returns
/// the exit code of the process. `None` for every command.
pub fn compile_if_asked(mut args: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    args.nth(1).filter(|argument| argument == ARGUMENT)?;
    Some(child::run(args))
}
