//! Generates two tables for the code: the rules and the report formats.
//!
//! Each table comes from the `mod` lines of a file, so one line adds a rule or a format. A macro could declare the
//! modules instead, but rustfmt does not look into macros and would leave the modules' files unformatted.
#![expect(clippy::disallowed_methods, reason = "a build script reads files")]

use std::path::Path;
use std::{env, error, fs};

fn main() -> Result<(), Box<dyn error::Error>> {
    let out = env::var("OUT_DIR")?;
    table("src/rules/mod.rs", |module| module.starts_with("cx"), &Path::new(&out).join("rules.rs"))?;
    table("src/render/formats/mod.rs", |_| true, &Path::new(&out).join("formats.rs"))
}

/// Writes `list! { first second … }` to `table`, with the modules that the file `list` declares.
fn table(list: &str, is_listed: fn(&str) -> bool, table: &Path) -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={list}");
    let text = fs::read_to_string(list)?;
    let modules =
        text.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    let modules: Vec<&str> = modules.filter(|module| is_listed(module)).collect();
    fs::write(table, format!("list! {{ {} }}\n", modules.join(" ")))?;
    Ok(())
}
