//! Where plugins run: nothing to call, counted fuel, memory of their own, and a deadline in case fuel does not end it.

use std::fmt;
use std::thread;
use std::time::Duration;

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, OptLevel, RegallocAlgorithm, ResourceLimiter, Store, Trap};

use super::wanted::Wanted;
use crate::system::Real;
use crate::system::clock::Clock as _;

/// Fuel of a call where nothing else is said; an instruction of WebAssembly takes one. The example policy in Rust takes
/// 7,000 for three variables (`cxvars plugin inspect`).
const FUEL: u64 = 100_000_000;
/// Memory where nothing else is said.
const MEMORY_MIB: u64 = 32;
/// The longest call. Fuel ends every call before on any machine, unless single instructions take long, such as filling all of
/// the memory.
const DEADLINE: Duration = Duration::from_secs(5);
/// How often the clock of the deadline ticks.
const TICK: Duration = Duration::from_millis(10);
/// The most that is copied out of a plugin in a call, in bytes.
const MAX_ANSWER: usize = 4 << 20;
/// The most entries of all tables together.
const MAX_TABLE: usize = 20_000;
/// How deep calls may go, in bytes of the machine's stack.
const STACK: usize = 512 << 10;

/// What one call may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel: instructions.
    pub fuel: u64,
    /// Bytes of memory.
    pub memory: usize,
    /// Time, in case fuel does not end it.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { fuel: FUEL, memory: mib(MEMORY_MIB), deadline: DEADLINE }
    }
}

impl Limits {
    /// Those that were asked for, or the usual ones.
    pub fn of(wanted: &Wanted) -> Self {
        let default = Self::default();
        Self {
            fuel: wanted.fuel.unwrap_or(default.fuel),
            memory: wanted.memory_mib.map_or(default.memory, mib),
            deadline: default.deadline,
        }
    }

    /// Ticks of the clock until the deadline has passed; the first one may come at once.
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
    /// It wanted more than this many bytes of memory.
    Memory(usize),
    /// It called itself too often.
    Stack,
    /// It wanted to say more than is listened to.
    TooLong,
    /// It stopped itself, or what it did or said is against the rules of WebAssembly.
    Broken(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fuel(fuel) => write!(f, "it used up its fuel of {fuel}"),
            Self::Deadline(deadline) => write!(f, "it ran for longer than {} ms", deadline.as_millis()),
            Self::Memory(bytes) => write!(f, "it wanted more than {} MiB of memory", bytes >> 20),
            Self::Stack => f.write_str("its calls went too deep"),
            Self::TooLong => write!(f, "its answer is longer than {} MiB", MAX_ANSWER >> 20),
            Self::Broken(problem) => write!(f, "it broke off: {problem}"),
        }
    }
}

/// Memory of one call, and whether more was asked for.
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
        // All memories together.
        let used = self.used.saturating_sub(current).saturating_add(desired);
        if used > self.memory {
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.refused |= desired > MAX_TABLE;
        Ok(desired <= MAX_TABLE)
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

/// An engine for plugins. Its clock runs as long as anything of it is in use.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
}

impl Sandbox {
    /// Sets it up.
    ///
    /// # Errors
    /// Why it cannot run on this machine.
    pub fn new() -> Result<Self, String> {
        let mut config = Config::new();
        config
            .wasm_component_model(true)
            .consume_fuel(true)
            .epoch_interruption(true)
            .max_wasm_stack(STACK)
            .wasm_backtrace_max_frames(None)
            // The same verdict on every machine.
            .cranelift_nan_canonicalization(true)
            .wasm_relaxed_simd(false)
            // No policy needs these.
            .wasm_memory64(false)
            .wasm_multi_memory(false)
            .wasm_tail_call(false)
            // A plugin is compiled at every start and runs for a moment; these take time in proportion to its size.
            .cranelift_opt_level(OptLevel::None)
            .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
        let engine = Engine::new(&config).map_err(|error| format!("{error:#}"))?;
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
        Ok(Self { engine })
    }

    /// Compiles what has been screened.
    pub(super) fn compile(&self, bytes: &[u8]) -> Result<Component, String> {
        Component::from_binary(&self.engine, bytes).map_err(|error| format!("is malformed: {}", root(&error)))
    }

    /// There is nothing to call.
    pub(super) fn linker(&self) -> Linker<Quota> {
        Linker::new(&self.engine)
    }

    /// Runs a call in memory of its own.
    pub(super) fn call<T>(
        &self,
        limits: Limits,
        run: impl FnOnce(&mut Store<Quota>) -> wasmtime::Result<T>,
    ) -> Result<(T, u64, usize), Failure> {
        let mut store = Store::new(&self.engine, Quota { memory: limits.memory, used: 0, refused: false });
        store.limiter(|quota| quota);
        store.set_epoch_deadline(limits.ticks());
        store.set_hostcall_fuel(MAX_ANSWER);
        let result = store.set_fuel(limits.fuel).and_then(|()| run(&mut store));
        match result {
            Ok(answer) => {
                let left = store.get_fuel().unwrap_or_default();
                Ok((answer, limits.fuel - left, store.data().used()))
            }
            Err(error) => Err(failure(&error, limits, store.data())),
        }
    }
}

fn failure(error: &wasmtime::Error, limits: Limits, quota: &Quota) -> Failure {
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Failure::Fuel(limits.fuel),
        Some(Trap::Interrupt) => Failure::Deadline(limits.deadline),
        Some(Trap::StackOverflow) => Failure::Stack,
        // What follows a refusal is the plugin's way of giving up.
        _ if quota.refused => Failure::Memory(limits.memory),
        Some(trap) => Failure::Broken(trap.to_string()),
        // The type of this error is not public.
        None if root(error).contains("fuel allocated for hostcalls") => Failure::TooLong,
        None => Failure::Broken(root(error)),
    }
}

/// What went wrong first, in a line.
fn root(error: &wasmtime::Error) -> String {
    let text = error.root_cause().to_string();
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}
