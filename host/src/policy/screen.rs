//! What is looked at before a plugin is compiled, because compiling cannot be interrupted.
//!
//! A compiler takes longest for few very large functions and for structures that multiply. Neither is needed by a
//! policy, so what could take longer than a moment is refused by counting.

use wasmparser::{BinaryReaderError, FunctionBody, Operator, Parser, Payload};

/// The largest file of a plugin, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// The longest body of a function, in bytes.
const MAX_BODY: usize = 64 << 10;
/// The most that all functions may weigh; see [`weight`].
const MAX_WEIGHT: u64 = 1_500_000;
/// What an instruction over a range of memory or a table weighs: a loop is made of it.
const BULK: u64 = 1_000;
/// The most functions in all modules together.
const MAX_FUNCTIONS: usize = 10_000;
/// The most components within the component, and the most instances that are made of them: what they hold is compiled
/// again for each, and each may hold others. An encoder makes one for every exported interface.
const MAX_COMPONENTS: usize = 4;
const MAX_INSTANCES: usize = 16;
/// The most modules.
const MAX_MODULES: usize = 4;

/// What a plugin is seen to have without running it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What it imports, which has to be nothing.
    pub imports: Vec<String>,
    /// What it exports.
    pub exports: Vec<String>,
}

/// Looks at a plugin.
///
/// # Errors
/// Why it is not run, as the end of a sentence.
pub fn screen(bytes: &[u8]) -> Result<Seen, String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err("is too large: a plugin has at most 1 MiB".to_owned());
    }
    if Parser::is_core_wasm(bytes) {
        let help = "make one of it, for example with `wasm-tools component new`";
        return Err(format!("is a core WebAssembly module, not a component; {help}"));
    }
    if !Parser::is_component(bytes) {
        return Err("is not a WebAssembly component".to_owned());
    }
    let mut counts = Counts::default();
    let mut seen = Seen::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| malformed(&error))?;
        counts.add(&payload)?;
        collect(&payload, counts.depth, &mut seen).map_err(|error| malformed(&error))?;
    }
    Ok(seen)
}

fn collect(payload: &Payload<'_>, depth: usize, seen: &mut Seen) -> wasmparser::Result<()> {
    match payload {
        Payload::ComponentImportSection(section) if depth == 0 => {
            for import in section.clone() {
                seen.imports.push(import?.name.name.to_owned());
            }
        }
        Payload::ComponentExportSection(section) if depth == 0 => {
            for export in section.clone() {
                seen.exports.push(export?.name.name.to_owned());
            }
        }
        _ => {}
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    depth: usize,
    functions: usize,
    modules: usize,
    components: usize,
    instances: usize,
    weight: u64,
}

impl Counts {
    fn add(&mut self, payload: &Payload<'_>) -> Result<(), String> {
        match payload {
            Payload::ModuleSection { .. } => {
                self.depth += 1;
                self.modules += 1;
            }
            Payload::ComponentSection { .. } => {
                self.depth += 1;
                self.components += 1;
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::ComponentInstanceSection(section) => self.instances += section.count() as usize,
            Payload::InstanceSection(section) => self.instances += section.count() as usize,
            Payload::CodeSectionStart { count, .. } => self.functions += *count as usize,
            Payload::CodeSectionEntry(body) => return self.function(body),
            _ => {}
        }
        let limits = [
            (self.functions, MAX_FUNCTIONS, "functions"),
            (self.modules, MAX_MODULES, "modules"),
            (self.components, MAX_COMPONENTS, "components within"),
            (self.instances, MAX_INSTANCES, "instances"),
        ];
        match limits.iter().find(|(count, most, _)| count > most) {
            Some((_, most, what)) => Err(format!("takes too long to compile: it has more than {most} {what}")),
            None => Ok(()),
        }
    }

    fn function(&mut self, body: &FunctionBody<'_>) -> Result<(), String> {
        if body.range().len() > MAX_BODY {
            return Err(format!("takes too long to compile: a function of it has more than {MAX_BODY} bytes"));
        }
        let weight = weight(body).map_err(|error| malformed(&error))?;
        self.weight = self.weight.saturating_add(weight);
        if self.weight > MAX_WEIGHT {
            return Err(
                "takes too long to compile: its functions have too many branches for their locals, or too many \
                 instructions over ranges"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// What a function weighs: a compiler follows every local through every branch, which takes time in proportion to their
/// product.
fn weight(body: &FunctionBody<'_>) -> wasmparser::Result<u64> {
    let (mut locals, mut branches, mut bulk) = (0_u64, 1_u64, 0_u64);
    for group in body.get_locals_reader()? {
        locals = locals.saturating_add(u64::from(group?.0));
    }
    for operator in body.get_operators_reader()? {
        match operator? {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => {
                locals = locals.max(u64::from(local_index) + 1);
            }
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::BrIf { .. } => {
                branches += 1;
            }
            Operator::BrTable { targets } => branches += u64::from(targets.len()) + 1,
            Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. }
            | Operator::TableInit { .. } => bulk += BULK,
            _ => {}
        }
    }
    Ok(locals.saturating_mul(branches).saturating_add(bulk))
}

fn malformed(error: &BinaryReaderError) -> String {
    format!("is malformed: {}", error.message())
}
