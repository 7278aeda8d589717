//! Checks of a plugin before it is compiled.
//!
//! [`compiler`](super::compiler) bounds what compiling may take, whatever the plugin. What is refused here by counting is
//! refused sooner and for a reason that its author can use: a few very large functions, nested structures that multiply,
//! and what no policy needs. Nothing here recurses into the plugin.

mod types;

use wasmparser::{
    BinaryReaderError, BlockType, CanonicalFunction, Element, ElementItems, FunctionBody, Operator, Parser, Payload,
    TypeSectionReader,
};

use super::engine::first_line;

/// Maximum size of a plugin's file, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// Maximum size of the body of a function, in bytes.
const MAX_FUNCTION_BYTES: usize = 64 << 10;
/// Maximum weight of all functions together; see [`weight`].
const MAX_WEIGHT: u64 = 1_500_000;
/// Weight of an instruction that works on a range of memory or of a table. It compiles to a loop.
const BULK_WEIGHT: u64 = 1_000;
/// Weight of an indirect call. It compiles to several checks.
const INDIRECT_WEIGHT: u64 = 15;
/// Maximum number of functions in all modules together.
const MAX_FUNCTIONS: usize = 10_000;
/// Maximum number of nested components. Usual encoders create one for every exported interface.
const MAX_COMPONENTS: usize = 4;
/// Maximum number of instances. The content of a component is compiled again for each of its instances, and components
/// can be nested, so the work multiplies.
const MAX_INSTANCES: usize = 16;
/// Maximum number of modules.
const MAX_MODULES: usize = 4;
/// Maximum number of parameters and results of a function. Usual compilers stay far below, and calls of a function with
/// a thousand take the compiler seconds.
const MAX_ARITY: usize = 64;
/// Maximum number of entries in the segments that fill tables. No table may be larger either.
const MAX_ELEMENTS: usize = 20_000;
/// Maximum number of types, globals, tables, imports, exports and data segments together.
const MAX_ITEMS: usize = 20_000;
/// Maximum depth of types of components within each other. Usual encoders need two.
const MAX_TYPE_DEPTH: usize = 8;

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
        counts.add(&payload, bytes)?;
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
    elements: usize,
    items: usize,
    type_depth: usize,
    /// The most parameters and results of a function type of the current module.
    arity: usize,
    weight: u64,
}

