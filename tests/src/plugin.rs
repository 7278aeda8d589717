//! Handwritten policies, including the layout of their memory, so that tests can break every part.

use std::path::{Path, PathBuf};

use cxvars_host::policy::{CompileLimits, Compiler, Sandbox};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::process::binary;

// Addresses of texts and records in the memory of a policy.
const CODE: u32 = 1024;
const NAME: u32 = 1040;
const VERSION: u32 = 1056;
const SUMMARY: u32 = 1072;
const RULE: u32 = 1104;
const DESCRIPTION: u32 = 1136;
/// Address of the one finding.
pub const FINDING: u32 = 1168;
/// Address of the list of findings that [`Policy::default`] returns: one finding, on the first variable.
pub const ONE_FINDING: u32 = 1216;
/// Address of an empty list of findings.
pub const NO_FINDING: u32 = 1224;
/// Address of the answer that settings are accepted.
pub const ACCEPTED: u32 = 1232;
/// First address after all of these.
pub const FREE: u32 = 4096;

/// A sandbox in this process. Plugins are compiled by the program that the tests run.
pub fn sandbox() -> Sandbox {
    let compiler = Compiler::new(binary().to_owned(), CompileLimits::default());
    Sandbox::with(compiler).expect("plugins run here")
}

/// A policy as WebAssembly text. By default it reports PX001, `policy-rule`, for the first variable.
#[derive(Clone)]
pub struct Policy {
    /// Additional items of the module.
    pub more: String,
    /// The limits of its memory.
    pub memory: String,
    /// Changes to the memory: an address and the bytes there.
    pub data: Vec<(u32, Vec<u8>)>,
    /// The body of `cabi_realloc`.
    pub realloc: String,
    /// The body of `describe`, which returns the address of a description.
    pub describe: String,
    /// The body of `check`, which returns the address of a list of findings.
    pub check: String,
    /// What takes settings and the target, if it does.
    pub setup: Option<Setup>,
    /// The version of the WIT package.
    pub version: Version,
}

/// The bodies of the functions of `setup`.
#[derive(Clone)]
pub struct Setup {
    /// That of `configure`, which gets the address and the number of the settings in `$at` and `$count`, and returns the
    /// address of a result.
    pub configure: String,
    /// That of `set-target`. Its parameters are whether there is an action, the address and length of its id, whether it
    /// has an alias, its address and length, whether there is a path, its address and length.
    pub set_target: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self { configure: format!("(i32.const {ACCEPTED})"), set_target: String::new() }
    }
}

/// A version of the WIT package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The first one, without `setup`.
    V1_0,
    /// The current one.
    V1_1,
}

impl Version {
    fn text(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0.0",
            Self::V1_1 => "1.1.0",
        }
    }

    /// The folder of the WIT package.
    fn folder(self) -> PathBuf {
        let folder = match self {
            Self::V1_0 => "tests/plugins/v1_0",
            Self::V1_1 => "../wasm/wit/v1",
        };
        Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            more: String::new(),
            memory: "2".to_owned(),
            data: Vec::new(),
            realloc: "(local $at i32)
                (local.set $at (i32.and (i32.add (global.get $heap) (i32.sub (local.get $align) (i32.const 1)))
                                        (i32.sub (i32.const 0) (local.get $align))))
                (global.set $heap (i32.add (local.get $at) (local.get $size)))
                (block $enough (loop $grow
                    (br_if $enough (i32.le_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536))))
                    (br_if $grow (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
                    unreachable))
                (local.get $at)"
                .to_owned(),
            describe: format!("(i32.const {DESCRIPTION})"),
            check: format!("(i32.const {ONE_FINDING})"),
            setup: None,
            version: Version::V1_1,
        }
    }
}

impl Policy {
    /// A policy with this body of `check`.
    pub fn checking(check: impl Into<String>) -> Self {
        Self { check: check.into(), ..Self::default() }
    }

    /// A policy with this body of `describe`.
    pub fn describing(describe: impl Into<String>) -> Self {
        Self { describe: describe.into(), ..Self::default() }
    }

    /// A policy that takes settings, with this body of `configure`.
    pub fn configured(configure: impl Into<String>) -> Self {
        Self { setup: Some(Setup { configure: configure.into(), ..Setup::default() }), ..Self::default() }
    }

