//! The members of an interface of TypeScript that has the keys of a section.

use super::{keys, lines};
use crate::options::section::{About, Fallback, Key, Shape};

/// Longest line of the package's sources.
const WIDTH: usize = 120;

/// The members, each with its documentation, indented by two spaces.
pub fn members(about: &About) -> String {
    keys(about).into_iter().map(member).collect()
}

fn member(key: &Key) -> String {
    let mut doc: Vec<String> = lines(key.doc).map(str::to_owned).collect();
    match key.default {
        Fallback::Value(show) => doc.push(format!("Default: `{}`.", show())),
        Fallback::Words(words) => doc.push(format!("Default: {words}.")),
        Fallback::Nothing => {}
    }
    let comment = match &doc[..] {
        [line] if line.len() + "  /** */".len() <= WIDTH => format!("  /** {line} */\n"),
        lines => format!("  /**\n{}   */\n", lines.iter().map(|line| format!("   * {line}\n")).collect::<String>()),
    };
    let mark = if key.is_required { "" } else { "?" };
    format!("{comment}  {}{mark}: {};\n", key.name, type_of(key.shape))
}

fn type_of(shape: Shape) -> String {
    match shape {
        Shape::Hidden | Shape::Flat(_) => "never".to_owned(),
        Shape::Text(_) | Shape::Date => "string".to_owned(),
        Shape::Words(words) => words().iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" | "),
        Shape::Whole(..) => "number".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::List(Shape::Text(_)) => "readonly string[]".to_owned(),
        Shape::List(item) => format!("readonly ({})[]", type_of(*item)),
        Shape::Entries(value) => format!("Readonly<Record<string, {}>>", type_of(*value)),
        Shape::Table(about) => format!("{{\n{}  }}", members(about)),
        Shape::Either(shapes) => shapes.iter().map(|shape| type_of(*shape)).collect::<Vec<_>>().join(" | "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::ignore::WrittenIgnore;
    use crate::options::section::Section as _;

    #[test]
    fn members_have_their_documentation_and_types() {
        let members = members(&WrittenIgnore::ABOUT);
        assert!(members.contains("  /** Why. */\n  reason: string;\n"), "{members}");
        assert!(members.contains("Default: every document.\n   */\n  path?: string;\n"), "{members}");
        assert!(!members.contains("place"), "{members}");
    }
}