impl Counts {
    fn add(&mut self, payload: &Payload<'_>, bytes: &[u8]) -> Result<(), String> {
        match payload {
            Payload::ModuleSection { .. } => {
                self.depth += 1;
                self.modules += 1;
                self.arity = 0;
            }
            Payload::ComponentSection { .. } => {
                self.depth += 1;
                self.components += 1;
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::ComponentInstanceSection(section) => self.instances += section.count() as usize,
            Payload::InstanceSection(section) => self.instances += section.count() as usize,
            Payload::CodeSectionStart { count, .. } => self.functions += *count as usize,
            Payload::CodeSectionEntry(body) => self.function(body)?,
            Payload::TypeSection(section) => self.types(section).map_err(|error| malformed(&error))?,
            Payload::ComponentTypeSection(section) => {
                let extent = types::measure(bytes.get(section.range()).unwrap_or_default(), MAX_TYPE_DEPTH);
                self.items += extent.items;
                self.type_depth = self.type_depth.max(extent.depth);
            }
            Payload::ElementSection(section) => {
                for element in section.clone() {
                    self.elements += entries(&element.map_err(|error| malformed(&error))?);
                }
            }
            Payload::ComponentCanonicalSection(section) => {
                for function in section.clone() {
                    if !matches!(function.map_err(|error| malformed(&error))?, CanonicalFunction::Lift { .. }) {
                        return Err("calls other components or the host from within; a policy only exports functions"
                            .to_owned());
                    }
                }
            }
            other => self.items += items(other),
        }
        self.within_limits()
    }

    fn within_limits(&self) -> Result<(), String> {
        let limits = [
            (self.functions, MAX_FUNCTIONS, "functions"),
            (self.modules, MAX_MODULES, "modules"),
            (self.components, MAX_COMPONENTS, "nested components"),
            (self.instances, MAX_INSTANCES, "instances"),
            (self.elements, MAX_ELEMENTS, "entries for its tables"),
            (self.items, MAX_ITEMS, "types, globals, tables, imports, exports and data segments"),
            (self.type_depth, MAX_TYPE_DEPTH, "levels of types within types"),
            (self.arity, MAX_ARITY, "parameters and results of one function"),
        ];
        match limits.iter().find(|(count, most, _)| count > most) {
            Some((_, most, what)) => Err(format!("takes too long to compile: it has more than {most} {what}")),
            None => Ok(()),
        }
    }

    fn types(&mut self, section: &TypeSectionReader<'_>) -> wasmparser::Result<()> {
        self.items += section.count() as usize;
        for function in section.clone().into_iter_err_on_gc_types() {
            let function = function?;
            self.arity = self.arity.max(function.params().len() + function.results().len());
        }
        Ok(())
    }

    fn function(&mut self, body: &FunctionBody<'_>) -> Result<(), String> {
        if body.range().len() > MAX_FUNCTION_BYTES {
            return Err(format!(
                "takes too long to compile: one of its functions has more than {MAX_FUNCTION_BYTES} bytes"
            ));
        }
        let weight = weight(body, self.arity as u64).map_err(|error| malformed(&error))?;
        self.weight = self.weight.saturating_add(weight);
        if self.weight > MAX_WEIGHT {
            return Err(
                "takes too long to compile: its functions have too many branches for their locals, calls, or instructions over ranges"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// Number of entries of a segment that fills a table.
fn entries(element: &Element<'_>) -> usize {
    match &element.items {
        ElementItems::Functions(section) => section.count() as usize,
        ElementItems::Expressions(_, section) => section.count() as usize,
    }
}

/// Number of items in a section that is a plain list.
fn items(payload: &Payload<'_>) -> usize {
    let count = match payload {
        Payload::ImportSection(section) => section.count(),
        Payload::TableSection(section) => section.count(),
        Payload::MemorySection(section) => section.count(),
        Payload::GlobalSection(section) => section.count(),
        Payload::ExportSection(section) => section.count(),
        Payload::DataSection(section) => section.count(),
        Payload::CoreTypeSection(section) => section.count(),
        Payload::ComponentAliasSection(section) => section.count(),
        Payload::ComponentImportSection(section) => section.count(),
        Payload::ComponentExportSection(section) => section.count(),
        _ => 0,
    };
    count as usize
}

/// The weight of a function: the number of values times the number of branches, plus the weight of calls and of bulk
/// instructions. The compiler follows every local, and every parameter of a block, through every branch, so its time is
/// proportional to their product. `arity` is the most parameters and results of a function type of the module.
fn weight(body: &FunctionBody<'_>, arity: u64) -> wasmparser::Result<u64> {
    let (mut locals, mut branches, mut others, mut block_arity) = (0_u64, 1_u64, 0_u64, 0);
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
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                branches += 1;
                if matches!(blockty, BlockType::FuncType(_)) {
                    block_arity = arity;
                }
            }
            Operator::Else | Operator::BrIf { .. } => branches += 1,
            Operator::BrTable { targets } => branches += u64::from(targets.len()) + 1,
            Operator::Call { .. } => others += arity,
            Operator::CallIndirect { .. } => others += arity + INDIRECT_WEIGHT,
            Operator::MemoryCopy { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. }
            | Operator::TableInit { .. } => others += BULK_WEIGHT,
            _ => {}
        }
    }
    Ok(locals.saturating_add(block_arity).saturating_mul(branches).saturating_add(others))
}

fn malformed(error: &BinaryReaderError) -> String {
    format!("is malformed: {}", first_line(error.message()))
}
