//! Checks the documents of a folder again and again: the side of cxvars in tests/benchmark.
//!
//!     cargo run --release -p cxvars-core --example check_turns -- FOLDER
//!
//! Reads every document into memory first. For each line on standard input it checks all of them once to warm the caches
//! and once by the clock, and answers with the seconds. Its peers in tests/benchmarks/ do the same.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "an example is a program of its own; core itself has neither files nor a clock"
)]

use std::io::BufRead;
use std::time::Instant;

use cxvars_core::check::check;
use cxvars_core::options::CheckOptions;

fn main() {
    let folder = std::env::args().nth(1).expect("usage: check_turns FOLDER");
    let texts: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .expect("FOLDER can be read")
        .map(|entry| std::fs::read(entry.expect("FOLDER can be read").path()).expect("a document can be read"))
        .collect();
    let options = CheckOptions::default();
    let pass = || {
        let start = Instant::now();
        for text in &texts {
            let report = check(text, &options);
            assert!(report.diagnostics().is_empty(), "{:?}", report.diagnostics());
        }
        start.elapsed().as_secs_f64()
    };
    for line in std::io::stdin().lock().lines() {
        line.expect("standard input can be read");
        pass();
        println!("{}", pass());
    }
}
