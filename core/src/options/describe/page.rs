//! Generates docs/configuration.md, which describes every key of every section.

use super::lines;
use crate::options::section::{About, Fallback, Key, Shape};

const INTRODUCTION: &str = "\
# Configuration

What a `cxvars.toml` may say, section by section. This page is made from the declarations that the program reads the file
by; `cxvars schema --config` prints the same as a JSON Schema for editors. Unknown keys are errors.

The file is searched for from the working directory up to the repository's root. Your own file, `~/.config/cxvars/config.toml`,
may say the same for all projects. Where both say something, the project's file counts, key by key where nothing else is said.
Paths are relative to the folder of the file.
";

/// The page for a configuration with the top level `root`.
pub fn page(root: &'static About) -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut sections = Vec::new();
    collect(root, &mut sections);
    page += "\n## Keys outside of sections\n\nThey come before the first section.\n";
    let own: Vec<&Key> = root.keys.iter().filter(|key| inner(key.shape).is_none()).collect();
    keys("", &own, &mut page);
    for about in sections {
        page += &format!("\n## `{}`\n\n", about.header);
        paragraph(about.doc, &mut page);
        keys(&format!("{}\n", about.header), &own_keys(about), &mut page);
    }
    page
}

/// Collects the sections below the top level, each before its inner sections.
fn collect(about: &'static About, sections: &mut Vec<&'static About>) {
    for key in about.keys {
        if let Some(inner) = inner(key.shape)
            && !sections.iter().any(|known| known.header == inner.header)
        {
            sections.push(inner);
            collect(inner, sections);
        }
    }
}

/// The section that is the value of a key.
fn inner(shape: Shape) -> Option<&'static About> {
    match shape {
        Shape::Table(about) | Shape::Flat(about) => Some(about),
        Shape::List(shape) | Shape::Entries(shape) => inner(*shape),
        Shape::Either(shapes) => shapes.iter().find_map(|shape| inner(*shape)),
        _ => None,
    }
}

/// The keys of a section, including those of parts that are written under the same header.
fn own_keys(about: &About) -> Vec<&Key> {
    let keys = about.keys.iter().flat_map(|key| match key.shape {
        Shape::Flat(part) if part.header == about.header => own_keys(part),
        _ => vec![key],
    });
    keys.collect()
}

/// An example with all keys, and each key.
fn keys(header: &str, keys: &[&Key], page: &mut String) {
    let example: Vec<String> = keys
        .iter()
        .filter(|key| !key.example.is_empty())
        .map(|key| format!("{} = {}\n", key.name, key.example))
        .collect();
    if !example.is_empty() {
        *page += &format!("\n```toml\n{header}{}```\n", example.concat());
    }
    for key in keys {
        describe(key, page);
    }
}

fn describe(key: &Key, page: &mut String) {
    match key.shape {
        Shape::Hidden => {}
        Shape::Flat(inner) => *page += &format!("\nAnd every key of `{}`.\n", inner.header),
        shape => {
            *page += &format!("\n### `{}`\n\n", key.name);
            paragraph(key.doc, page);
            *page += &format!("\nType: {}\\\n", noun(shape));
            let default = match key.default {
                _ if key.is_required => "none; it has to be there".to_owned(),
                Fallback::Value(show) => format!("`{}`", show()),
                Fallback::Words(words) => words.to_owned(),
                Fallback::Nothing => "none".to_owned(),
            };
            *page += &format!("Default: {default}\n");
        }
    }
}

fn paragraph(doc: &[&str], page: &mut String) {
    for line in lines(doc) {
        *page += line;
        page.push('\n');
    }
}

fn noun(shape: Shape) -> String {
    match shape {
        Shape::Hidden => String::new(),
        Shape::Text(_) => "string".to_owned(),
        Shape::Words(words) => words().iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", "),
        Shape::Whole(least, most) => format!("integer from {} to {}", grouped(least), grouped(most)),
        Shape::Boolean => "`true`, `false`".to_owned(),
        Shape::Date => "date".to_owned(),
        Shape::List(Shape::Table(about)) => format!("tables `{}`", about.header),
        Shape::List(shape @ Shape::Either(_)) => format!("array of such ({})", noun(*shape)),
        Shape::List(_) => "array of strings".to_owned(),
        Shape::Table(about) | Shape::Flat(about) => format!("table `{}`", about.header),
        Shape::Entries(Shape::Table(about)) => format!("tables `{}`", about.header),
        Shape::Entries(value) => format!("table with a name for each value: {}", noun(*value)),
        Shape::Free => "table".to_owned(),
        Shape::Either(shapes) => shapes.iter().map(|shape| noun(*shape)).collect::<Vec<_>>().join("; or "),
        Shape::Numbers(numbers) => numbers.iter().map(|number| format!("`{number}`")).collect::<Vec<_>>().join(", "),
        Shape::Again(header, _) => format!("table `{header}`"),
    }
}

/// `65,536`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::section::{ANY_TEXT, SOME_TEXT};

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_099_511_627_776].map(grouped), ["0", "999", "1,000", "1,099,511,627,776"]);
    }

    #[test]
    fn shapes_have_names() {
        assert_eq!(noun(Shape::Either(&[SOME_TEXT, Shape::List(&ANY_TEXT)])), "string; or array of strings");
        assert_eq!(noun(Shape::Whole(1, 10_000)), "integer from 1 to 10,000");
    }
}
