//! Writes the documents of the benchmarks into a folder, for programs that read files.
//!
//!     cargo run --release -p cxvars-core --example corpus -- compact|indented COUNT FOLDER
#![expect(clippy::disallowed_methods, reason = "an example is a program of its own; core itself does no I/O")]

#[path = "../benches/corpus/mod.rs"]
mod corpus;

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [layout, count, folder] = arguments.as_slice() else { panic!("usage: corpus compact|indented COUNT FOLDER") };
    let layout = match layout.as_str() {
        "compact" => corpus::COMPACT,
        "indented" => corpus::INDENTED,
        other => panic!("`{other}` is neither compact nor indented"),
    };
    let count: usize = count.parse().expect("COUNT is a number");
    for seed in 0..count {
        let path = Path::new(folder).join(format!("{seed:05}.json"));
        std::fs::write(path, corpus::document(&layout, seed, 50, None)).expect("FOLDER can be written to");
    }
}
