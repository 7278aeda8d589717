//! Adds an `[[ignore]]`.

use std::fmt::Write as _;

use super::{NotToml, parse};
use crate::base::span::Span;
use crate::diagnostic::Edit;

/// An `[[ignore]]` to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewIgnore<'i> {
    /// The code of the rule.
    pub code: &'i str,
    /// The variable; none for the whole document.
    pub variable: Option<&'i str>,
    /// The document, as a glob from the folder of the file; none for all documents. See [`glob_of`].
    pub path: Option<&'i str>,
    /// Why the finding is accepted.
    pub reason: &'i str,
}

/// The edit that adds an ignore at the end of a `cxvars.toml`, which may be empty.
///
/// # Errors
/// If the text is not TOML, or defines its ignores in a form to which no table can be added.
pub fn add_ignore(text: &str, ignore: &NewIgnore<'_>) -> Result<Edit, NotToml> {
    parse(text)?;
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = match text {
        _ if text.trim_start_matches('\u{feff}').is_empty() => "",
        _ if text.ends_with("\n\n") || text.ends_with("\n\r\n") => "",
        _ if text.ends_with('\n') => line_break,
        _ => &line_break.repeat(2),
    };
    let keys = [
        ("code", Some(ignore.code)),
        ("variable", ignore.variable),
        ("path", ignore.path),
        ("reason", Some(ignore.reason)),
    ];
    let written = keys.into_iter().filter_map(|(key, value)| Some(format!("{key} = {}{line_break}", string(value?))));
    let added = format!("{gap}[[ignore]]{line_break}{}", written.collect::<String>());
    match parse(&format!("{text}{added}")) {
        Ok(_) => Ok(Edit { span: Span::point(text.len()), text: added }),
        Err(_) => Err(NotToml("its ignores are not written as [[ignore]] tables, so none can be added".to_owned())),
    }
}

/// The glob that covers exactly this path.
pub fn glob_of(path: &str) -> String {
    let mut glob = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '*' | '?' | '[' | '{' | '}' => {
                glob.push('[');
                glob.push(letter);
                glob.push(']');
            }
            '\\' => glob.push_str("\\\\"),
            _ => glob.push(letter),
        }
    }
    glob
}

/// A text as a basic string of TOML.
fn string(text: &str) -> String {
    let mut string = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                string.push('\\');
                string.push(letter);
            }
            _ if letter.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(string, "\\u{:04X}", u32::from(letter));
            }
            _ => string.push(letter),
        }
    }
    string.push('"');
    string
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::glob::Glob;
    use crate::options::file;
    use crate::rules::ALL;

    fn added(text: &str, path: Option<&str>) -> Result<String, NotToml> {
        let ignore = NewIgnore { code: "CX501", variable: Some("crm"), path, reason: "agreed \"so\"\u{7f}" };
        add_ignore(text, &ignore).map(|edit| format!("{text}{}", edit.text))
    }

    #[test]
    fn an_ignore_is_added_to_any_file() {
        let table = "[[ignore]]\ncode = \"CX501\"\nvariable = \"crm\"\nreason = \"agreed \\\"so\\\"\\u007F\"\n";
        assert_eq!(added("", None), Ok(table.to_owned()));
        for (text, gap) in [("[validate]", "\n\n"), ("[validate]\n", "\n"), ("# x\n\n", "")] {
            let whole = added(text, None).unwrap();
            assert_eq!(whole, format!("{text}{gap}{table}"));
            let read = file::read(&whole, ALL).unwrap();
            assert_eq!(read.ignores[0].reason, "agreed \"so\"\u{7f}");
        }
        let crlf = added("[validate]\r\n", Some("a.json")).unwrap();
        assert!(crlf.ends_with("path = \"a.json\"\r\nreason = \"agreed \\\"so\\\"\\u007F\"\r\n"), "{crlf}");
    }

    #[test]
    fn none_is_added_where_the_file_would_break() {
        assert!(added("[a", None).is_err());
        assert!(added("ignore = [{ code = \"CX501\", reason = \"x\" }]\n", None).is_err());
    }

    #[test]
    fn the_glob_of_a_path_matches_only_this_path() {
        for path in ["a/b.json", "a[1]/{b}?.json", "*.json", "ä b\\c.yaml"] {
            let glob = Glob::new(&glob_of(path)).unwrap();
            assert!(glob.matches(path) && !glob.matches("x.json"), "{path}");
        }
    }
}
