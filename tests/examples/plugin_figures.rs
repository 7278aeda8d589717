//! Measures the component and plugins against the native engine. `tests/benchmark-plugins` calls it:
//!
//!     plugin_figures COMPONENT POLICY… --programs WITHOUT WITH [--quick] [--write PAGE]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use cxvars_core::check::{Source, check};
use cxvars_core::options::CheckOptions;
use cxvars_core::policy::Subject;
use cxvars_core::render::json_v1::FileReport;
use cxvars_host::policy::{CompileLimits, Compiler, Limits, Plugin, Sandbox};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

#[path = "../../core/benches/corpus/mod.rs"]
mod corpus;

mod validator {
    wasmtime::component::bindgen!({ path: "../wasm/wit/v1", world: "validator" });
}

use validator::Validator;
use validator::exports::cxvars::validator::engine::Options;

const BEGIN: &str = "<!-- Plugins: written by tests/benchmark-plugins --write, not by hand -->\n";
const END: &str = "<!-- End of plugins -->\n";

/// One row of a table: the measurements of all rounds, and their unit.
struct Row {
    what: String,
    goal: &'static str,
    values: Vec<f64>,
    unit: &'static str,
}

impl Row {
    fn markdown(mut self) -> String {
        self.values.sort_by(f64::total_cmp);
        let median = self.values[self.values.len() / 2];
        let (least, most) = (self.values[0], self.values[self.values.len() - 1]);
        let digits = if median < 10.0 { 2 } else { usize::from(median < 100.0) };
        let Self { what, goal, unit, .. } = self;
        format!("| {what} | {goal} | {median:.digits$} | {least:.digits$} | {most:.digits$} | {unit} |\n")
    }
}

fn table(title: &str, rows: Vec<Row>) -> String {
    let head = format!("| {title} | goal | median | least | most |  |\n|---|---|---|---|---|---|\n");
    rows.into_iter().map(Row::markdown).fold(head, |table, row| table + &row) + "\n"
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    micros(start.elapsed())
}

struct Settings {
    component: Vec<u8>,
    policies: Vec<(String, Vec<u8>)>,
    programs: [PathBuf; 2],
    rounds: usize,
    documents: usize,
    page: Option<PathBuf>,
}

fn main() {
    let settings = arguments();
    let mut text = machine();
    text += &sizes(&settings);
    text += &component(&settings);
    text += &policies(&settings);
    text += &programs(&settings);
    print!("{text}");
    if let Some(page) = settings.page {
        let old = fs::read_to_string(&page).expect("the page can be read");
        let (before, rest) = old.split_once(BEGIN).expect("the page has the first mark");
        let (_, after) = rest.split_once(END).expect("the page has the second mark");
        fs::write(&page, format!("{before}{BEGIN}\n{text}{END}{after}")).expect("the page can be written");
    }
}

fn arguments() -> Settings {
    let (mut files, mut programs, mut quick, mut page) = (Vec::new(), Vec::new(), false, None);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--write" => page = arguments.next().map(PathBuf::from),
            "--programs" => programs.extend(arguments.by_ref().take(2).map(PathBuf::from)),
            _ => files.push(PathBuf::from(argument)),
        }
    }
    let read = |path: &PathBuf| fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let [component, policies @ ..] = &files[..] else { panic!("usage: plugin_figures COMPONENT POLICY…") };
    let name = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Settings {
        component: read(component),
        policies: policies.iter().map(|path| (name(path), read(path))).collect(),
        programs: programs.try_into().expect("two programs"),
        rounds: if quick { 1 } else { 41 },
        documents: if quick { 5 } else { 200 },
        page,
    }
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("cxvars at {commit}; {}, {cores} cores; wasmtime 48\n\n", model.trim_start_matches([' ', '\t', ':']))
}

fn sizes(settings: &Settings) -> String {
    let mut table = "| size, kB | goal | as it is |\n|---|---|---|\n".to_owned();
    let kb = |bytes: &[u8]| bytes.len().div_ceil(1_000);
    table += &format!("| **the component of the validator** | < 200 | {} |\n", kb(&settings.component));
    for (name, bytes) in &settings.policies {
        table += &format!("| the example policy, {name} |  | {} |\n", kb(bytes));
    }
    table + "\n"
}

fn no_options() -> Options {
    Options {
        format: None,
        parent_scope: None,
        max_variables: None,
        max_bytes: None,
        max_depth: None,
        name_pattern: None,
        allow_empty: Vec::new(),
        params: None,
        severity: Vec::new(),
        ignore: Vec::new(),
        today: None,
        contracts: Vec::new(),
    }
}

/// A checker in a store of its own.
struct Embedded {
    store: Store<()>,
    validator: Validator,
}

impl Embedded {
    fn new(engine: &Engine, component: &Component) -> Self {
        let mut store = Store::new(engine, ());
        let validator =
            Validator::instantiate(&mut store, component, &Linker::new(engine)).expect("it imports nothing");
        Self { store, validator }
    }

    fn check(&mut self, document: &str) -> usize {
        let engine = self.validator.cxvars_validator_engine();
        let report = engine.call_check(&mut self.store, "vars.json", document.as_bytes(), &no_options());
        report.expect("it answers").expect("the options are good").diagnostics.len()
    }
}

fn native(document: &str) -> usize {
    let report = check(document.as_bytes(), &CheckOptions::default());
    FileReport::new("vars.json", document, &report).diagnostics.len()
}

