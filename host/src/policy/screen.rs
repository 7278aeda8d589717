//! What is looked at before a plugin is compiled, because compiling cannot be interrupted.
//!
//! A compiler takes longest for few very large functions and for structures that multiply. Neither is needed by a
//! policy, so what could take longer than a moment is refused by counting.

use wasmparser::{Parser, Payload};

/// The largest file of a plugin, in bytes.
pub const MAX_FILE: usize = 2 << 20;
/// The longest body of a function, in bytes.
const MAX_BODY: usize = 64 << 10;
/// The most locals of a function.
const MAX_LOCALS: u64 = 2_000;
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
    if bytes.len() > MAX_FILE {
        return Err("is too large: a plugin has at most 2 MiB".to_owned());
    }
    if Parser::is_core_wasm(bytes) {
        return Err("is a core WebAssembly module, not a component; make one of it, for example with `wasm-tools component new`"
            .to_owned());
    }
    if !Parser::is_component(bytes) {
        return Err("is not a WebAssembly component".to_owned());
    }
    let mut counts = Counts::default();
    let mut seen = Seen::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|error| format!("is malformed: {}", error.message()))?;
        counts.add(&payload)?;
        collect(&payload, counts.depth, &mut seen).map_err(|error| format!("is malformed: {}", error.message()))?;
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

    fn function(&self, body: &wasmparser::FunctionBody<'_>) -> Result<(), String> {
        let length = body.range().len();
        if length > MAX_BODY {
            return Err(format!("takes too long to compile: a function of it has more than {MAX_BODY} bytes"));
        }
        let mut locals = 0_u64;
        let reader = body.get_locals_reader().map_err(|error| format!("is malformed: {}", error.message()))?;
        for group in reader {
            let (count, _) = group.map_err(|error| format!("is malformed: {}", error.message()))?;
            locals += u64::from(count);
        }
        if locals > MAX_LOCALS {
            return Err(format!("takes too long to compile: a function of it has more than {MAX_LOCALS} locals"));
        }
        Ok(())
    }
}
