//! The sandbox for plugins. A plugin can call nothing outside, has limited fuel and its own memory, and is stopped at a
//! deadline if fuel does not stop it first.

use std::fmt;
use std::thread;
use std::time::Duration;

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, ResourceLimiter, Store, Trap};

use super::compiler::Compiler;
use super::engine::{engine, root};
use super::trace;
use super::wanted::Wanted;
use crate::system::Real;
use crate::system::clock::Clock as _;

/// Default fuel of a call. A WebAssembly instruction takes 1. The example policy in Rust takes 7,000 for three
/// variables (measured with `cxvars plugin inspect`).
const DEFAULT_FUEL: u64 = 100_000_000;
/// Default memory limit of a call, in MiB.
const DEFAULT_MEMORY_MIB: u64 = 32;
/// Time limit of a call. On any machine fuel stops a call sooner, unless single instructions take long, such as filling
/// the whole memory.
const DEADLINE: Duration = Duration::from_secs(5);
/// Interval of the clock that enforces the deadline.
const TICK: Duration = Duration::from_millis(10);
/// Maximum size of a plugin's answer to a call, in bytes.
const MAX_ANSWER_BYTES: usize = 4 << 20;
/// Maximum number of entries of one table.
const MAX_TABLE_ENTRIES: usize = 20_000;

/// The limits of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel; a WebAssembly instruction takes 1.
    pub fuel: u64,
    /// Memory, in bytes.
    pub memory: usize,
    /// Time, in case fuel does not stop the call.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { fuel: DEFAULT_FUEL, memory: mib(DEFAULT_MEMORY_MIB), deadline: DEADLINE }
    }
}

impl Limits {
    /// The configured limits, or the defaults.
    pub fn of(wanted: &Wanted) -> Self {
        let default = Self::default();
        Self {
            fuel: wanted.fuel.unwrap_or(default.fuel),
            memory: wanted.memory_mib.map_or(default.memory, mib),
            deadline: default.deadline,
        }
    }

    /// The smaller one of each limit.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        Self {
            fuel: self.fuel.min(other.fuel),
            memory: self.memory.min(other.memory),
            deadline: self.deadline.min(other.deadline),
        }
    }

    /// Number of clock ticks until the deadline has passed. One more than the quotient, because the first tick may come
    /// immediately.
    fn ticks(self) -> u64 {
        u64::try_from(self.deadline.as_millis().div_ceil(TICK.as_millis())).unwrap_or(u64::MAX).saturating_add(1)
    }
}

fn mib(mib: u64) -> usize {
    usize::try_from(mib.saturating_mul(1 << 20)).unwrap_or(usize::MAX)
}

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It used up its fuel.
    Fuel(u64),
    /// It ran past its deadline.
    Deadline(Duration),
    /// It asked for more than this many bytes of memory, or for too large a table.
    Memory(usize),
    /// Its calls were nested too deeply for the stack.
    Stack,
    /// Its answer was too long.
    TooLong,
    /// It refused the settings that it had accepted before. The text is its own.
    Settings(String),
    /// It stopped itself, or it violated the rules of WebAssembly.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fuel(fuel) => write!(f, "it used up its fuel of {fuel}"),
            Self::Deadline(deadline) => write!(f, "it ran for longer than {} ms", deadline.as_millis()),
            Self::Memory(bytes) => write!(f, "it wanted more than {} MiB of memory", bytes >> 20),
            Self::Stack => f.write_str("its calls went too deep"),
            Self::TooLong => write!(f, "its answer is longer than {} MiB", MAX_ANSWER_BYTES >> 20),
            Self::Settings(problem) => write!(f, "it refuses settings that it accepted before: {problem}"),
            Self::Broken(problem) => write!(f, "it broke off: {problem}"),
        }
    }
}

/// The memory of one call, and whether the call asked for too much.
pub(super) struct Quota {
    memory: usize,
    used: usize,
    refused: bool,
}

impl Quota {
    pub(super) fn used(&self) -> usize {
        self.used
    }
}

impl ResourceLimiter for Quota {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // The limit applies to all memories together.
        let used = self.used.saturating_sub(current).saturating_add(desired);
        if used > self.memory {
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.refused |= desired > MAX_TABLE_ENTRIES;
        Ok(desired <= MAX_TABLE_ENTRIES)
    }

    fn instances(&self) -> usize {
        32
    }

    fn tables(&self) -> usize {
        8
    }

    fn memories(&self) -> usize {
        4
    }
}

/// The engine for plugins, and what compiles them. A thread advances its clock as long as the engine is in use.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
    compiler: Compiler,
}

impl Sandbox {
    /// Sets up the engine and starts its clock. The running program compiles the plugins.
    ///
    /// # Errors
    /// Why plugins cannot run on this machine.
    pub fn new() -> Result<Self, String> {
        Self::with(Compiler::own()?)
    }

    /// As `new`, with another compiler.
    ///
    /// # Errors
    /// Why plugins cannot run on this machine.
    pub fn with(compiler: Compiler) -> Result<Self, String> {
        let engine = engine()?;
        let clock = engine.weak();
        thread::Builder::new()
            .name("plugin-clock".to_owned())
            .spawn(move || {
                while let Some(engine) = clock.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    Real.block(TICK);
                }
            })
            .map_err(|error| error.to_string())?;
        Ok(Self { engine, compiler })
    }

    /// Compiles a plugin that passed [`screen`](super::screen::screen).
    pub(super) fn compile(&self, bytes: &[u8]) -> Result<Component, String> {
        self.compiler.compile(&self.engine, bytes)
    }

    /// A linker without any host functions.
    pub(super) fn linker(&self) -> Linker<Quota> {
        Linker::new(&self.engine)
    }

    /// Runs a call in a new store. Returns its result, the fuel used, and the memory used in bytes.
    pub(super) fn call<T>(
        &self,
        limits: Limits,
        run: impl FnOnce(&mut Store<Quota>) -> wasmtime::Result<T>,
    ) -> Result<(T, u64, usize), Failure> {
        let mut store = Store::new(&self.engine, Quota { memory: limits.memory, used: 0, refused: false });
        store.limiter(|quota| quota);
        store.set_epoch_deadline(limits.ticks());
        store.set_hostcall_fuel(MAX_ANSWER_BYTES);
        let result = store.set_fuel(limits.fuel).and_then(|()| run(&mut store));
        match result {
            Ok(answer) => {
                let left = store.get_fuel().unwrap_or_default();
                Ok((answer, limits.fuel - left, store.data().used()))
            }
            Err(error) => {
                trace::log(&error);
                Err(failure(&error, limits, store.data()))
            }
        }
    }
}

fn failure(error: &wasmtime::Error, limits: Limits, quota: &Quota) -> Failure {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Failure::Fuel(limits.fuel),
        Some(Trap::Interrupt) => Failure::Deadline(limits.deadline),
        Some(Trap::StackOverflow) => Failure::Stack,
        // After a refused allocation, any trap is how the plugin gives up.
        _ if quota.refused => Failure::Memory(limits.memory),
        Some(trap) => Failure::Broken(trap.to_string()),
        // The type of this error is not public, so its text has to do.
        None if root(error).contains("fuel allocated for hostcalls") => Failure::TooLong,
        None => Failure::Broken(root(error)),
    }
}
