//! The time of a check, divided by the time in which serde_json parses the same text into borrowed typed structs in the
//! same run. `cargo bench -p cxvars-core` prints the tables, and tests/benchmark puts them into docs/benchmarks.md.
//! With `-- --quick` the run is short, and its figures mean nothing.
#![expect(clippy::disallowed_types, reason = "a benchmark needs a clock; core itself has none")]

#[path = "../corpus/mod.rs"]
mod corpus;
mod counting;
mod peer;
mod rules;

use std::hint::black_box;
use std::time::Instant;

use corpus::{COMPACT, INDENTED, Layout};
use cxvars_core::check::check;
use cxvars_core::options::CheckOptions;

/// How much a benchmark does.
struct Effort {
    /// Runs of each measurement. In each run, the two sides of a ratio take turns.
    runs: usize,
    /// Documents of one run.
    documents: usize,
    /// Variables in all documents of one run, for documents of different sizes.
    variables: usize,
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let effort = if quick {
        Effort { runs: 3, documents: 50, variables: 10_000 }
    } else {
        Effort { runs: 15, documents: 2_000, variables: 100_000 }
    };
    against_a_parse(&effort);
    println!();
    by_own_rules(&effort);
    println!();
    by_size(&effort);
}

/// Measures documents of the largest size that the service accepts.
fn against_a_parse(effort: &Effort) {
    let texts = |layout: &Layout, mistake_every| -> Vec<String> {
        (0..effort.documents).map(|seed| corpus::document(layout, seed, 50, mistake_every)).collect()
    };
    let (compact, indented, wrong) = (texts(&COMPACT, None), texts(&INDENTED, None), texts(&COMPACT, Some(10)));
    let options = CheckOptions::default();
    for text in compact.iter().chain(&indented) {
        let report = check(text.as_bytes(), &options);
        assert!(report.diagnostics().is_empty(), "{:?}", report.diagnostics());
    }
    for text in &wrong {
        // A misspelt `value` is found twice: as an unknown key and as a missing one.
        assert_eq!(check(text.as_bytes(), &options).diagnostics().len(), 5 + text.matches("valeu").count());
    }

    println!("| {} documents of 50 variables | median | least | most | MB/s |", effort.documents);
    println!("|---|---|---|---|---|");
    for (name, texts) in [("compact", &compact), ("indented", &indented)] {
        let pairs = take_turns(effort, || (check_all(texts, &options), parse_all(texts)));
        let megabytes = bytes(texts) / 1e6;
        row(&format!("check ÷ serde_json's typed parse, {name}"), &pairs, megabytes / middle(&pairs, |pair| pair.0));
        println!("| (that parse) | | | | {:.0} |", megabytes / middle(&pairs, |pair| pair.1));
    }
    let pairs = take_turns(effort, || {
        (check_all(&wrong, &options) / bytes(&wrong), check_all(&compact, &options) / bytes(&compact))
    });
    row("a mistake in every tenth variable ÷ none, compact", &pairs, 1e-6 / middle(&pairs, |pair| pair.0));
    let (allocations, _) = counting::count(|| check(compact[0].as_bytes(), &options));
    println!("\n{allocations} allocations for a valid document of 50 variables");
}

/// Measures what twenty rules of a team's own add.
fn by_own_rules(effort: &Effort) {
    let (without, with) = (CheckOptions::default(), rules::options());
    let texts: Vec<String> = (0..effort.documents).map(|seed| corpus::document(&COMPACT, seed, 50, None)).collect();
    for text in &texts {
        let report = check(text.as_bytes(), &with);
        assert!(report.diagnostics().is_empty(), "{:?}", report.diagnostics());
    }
    println!("| {} documents of 50 variables | median | least | most | MB/s |", effort.documents);
    println!("|---|---|---|---|---|");
    let pairs = take_turns(effort, || (check_all(&texts, &with), check_all(&texts, &without)));
    row("20 rules of a team's own ÷ none", &pairs, bytes(&texts) / 1e6 / middle(&pairs, |pair| pair.0));
}

/// Measures documents of 10 to 100,000 variables. Time and memory have to grow in proportion to the text.
fn by_size(effort: &Effort) {
    let mut options = CheckOptions::default();
    (options.validate.max_variables, options.validate.max_bytes) = (Some(usize::MAX), Some(usize::MAX));
    println!("| variables | ns a variable | ÷ that of 10 | memory ÷ text |");
    println!("|---|---|---|---|");
    let mut of_ten = None;
    for count in [10, 100, 1_000, 10_000, 100_000] {
        let documents = (effort.variables / count).clamp(1, 2_000);
        let texts: Vec<String> = (0..documents).map(|seed| corpus::document(&COMPACT, seed, count, None)).collect();
        let times: Vec<f64> = (0..effort.runs).map(|_| check_all(&texts, &options)).collect();
        let each = sorted(times)[effort.runs / 2] * 1e9 / (count * documents) as f64;
        let ratio = each / *of_ten.get_or_insert(each);
        let (_, most) = counting::count(|| assert!(check(texts[0].as_bytes(), &options).is_valid()));
        println!("| {count} | {each:.1} | {ratio:.2} | {:.2} |", most as f64 / texts[0].len() as f64);
    }
}

fn check_all(texts: &[String], options: &CheckOptions) -> f64 {
    seconds(|| texts.iter().for_each(|text| drop(black_box(check(text.as_bytes(), options)))))
}

fn parse_all(texts: &[String]) -> f64 {
    seconds(|| texts.iter().for_each(|text| assert_eq!(black_box(peer::parse(text)).variables.len(), 50)))
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn bytes(texts: &[String]) -> f64 {
    texts.iter().map(String::len).sum::<usize>() as f64
}

fn take_turns(effort: &Effort, mut pair: impl FnMut() -> (f64, f64)) -> Vec<(f64, f64)> {
    pair();
    (0..effort.runs).map(|_| pair()).collect()
}

fn middle(pairs: &[(f64, f64)], of: impl Fn(&(f64, f64)) -> f64) -> f64 {
    sorted(pairs.iter().map(of).collect())[pairs.len() / 2]
}

fn row(what: &str, pairs: &[(f64, f64)], speed: f64) {
    let ratios = sorted(pairs.iter().map(|pair| pair.0 / pair.1).collect());
    let (least, middle, most) = (ratios[0], ratios[ratios.len() / 2], ratios[ratios.len() - 1]);
    println!("| {what} | {middle:.2} | {least:.2} | {most:.2} | {speed:.0} |");
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}