    /// Puts these bytes at this address of its memory.
    pub fn with(mut self, address: u32, bytes: impl Into<Vec<u8>>) -> Self {
        self.data.push((address, bytes.into()));
        self
    }

    /// The core module.
    pub fn module(&self) -> Vec<u8> {
        wat::parse_str(self.text()).unwrap_or_else(|error| panic!("{error}\n{}", self.text()))
    }

    /// The component.
    pub fn component(&self) -> Vec<u8> {
        let world = if self.setup.is_some() { "policy-with-setup" } else { "policy" };
        component(self.module(), self.version, world)
    }

    fn text(&self) -> String {
        let fixed = [
            (CODE, b"PX001".to_vec()),
            (NAME, b"policy-rule".to_vec()),
            (VERSION, b"1.0.0".to_vec()),
            (SUMMARY, b"It is there.".to_vec()),
            (RULE, words(&[CODE, 5, NAME, 11, 1, SUMMARY, 12])),
            (DESCRIPTION, words(&[NAME, 6, VERSION, 5, RULE, 1])),
            (FINDING, finding(FindingAt::default())),
            (ONE_FINDING, words(&[FINDING, 1])),
            (NO_FINDING, words(&[0, 0])),
            (ACCEPTED, words(&[0, 0, 0])),
        ];
        let data: String = fixed.iter().chain(&self.data).map(|(address, bytes)| segment(*address, bytes)).collect();
        let version = self.version.text();
        let setup = self.setup.as_ref().map_or_else(String::new, |Setup { configure, set_target }| {
            format!(
                "(func (export \"cxvars:validator/setup@{version}#configure\") (param $at i32) (param $count i32) (result i32)
                  {configure})
                (func (export \"cxvars:validator/setup@{version}#set-target\")
                  (param i32 i32 i32 i32 i32 i32 i32 i32 i32) {set_target})"
            )
        });
        format!(
            "(module
              {}
              (memory (export \"memory\") {})
              (global $heap (mut i32) (i32.const 65536))
              {data}
              (func (export \"cabi_realloc\") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
                (result i32) {})
              (func (export \"cxvars:validator/rules@{version}#describe\") (result i32) {})
              (func (export \"cxvars:validator/rules@{version}#check\")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {})
              {setup})",
            self.more, self.memory, self.realloc, self.describe, self.check
        )
    }
}

/// A finding in memory.
#[derive(Clone, Copy)]
pub struct FindingAt {
    /// Address and length of its code.
    pub code: (u32, u32),
    /// The case of its place, and two words.
    pub place: (u32, u32, u32),
    /// Address and length of its message.
    pub message: (u32, u32),
    /// Whether it has help, and the address and length of the help.
    pub help: (u32, u32, u32),
}

impl Default for FindingAt {
    fn default() -> Self {
        Self { code: (CODE, 5), place: (1, 0, 0), message: (SUMMARY, 12), help: (0, 0, 0) }
    }
}

/// The 40 bytes of a finding.
pub fn finding(at: FindingAt) -> Vec<u8> {
    let FindingAt { code, place, message, help } = at;
    words(&[code.0, code.1, place.0, place.1, place.2, message.0, message.1, help.0, help.1, help.2])
}

/// A description: address and length of its name, version and list of rules.
pub fn description(name: (u32, u32), version: (u32, u32), rules: (u32, u32)) -> Vec<u8> {
    words(&[name.0, name.1, version.0, version.1, rules.0, rules.1])
}

/// Numbers in little-endian order, as in WebAssembly memory.
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn segment(address: u32, bytes: &[u8]) -> String {
    let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {address}) \"{bytes}\")\n")
}

/// Wraps a core module with the exports of a world into a component.
fn component(mut module: Vec<u8>, version: Version, world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(version.folder()).expect("the WIT package is well-formed");
    let world = resolve.select_world(&[package], Some(world)).expect("there is such a world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("the module takes a section");
    let encoder = ComponentEncoder::default().validate(true).module(&module);
    encoder.expect("the module fits the world").encode().unwrap_or_else(|error| panic!("{error:#}"))
}

/// Compiles a component from its text.
pub fn component_of_text(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}
