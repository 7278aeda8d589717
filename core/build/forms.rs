// Makes the table of the forms of credentials from the files that list them.

use std::path::Path;
use std::{env, error, fs};

/// Writes `OUT_DIR/forms.rs`: the forms as one text, and where in it those are that begin with fixed text, sorted by it,
/// and those that do not. One text is smaller in a module for the web than many. `folder` has the
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
    let mut text = String::new();
    let [mut prefixed, mut free] = [const { Vec::new() }; 2];
    for Line { prefix, body, level, kind } in forms {
        let second = prefix.as_bytes().get(1).copied().unwrap_or_default();
        let row = format!("    Form {{ at: {}, second: {second}, level: Level::{level} }},\n", text.len());
        if prefix.is_empty() {
            free.push(row);
        } else {
            prefixed.push(row);
        }
        text += &format!("{prefix}\t{body}\t{kind}\n");
    }
    let table = |name, rows: Vec<String>| format!("static {name}: [Form; {}] = [\n{}];\n", rows.len(), rows.concat());
    let tables = format!("static TEXT: &str = {text:?};\n{}{}", table("PREFIXED", prefixed), table("FREE", free));
    fs::write(Path::new(&env::var("OUT_DIR")?).join("forms.rs"), tables)?;
    Ok(())
}

/// A form. Forms are sorted by prefix.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    prefix: String,
    body: String,
    level: &'static str,
    kind: String,
}

fn form(line: &str) -> Option<Line> {
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
    let prefix = if prefix == "*" { "" } else { prefix }.to_owned();
    (!kind.is_empty()).then(|| Line { prefix, body: body.to_owned(), level, kind })
}
