//! Policies that are expensive to compile. The program refuses each one or compiles it within its limits, and judges the
//! next policy as before.

use std::path::Path;
use std::time::Duration;

use cxvars_host::policy::{CompileLimits, Compiler};
use cxvars_tests::bomb::Bomb;
use cxvars_tests::campaign::{self, Size};
use cxvars_tests::document::{document, plain};
use cxvars_tests::peak::{Taken, measure};
use cxvars_tests::plugin::{Policy, component_of_text};
use cxvars_tests::process::{Workspace, binary};

/// What `compile_bombs` in `tests/examples` found: the worst of each shape and each way to end. The text after `#` is what
/// they took there, in an optimised build.
const FOUND: &str = include_str!("bombs.txt");
/// Number of them that are run.
const RUNS: Size = Size { usual: 12, campaign: usize::MAX };
/// Maximum of resident memory of the program and the process that compiles, in bytes.
const MAX_BYTES: u64 = 256 << 20;

fn found() -> Vec<Bomb> {
    let lines = FOUND.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(|line| line.parse().unwrap()).collect()
}

/// Files that exhausted the machine, or broke the compiler, when they were compiled in the same process.
fn known() -> Vec<(&'static str, Vec<u8>)> {
    let bomb = |text: &str| text.parse::<Bomb>().unwrap().component();
    let adapters = "(component
        (component $a
          (core module $m (memory (export \"m\") 1) (func (export \"f\") (param i32 i32))
            (func (export \"r\") (param i32 i32 i32 i32) (result i32) i32.const 0))
          (core instance $i (instantiate $m))
          (func (export \"f\") (param \"s\" string)
            (canon lift (core func $i \"f\") (memory $i \"m\") (realloc (func $i \"r\")))))
        (component $b
          (import \"f\" (func $f (param \"s\" string)))
          (core module $l (memory (export \"m\") 1))
          (core instance $l (instantiate $l))
          (core func $g (canon lower (func $f) (memory $l \"m\")))
          (core module $m (import \"\" \"g\" (func (param i32 i32))))
          (core instance (instantiate $m (with \"\" (instance (export \"g\" (func $g)))))))
        (instance $a (instantiate $a))
        (instance (instantiate $b (with \"f\" (func $a \"f\")))))";
    vec![
        ("loops with a thousand parameters", bomb("blocks-with-parameters 400 1000 1 2")),
        ("a thousand functions of such loops", bomb("blocks-with-parameters 400 1000 200 2")),
        ("calls with a thousand parameters", bomb("calls 15000 1000 16 0")),
        ("a million entries of a table", bomb("elements 1000000 1 1 0")),
        ("types within types", bomb("types-in-types 5000 1 1 2")),
        ("types within types, as deep as a file allows", bomb("types-in-types 300000 1 1 2")),
        ("components that call each other through memory", component_of_text(adapters)),
    ]
}

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.write("vars.json", document(&[plain("region", "eu")]));
    workspace.write("good.wasm", Policy::default().component());
    workspace
}

/// Runs the program with a plugin, then with a good one.
fn judged(workspace: &Workspace, name: &str, component: &[u8]) -> Taken {
    workspace.write("bomb.wasm", component);
    let taken = measure(&mut workspace.command(&["validate", "vars.json", "--plugin", "bomb.wasm"]));
    let megabytes = [taken.peak_bytes, taken.own_peak_bytes].map(|bytes| bytes >> 20);
    println!("{name:<50} {:?} {megabytes:?} MiB {} ms", taken.code, taken.elapsed.as_millis());
    assert!(taken.peak_bytes < MAX_BYTES, "{name}: {megabytes:?} MiB");
    assert!(!taken.text.contains("panicked"), "{name}: {}", taken.text);
    match taken.code {
        Some(1) => assert!(taken.text.contains("PX00"), "{name}: {}", taken.text),
        Some(3) => assert!(taken.text.contains("the plugin `bomb.wasm` "), "{name}: {}", taken.text),
        _ => panic!("{name}: {taken:?}"),
    }
    workspace.run(&["validate", "vars.json", "--plugin", "good.wasm"]).exits(1).prints(&["PX001"]);
    taken
}

#[test]
fn what_a_search_found_is_refused_or_compiled_within_the_limits() {
    let (workspace, found) = (workspace(), found());
    assert!(found.len() >= 60, "{}", found.len());
    let step = if campaign::is_full() { 1 } else { found.len().div_ceil(RUNS.get()) };
    for bomb in found.iter().step_by(step) {
        judged(&workspace, &bomb.to_string(), &bomb.component());
    }
}

#[test]
fn what_once_exhausted_the_machine_is_counted_and_refused() {
    let workspace = workspace();
    for (name, component) in known() {
        let taken = judged(&workspace, name, &component);
        let is_counted =
            ["it has more than", "calls other components", "is too large"].iter().any(|text| taken.text.contains(text));
        assert!(taken.code == Some(3) && is_counted, "{name}: {}", taken.text);
    }
}

#[test]
fn what_is_not_counted_ends_with_the_process_that_compiles_it() {
    let compiler = Compiler::new(binary().to_owned(), CompileLimits::default());
    for (name, component) in known() {
        // The reader of the compiler has a limit of its own for some.
        let reason = compiler.compiled_form(&component).err();
        println!("{name:<50} {reason:?}");
        let ends =
            ["takes too long to compile: it was stopped", "cannot be compiled: the compiler failed", "is malformed"];
        assert!(reason.iter().all(|reason| ends.iter().any(|end| reason.starts_with(end))), "{name}: {reason:?}");
    }
    let good = Policy::default().component();
    assert!(compiler.compiled_form(&good).is_ok());
    let no_time = CompileLimits { deadline: Duration::ZERO, ..CompileLimits::default() };
    let late = Compiler::new(binary().to_owned(), no_time).compiled_form(&good).unwrap_err();
    assert!(late.contains("was stopped after 0 s; run again if the machine is busy"), "{late}");
    let absent = Compiler::new("/absent/cxvars".into(), CompileLimits::default());
    assert!(absent.compiled_form(&good).unwrap_err().contains("cxvars cannot start its own program again"));
}

/// A compiler that runs a shell script in the place of the program.
fn script(folder: &Path, text: &str, limits: CompileLimits) -> Compiler {
    let program = folder.join("script");
    std::fs::write(&program, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    Compiler::new(program, limits)
}

#[test]
fn the_process_that_compiles_has_no_environment() {
    let folder = tempfile::tempdir().unwrap();
    // Exit code 65 says that the output is a reason.
    let compiler =
        script(folder.path(), "cat > /dev/null; /usr/bin/env | tr '\\n' ' '; exit 65", CompileLimits::default());
    let reason = compiler.compiled_form(b"").unwrap_err();
    assert!(reason.contains("MIMALLOC_DISALLOW_ARENA_ALLOC=1"), "{reason}");
    let foreign: Vec<_> =
        std::env::vars().filter(|(name, _)| !["PWD", "SHLVL", "_", "OLDPWD"].contains(&name.as_str())).collect();
    assert!(!foreign.is_empty());
    for (name, _) in foreign {
        assert!(!reason.contains(&format!(" {name}=")) && !reason.contains(&format!(": {name}=")), "{name}: {reason}");
    }
}

#[test]
fn only_a_good_end_of_the_process_that_compiles_counts() {
    let folder = tempfile::tempdir().unwrap();
    let usual = CompileLimits::default();
    let short = CompileLimits { deadline: Duration::from_millis(50), ..usual };
    for (text, limits, why) in [
        ("cat > /dev/null; echo compiled; exit 1", usual, "the compiler failed"),
        ("echo compiled; kill -9 $$", usual, "the compiler failed"),
        ("kill -XCPU $$", usual, "was stopped after 2 s of work"),
        ("exec tail -f /dev/null", short, "run again if the machine is busy"),
        ("cat > /dev/null; exec head -c 30000000 /dev/zero", usual, "is too large once compiled"),
        ("printf '\\033[2J'; exit 65", usual, "is malformed: \\u{1b}[2J"),
    ] {
        let reason = script(folder.path(), text, limits).compiled_form(&[0; 1 << 20]).unwrap_err();
        assert!(reason.contains(why), "{text}: {reason}");
    }
}
