// Makes the table of the forms of credentials from the file that lists them.

use std::path::Path;
use std::{env, error, fs};

/// Writes `OUT_DIR/forms.rs`: the forms that begin with fixed text, sorted by it, and those that do not.
pub(crate) fn table(list: &str) -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={list}");
    let text = fs::read_to_string(list)?;
    let mut forms = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        forms.push(form(line).ok_or_else(|| format!("{list}: not a form: {line}"))?);
    }
    forms.sort();
    let rows = |has_prefix: bool| -> Vec<String> {
        let wanted = forms.iter().filter(|(prefix, _)| prefix.is_empty() != has_prefix);
        wanted.map(|(_, row)| format!("    {row},\n")).collect()
    };
    let (prefixed, free) = (rows(true), rows(false));
    let tables = format!(
        "static PREFIXED: [Form; {}] = [\n{}];\nstatic FREE: [Form; {}] = [\n{}];\n",
        prefixed.len(),
        prefixed.concat(),
        free.len(),
        free.concat()
    );
    fs::write(Path::new(&env::var("OUT_DIR")?).join("forms.rs"), tables)?;
    Ok(())
}

/// The prefix of a form, and the form as Rust.
fn form(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    let (prefix, body, level) = (words.next()?, words.next()?, words.next()?);
    let kind = words.collect::<Vec<_>>().join(" ");
    let level = match level {
        "error" => "Secret",
        "crc32" => "Checked",
        "warning" => "Half",
        "public" => "Public",
        _ => return None,
    };
    let prefix = if prefix == "*" { "" } else { prefix };
    let row = format!("Form {{ prefix: {prefix:?}, body: {body:?}, level: Level::{level}, kind: {kind:?} }}");
    (!kind.is_empty()).then(|| (prefix.to_owned(), row))
}
