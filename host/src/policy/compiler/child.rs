//! The process that compiles one plugin: from standard input to standard output.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use wasmtime::component::Component;

use super::super::engine::{engine, root};
use super::super::screen::MAX_FILE_BYTES;
use super::MALFORMED;

/// Its environment. The allocator reserves a gigabyte at the start otherwise, which would then be within the limit.
pub(super) const ENVIRONMENT: [(&str, &str); 1] = [("MIMALLOC_DISALLOW_ARENA_ALLOC", "1")];

/// Compiles the plugin. The arguments are the limits of memory, in bytes, and of processor time, in seconds.
pub(super) fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let limits: Option<Vec<u64>> = args.map(|limit| limit.to_str()?.parse().ok()).collect();
    match limits.as_deref() {
        Some([memory, cpu_s]) if limit(*memory, *cpu_s).is_ok() => compile().unwrap_or(ExitCode::FAILURE),
        _ => ExitCode::FAILURE,
    }
}

fn compile() -> io::Result<ExitCode> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    let compiled = engine().and_then(|engine| {
        let component = Component::from_binary(&engine, &bytes).and_then(|component| component.serialize());
        component.map_err(|error| root(&error))
    });
    let mut stdout = io::stdout().lock();
    match &compiled {
        Ok(compiled) => stdout.write_all(compiled)?,
        Err(problem) => stdout.write_all(problem.as_bytes())?,
    }
    stdout.flush()?;
    Ok(if compiled.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(MALFORMED) })
}

/// Limits this process: its memory and time, and it can neither open nor write a file, nor open a connection.
#[cfg(unix)]
fn limit(memory: u64, cpu_s: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let lower = |resource: Resource, most: u64| -> io::Result<()> {
        // Nobody but root can raise a limit that is already lower.
        let old = getrlimit(resource);
        let least = |old: Option<u64>| Some(old.map_or(most, |old| old.min(most)));
        Ok(setrlimit(resource, Rlimit { current: least(old.current), maximum: least(old.maximum) })?)
    };
    #[cfg(target_os = "linux")]
    lower(Resource::As, mapped_bytes()?.saturating_add(memory))?;
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
    lower(Resource::Core, 0)?;
    lower(Resource::Fsize, 0)?;
    lower(Resource::Nofile, 3)?;
    // The first limit ends the process with a signal of its own, which says why it ended.
    let [current, maximum] =
        [cpu_s, cpu_s + 1].map(|most| getrlimit(Resource::Cpu).maximum.map_or(most, |old| old.min(most)));
    Ok(setrlimit(Resource::Cpu, Rlimit { current: Some(current), maximum: Some(maximum) })?)
}

#[cfg(not(unix))]
fn limit(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}

/// What this process has mapped, most of it the program itself.
#[cfg(target_os = "linux")]
fn mapped_bytes() -> io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<u64>().ok());
    kib.map(|kib| kib << 10).ok_or_else(|| io::ErrorKind::InvalidData.into())
}
