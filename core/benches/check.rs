//! How fast a check is, as a ratio to what serde_json takes only to parse the same text into borrowed typed structs, in
//! the same run. `cargo bench -p cxvars-core` prints the tables of docs/benchmarks.md.

mod corpus;

use std::alloc::{GlobalAlloc, Layout, System};
use std::borrow::Cow;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use cxvars_core::check::check;
use cxvars_core::options::CheckOptions;
use serde::Deserialize;

/// What the peer parses into. Texts are borrowed wherever they hold no escapes.
#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed, never read")]
struct Variable<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(borrow, rename = "type")]
    variable_type: Cow<'t, str>,
    #[serde(borrow)]
    value: Cow<'t, str>,
    encrypted: bool,
    #[serde(borrow)]
    scope: Cow<'t, str>,
}

#[derive(Deserialize)]
struct Document<'t> {
    #[serde(borrow)]
    variables: Vec<Variable<'t>>,
}

/// Counts the bytes in use, to tell the most that a check needs at once.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator is an unsafe trait; this one only counts and passes on")]
// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Relaxed);
        let now = IN_USE.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(now, Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs of each measurement; the two sides of a ratio take turns within each.
const RUNS: usize = 15;
/// Documents of one run.
const DOCUMENTS: usize = 2000;

fn main() {
    let valid: Vec<String> = (0..DOCUMENTS).map(|seed| corpus::document(seed, 50, None)).collect();
    let wrong: Vec<String> = (0..DOCUMENTS).map(|seed| corpus::document(seed, 50, Some(10))).collect();
    let options = CheckOptions::default();
    for (text, faulty) in valid.iter().zip(&wrong) {
        let report = check(text.as_bytes(), &options);
        assert!(report.diagnostics().is_empty(), "{:?}", report.diagnostics());
        assert_eq!(check(faulty.as_bytes(), &options).diagnostics().len(), 5 + faulty.matches("valeu").count());
    }
    let bytes = |texts: &[String]| texts.iter().map(String::len).sum::<usize>() as f64;
    let check_all =
        |texts: &[String]| seconds(|| texts.iter().for_each(|text| drop(black_box(check(text.as_bytes(), &options)))));
    let parse_all = |texts: &[String]| {
        seconds(|| {
            texts.iter().for_each(|text| {
                let document: Document<'_> = serde_json::from_str(text).expect("the corpus is valid");
                assert_eq!(black_box(document).variables.len(), 50);
            })
        })
    };

    println!("| 2,000 documents of 50 variables | median | least | most | MB/s |");
    println!("|---|---|---|---|---|");
    let pairs = runs(|| (check_all(&valid), parse_all(&valid)));
    row("check ÷ serde_json's typed parse", &pairs, bytes(&valid) / median(&pairs, |pair| pair.0) / 1e6);
    println!("| (serde_json's typed parse) | | | | {:.0} |", bytes(&valid) / median(&pairs, |pair| pair.1) / 1e6);
    let pairs = runs(|| (check_all(&wrong) / bytes(&wrong), check_all(&valid) / bytes(&valid)));
    row("one mistake in ten variables ÷ none", &pairs, 1e-6 / median(&pairs, |pair| pair.0));
    let calls = CALLS.load(Relaxed);
    drop(check(valid[0].as_bytes(), &options));
    println!("\n{} allocations for a valid document of 50 variables\n", CALLS.load(Relaxed) - calls);

    println!("| variables | ns a variable | ÷ that of 10 | memory ÷ text |");
    println!("|---|---|---|---|");
    let mut options = CheckOptions::default();
    (options.max_variables, options.max_bytes) = (usize::MAX, usize::MAX);
    let mut of_ten = 0.0;
    for count in [10, 100, 1_000, 10_000, 100_000] {
        let texts: Vec<String> =
            (0..(100_000 / count).min(2_000)).map(|seed| corpus::document(seed, count, None)).collect();
        let mut times: Vec<f64> = (0..RUNS)
            .map(|_| seconds(|| texts.iter().for_each(|text| drop(black_box(check(text.as_bytes(), &options))))))
            .collect();
        times.sort_by(f64::total_cmp);
        let each = times[RUNS / 2] * 1e9 / (count * texts.len()) as f64;
        if count == 10 {
            of_ten = each;
        }
        let before = IN_USE.load(Relaxed);
        MOST.store(before, Relaxed);
        assert!(check(texts[0].as_bytes(), &options).is_valid());
        let memory = (MOST.load(Relaxed) - before) as f64 / texts[0].len() as f64;
        println!("| {count} | {each:.1} | {:.2} | {memory:.2} |", each / of_ten);
    }
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn runs(mut pair: impl FnMut() -> (f64, f64)) -> Vec<(f64, f64)> {
    pair();
    (0..RUNS).map(|_| pair()).collect()
}

fn median(pairs: &[(f64, f64)], of: impl Fn(&(f64, f64)) -> f64) -> f64 {
    let mut values: Vec<f64> = pairs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn row(what: &str, pairs: &[(f64, f64)], speed: f64) {
    let mut ratios: Vec<f64> = pairs.iter().map(|pair| pair.0 / pair.1).collect();
    ratios.sort_by(f64::total_cmp);
    let (least, middle, most) = (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
    println!("| {what} | {middle:.2} | {least:.2} | {most:.2} | {speed:.0} |");
}