fn documents(layout: &corpus::Layout, count: usize) -> Vec<String> {
    (0..count).map(|seed| corpus::document(layout, seed, 50, None)).collect()
}

fn component(settings: &Settings) -> String {
    let engine = Engine::new(&Config::new()).expect("an engine");
    let compile = || Component::from_binary(&engine, &settings.component).expect("it compiles");
    let compiled = compile();
    let precompiled = compiled.serialize().expect("it can be kept");
    let first = &documents(&corpus::COMPACT, 1)[0];
    let start = |component: Component| Embedded::new(&engine, &component).check(first);
    let rounds = settings.rounds;
    let from_wasm = (0..rounds.min(11)).map(|_| timed(|| start(compile())) / 1e3).collect();
    // The bytes are those that the same engine made a moment ago.
    let load = || unsafe { Component::deserialize(&engine, &precompiled) }.expect("it can be loaded");
    let from_precompiled = (0..rounds).map(|_| timed(|| start(load())) / 1e3).collect();
    let mut rows = vec![
        row("start to the first report, from the component", "", from_wasm, "ms"),
        row("start to the first report, from what was compiled before", "", from_precompiled, "ms"),
    ];
    for (name, layout) in [("compact", &corpus::COMPACT), ("indented", &corpus::INDENTED)] {
        let documents = documents(layout, settings.documents);
        let mut embedded = Embedded::new(&engine, &compiled);
        for document in &documents {
            assert_eq!((native(document), embedded.check(document)), (0, 0));
        }
        assert_eq!(embedded.check("[{\"name\": \"_a\"}]"), native("[{\"name\": \"_a\"}]"), "both see mistakes");
        let (mut natively, mut embedded_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let count = documents.len() as f64;
            let one = timed(|| documents.iter().map(|document| native(document)).sum::<usize>()) / count;
            let other = timed(|| documents.iter().map(|document| embedded.check(document)).sum::<usize>()) / count;
            ratios.push(other / one);
            natively.push(one);
            embedded_times.push(other);
        }
        rows.push(row(&format!("check, native, {name}"), "", natively, "µs"));
        rows.push(row(&format!("check, through wasmtime, {name}"), "", embedded_times, "µs"));
        rows.push(row(&format!("**wasmtime ÷ native, {name}**"), "≤ 4, then ≤ 2", ratios, "×"));
    }
    table("the component, documents of 50 variables", rows)
}

fn policies(settings: &Settings) -> String {
    let [_, program] = &settings.programs;
    let sandbox = Sandbox::with(Compiler::new(program.clone(), CompileLimits::default())).expect("a sandbox");
    let documents = documents(&corpus::COMPACT, settings.documents);
    let count = documents.len() as f64;
    let mut rows = Vec::new();
    for (name, bytes) in &settings.policies {
        let load = || sandbox.load(bytes, None, Limits::default()).expect("it can be used");
        let loads = (0..settings.rounds).map(|_| timed(load) / 1e3).collect();
        rows.push(row(
            &format!("loading the policy in {name}: digest, screening, compiling, who it is"),
            "",
            loads,
            "ms",
        ));
        let plugin = load();
        let (mut checks, mut judged, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..settings.rounds {
            let check = timed(|| documents.iter().map(|document| native(document)).sum::<usize>()) / count;
            let judge = timed(|| documents.iter().map(|document| judge(&plugin, document)).sum::<usize>()) / count;
            ratios.push(judge / check);
            checks.push(check);
            judged.push(judge);
        }
        rows.push(row(&format!("one document judged by the policy in {name}"), "", judged, "µs"));
        rows.push(row(&format!("that ÷ a native check, {name}"), "", ratios, "×"));
    }
    table("policies, compact documents of 50 variables", rows)
}

/// Does the work that a policy adds to a check: facts of the document, an instance, the call.
fn judge(plugin: &Plugin, document: &str) -> usize {
    let subject =
        Subject::of(&Source::read(document.as_bytes(), &CheckOptions::default()).check(&CheckOptions::default(), None))
            .expect("it can be read");
    plugin.check(subject.facts()).expect("it has a verdict").findings.len()
}

fn programs(settings: &Settings) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let document = folder.path().join("vars.json");
    fs::write(&document, &documents(&corpus::COMPACT, 1)[0]).expect("a document");
    let run = |program: &Path| {
        let mut command = Command::new(program);
        command.args(["validate", "--no-config"]).arg(&document).stdout(Stdio::null()).stderr(Stdio::null());
        timed(|| assert!(command.status().expect("it runs").success())) / 1e3
    };
    let [without, with] = &settings.programs;
    let (mut withouts, mut withs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..settings.rounds * 5 {
        let (one, other) = (run(without), run(with));
        ratios.push(other / one);
        withouts.push(one);
        withs.push(other);
    }
    let size = |program: &PathBuf| fs::metadata(program).map_or(0.0, |metadata| metadata.len() as f64 / 1e6);
    let rows = vec![
        row("`cxvars validate` on one document, without the feature", "", withouts, "ms"),
        row("the same with the feature, and no plugin", "", withs, "ms"),
        row("**with ÷ without**", "nothing to be seen", ratios, "×"),
        row("size of the program without", "", vec![size(without)], "MB"),
        row("size of the program with", "", vec![size(with)], "MB"),
    ];
    table("the feature, whole process", rows)
}

fn row(what: &str, goal: &'static str, values: Vec<f64>, unit: &'static str) -> Row {
    Row { what: what.to_owned(), goal, values, unit }
}
