//! Malicious and broken plugins: each is stopped with a reason and leaves no memory in use, and later plugins give the
//! same verdicts as before.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cxvars_core::base::display::is_invisible;
use cxvars_core::check::{Source, check};
use cxvars_core::options::CheckOptions;
use cxvars_core::policy::Subject;
use cxvars_host::policy::{CompileLimits, Compiler, Limits, Plugin, Sandbox};
use cxvars_tests::campaign::Size;
use cxvars_tests::hostile::{Case, LIMITS, case, cases, many};
use cxvars_tests::plugin::{self, NO_FINDING, Policy, sandbox};
use cxvars_tests::process::binary;

/// Number of runs of each plugin, and number of damaged plugins.
const RUNS: Size = Size { usual: 10, campaign: 1_000 };
const DAMAGED: Size = Size { usual: 500, campaign: 5_000 };
/// Maximum memory growth after all runs, in bytes.
const MAX_GROWTH_BYTES: u64 = 64 << 20;
const DOCUMENT: &[u8] = br#"[{"name": "crm_url", "type": "string", "value": "https://crm.example.com"}]"#;

/// Memory is measured per process, so these tests must run one at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Loads and runs a plugin. Returns the reason if that fails.
fn run(sandbox: &Sandbox, case: &Case, subject: &Subject) -> Result<(), String> {
    ask(&sandbox.load(&case.plugin, None, case.limits)?, subject)
}

fn ask(plugin: &Plugin, subject: &Subject) -> Result<(), String> {
    let verdict = plugin.check(subject.facts()).map_err(|failure| failure.to_string())?;
    let mut report = check(DOCUMENT, &CheckOptions::default());
    subject.judge(plugin.description(), verdict.findings, &mut report).map_err(|refused| refused.to_string())
}

fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("the kernel says it");
    let pages: u64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096
}

#[test]
fn every_hostile_plugin_ends_with_one_reason_and_leaves_nothing_behind() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox();
    let subject =
        Subject::of(&Source::read(DOCUMENT, &CheckOptions::default()).check(&CheckOptions::default(), None)).unwrap();
    let good = sandbox.load(&Policy::default().component(), None, LIMITS).unwrap();
    let expected = good.check(subject.facts()).unwrap();
    assert_eq!(expected.findings.len(), 1);
    let cases = cases();
    assert!(cases.len() >= 20);
    let base = resident_bytes();
    for case in &cases {
        // Run a plugin that can be loaded again and again; load one that cannot again and again.
        let loaded = sandbox.load(&case.plugin, None, case.limits);
        let attempt = || match &loaded {
            Ok(plugin) => ask(plugin, &subject),
            Err(_) => run(&sandbox, case, &subject),
        };
        let reasons: BTreeSet<String> = (0..RUNS.get()).map(|_| attempt().expect_err(case.name)).collect();
        println!("{:<50} {reasons:?}", case.name);
        assert_eq!(reasons.len(), 1, "{}: {reasons:?}", case.name);
        assert!(reasons.iter().all(|reason| !reason.chars().any(is_invisible)), "{}: {reasons:?}", case.name);
        assert!(reasons.iter().all(|reason| reason.contains(case.why)), "{}: {reasons:?}", case.name);
        assert!(resident_bytes() <= base + MAX_GROWTH_BYTES, "{}: {} KiB", case.name, resident_bytes() >> 10);
        assert_eq!(good.check(subject.facts()).as_ref(), Ok(&expected), "after {}", case.name);
    }
}

#[test]
fn the_same_plugin_and_document_give_the_same_verdict() {
    let sandbox = sandbox();
    let subject =
        Subject::of(&Source::read(DOCUMENT, &CheckOptions::default()).check(&CheckOptions::default(), None)).unwrap();
    let limits = Limits { fuel: 2_000, ..LIMITS };
    for policy in [
        Policy::default(),
        Policy::checking(format!("(i32.const {NO_FINDING})")),
        // With just enough fuel it succeeds, with slightly less it fails: fuel decides, not time.
        Policy::checking(format!(
            "(local $n i32) (loop $l (local.set $n (i32.add (local.get $n) (i32.const 1))) (br_if $l (i32.lt_u (local.get $n) (i32.const 200)))) (i32.const {NO_FINDING})"
        )),
        Policy::checking(format!(
            "(local $n i32) (loop $l (local.set $n (i32.add (local.get $n) (i32.const 1))) (br_if $l (i32.lt_u (local.get $n) (i32.const 400)))) (i32.const {NO_FINDING})"
        )),
    ] {
        let bytes = policy.component();
        let plugin = sandbox.load(&bytes, None, limits).unwrap();
        let first = plugin.check(subject.facts());
        for _ in 0..RUNS.get() {
            assert_eq!(plugin.check(subject.facts()), first);
        }
        // Compiled again, on another engine.
        let other = plugin::sandbox().load(&bytes, None, limits).unwrap();
        assert_eq!(other.check(subject.facts()), first);
    }
}

