//! The command `cxvars`.

use std::process::ExitCode;

use cxvars_host::command::{self, Cli};
use cxvars_host::policy;
use mimalloc::MiMalloc;

/// The system's allocator took a tenth of the time that cxvars itself spends on an update.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Turns core dumps off, so that a crash does not write secrets to a file. If the limit cannot be set, the system's
/// limit stays in force.
fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

fn main() -> ExitCode {
    no_core_dumps();
    // The process that compiles a plugin is this program too.
    policy::compile_if_asked(std::env::args_os()).unwrap_or_else(|| command::run(Cli::of(std::env::args_os())))
}
