// Makes the table of the forms of credentials from the files that list them.

use std::path::Path;
use std::{env, error, fs};

/// Writes `OUT_DIR/forms.rs`: the forms that begin with fixed text, sorted by it, and those that do not. `folder` has the
/// files that list them.
pub(crate) fn table(folder: &str) -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-changed={folder}");
    let mut files = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.sort();
    let mut forms = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            forms.push(form(line).ok_or_else(|| format!("{}: not a form: {line}", file.display()))?);
        }
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
    let second = prefix.as_bytes().get(1);
    let row = format!(
        "Form {{ prefix: {prefix:?}, second: {second:?}, body: {body:?}, level: Level::{level}, kind: {kind:?} }}"
    );
    (!kind.is_empty()).then(|| (prefix.to_owned(), row))
}