#[test]
fn a_damaged_plugin_is_refused_or_does_no_harm() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = sandbox();
    let subject =
        Subject::of(&Source::read(DOCUMENT, &CheckOptions::default()).check(&CheckOptions::default(), None)).unwrap();
    let good = Policy::default().component();
    // Xorshift (Marsaglia, 2003), so that every run damages the same bytes.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    let (mut refused, mut failed, mut judged) = (0, 0, 0);
    // What the policy answers is around its texts. Damage elsewhere seldom leaves a component that runs.
    let answer = good.windows(11).rposition(|part| part == b"policy-rule").unwrap();
    for round in 0..DAMAGED.get() {
        let mut bytes = good.clone();
        for _ in 0..=below(3) {
            let at = match round % 4 {
                0 => (answer + below(256)).min(bytes.len() - 1),
                _ => below(bytes.len()),
            };
            match below(4) {
                0 => bytes.truncate(at.max(8)),
                1 => bytes[at] = below(256) as u8,
                2 => bytes[at] ^= 1 << below(8),
                _ => {
                    let end = (at + below(16)).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        let case = case("damaged", "", bytes);
        match sandbox.load(&case.plugin, None, case.limits) {
            Err(_) => refused += 1,
            Ok(plugin) if ask(&plugin, &subject).is_err() => failed += 1,
            Ok(_) => judged += 1,
        }
    }
    // Few of them still run: which ones depends on every byte of the component.
    let most = DAMAGED.get() / 5;
    assert!(refused > most && failed + judged > most / 100, "{refused} refused, {failed} failed, {judged} judged");
}

/// The largest file, with the functions that take the longest to compile, that the screening accepts. Usually a small
/// part of it, because the unoptimised compiler of the tests takes minutes for the whole.
const PARTS: Size = Size { usual: 16, campaign: 1 };

fn heaviest() -> Vec<(&'static str, String)> {
    let function = |body: String| format!("(func (param i32) {body})");
    let labels = many(700, "0 ");
    let locals = many(999, "(local i64)");
    let set = |n: usize| {
        let [to, one, other] = [n, n * 7, n * 13].map(|n| n % 900 + 1);
        format!("(local.set {to} (i64.add (local.get {one}) (local.get {other})))")
    };
    let part = |count: usize| count.div_ceil(PARTS.get());
    let loops = part(480);
    let sets = |open: &str, close: &str| -> String {
        let one = |n: usize| format!("({open} (br_if 0 (local.get 0)) {}{close}", set(n));
        (0..loops).map(one).collect()
    };
    vec![
        ("many functions", many(part(9_900), "(func (param i32))")),
        (
            "branches to many places",
            many(part(10), &function(many(80, &format!("(block (br_table {labels} (local.get 0)))")))),
        ),
        ("locals in loops", function(format!("{locals} {} {}", sets("loop", ""), many(loops, ")")))),
        ("locals in blocks", function(format!("{locals} {}", sets("block", ")")))),
        ("deep blocks", many(part(12), &function(many(9_000, "(block (br_if 0 (local.get 0))") + &many(9_000, ")")))),
        ("conditions", many(part(16), &function(many(4_000, "(if (local.get 0) (then (local.set 0 (i32.const 1))))")))),
        ("calls", many(part(16), &function(many(15_000, "(call 0 (i32.const 1))")))),
        ("divisions", many(part(16), &function(many(9_000, "(drop (i32.div_s (local.get 0) (local.get 0)))")))),
        ("loads", many(part(16), &function(many(9_000, "(drop (i64.load (local.get 0)))")))),
        ("copies", function(many(part(1_400), "(memory.copy (local.get 0) (local.get 0) (local.get 0))"))),
    ]
}

#[test]
fn the_heaviest_plugins_that_are_let_through_are_compiled() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // The unoptimised compiler takes several times as long.
    let limits = CompileLimits { cpu_s: 600, deadline: Duration::from_secs(3_600), ..CompileLimits::default() };
    let sandbox = Sandbox::with(Compiler::new(binary().to_owned(), limits)).unwrap();
    for (name, functions) in heaviest() {
        let component = Policy { more: functions, ..Policy::default() }.component();
        println!("{name:<30} {:>8} bytes", component.len());
        sandbox.load(&component, None, LIMITS).map(drop).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}
