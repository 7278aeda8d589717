//! Checks of a plugin before it is compiled. They are needed because compilation cannot be interrupted.
//!
//! Compilation is slowest for a few very large functions and for nested structures that multiply. A policy needs
//! neither, so anything that could take long to compile is refused by counting.

use wasmparser::{BinaryReaderError, FunctionBody, Operator, Parser, Payload};

/// Maximum size of a plugin's file, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// Maximum size of the body of a function, in bytes.
const MAX_FUNCTION_BYTES: usize = 64 << 10;
/// Maximum weight of all functions together; see [`weight`].
const MAX_WEIGHT: u64 = 1_500_000;
/// Weight of an instruction that works on a range of memory or of a table. It compiles to a loop.
const BULK_WEIGHT: u64 = 1_000;
/// Maximum number of functions in all modules together.
const MAX_FUNCTIONS: usize = 10_000;
/// Maximum number of nested components. Usual encoders create one for every exported interface.
const MAX_COMPONENTS: usize = 4;
/// Maximum number of instances. The content of a component is compiled again for each of its instances, and components
/// can be nested, so the work multiplies.
const MAX_INSTANCES: usize = 16;
/// Maximum number of modules.
const MAX_MODULES: usize = 4;

/// The imports and exports of a plugin, read without running it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The names of its imports. A usable plugin has none.
    pub imports: Vec<String>,
    /// The names of its exports.
    pub exports: Vec<String>,
}

/// Checks a plugin before compilation and returns its imports and exports.
///
/// # Errors
/// Why it cannot be used, as the end of a sentence that names it.
pub fn screen(bytes: &[u8]) -> Result<Seen, String> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err("is too large: a plugin has at most 1 MiB".to_owned());
    }
    if Parser::is_core_wasm(bytes) {
        let help = "turn it into one, for example with `wasm-tools component new`";
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
            (self.components, MAX_COMPONENTS, "nested components"),
            (self.instances, MAX_INSTANCES, "instances"),
        ];
        match limits.iter().find(|(count, most, _)| count > most) {
            Some((_, most, what)) => Err(format!("takes too long to compile: it has more than {most} {what}")),
            None => Ok(()),
        }
    }

    fn function(&mut self, body: &FunctionBody<'_>) -> Result<(), String> {
        if body.range().len() > MAX_FUNCTION_BYTES {
            return Err(format!(
                "takes too long to compile: one of its functions has more than {MAX_FUNCTION_BYTES} bytes"
            ));
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

/// The weight of a function: the number of locals times the number of branches, plus the weight of bulk instructions.
/// The compiler follows every local through every branch, so its time is proportional to their product.
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
            | Operator::TableInit { .. } => bulk += BULK_WEIGHT,
            _ => {}
        }
    }
    Ok(locals.saturating_mul(branches).saturating_add(bulk))
}

fn malformed(error: &BinaryReaderError) -> String {
    format!("is malformed: {}", error.message())
}
