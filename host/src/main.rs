//! The command `cxvars`.

use std::process::ExitCode;

use clap::Parser;
use cxvars_host::command::{self, Cli};
use mimalloc::MiMalloc;

/// A tenth of an update's own time was spent in the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A crash must not leave secrets in a file. Where the limit cannot be set, the system's stays.
fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

fn main() -> ExitCode {
    no_core_dumps();
    command::run(Cli::parse())
}
