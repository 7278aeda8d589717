// Generates a table from a file of plain `mod` lines, so that adding an entry takes one line. A macro that declares the
// modules would work too, but rustfmt does not look into macros and would leave the modules' files unformatted.

use std::path::Path;
use std::{env, error, fs};

/// Writes `OUT_DIR/name`: a call of the macro `list!` with the modules that the file `list` declares and `is_listed`
/// accepts. An entry is the attributes of the module, its name, and its name as a type.
pub(crate) fn table(list: &str, is_listed: fn(&str) -> bool, name: &str) -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={list}");
    let mut entries = String::new();
    let mut attributes = String::new();
    for line in fs::read_to_string(list)?.lines() {
        let module = line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
        if let Some(module) = module.filter(|module| is_listed(module)) {
            entries += &format!("    {attributes}{module} {}\n", type_name(module));
        }
        attributes = if line.starts_with("#[") { format!("{attributes}{line} ") } else { String::new() };
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join(name), format!("list! {{\n{entries}}}\n"))?;
    Ok(())
}

/// The name of a module as the name of a type: `env_diff` becomes `EnvDiff`.
fn type_name(module: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    module.split('_').map(word).collect()
}
