//! Generates the members of a TypeScript interface from the keys of a section.

use super::{keys, lines};
use crate::options::section::{About, Fallback, Key, Shape};

/// Maximum line length of the package's sources, in characters.
const WIDTH: usize = 120;

/// The members, each with its documentation, indented by two spaces.
pub fn members(about: &About) -> String {
    keys(about).into_iter().map(member).collect()
}

fn member(key: &Key) -> String {
    let mut doc = wrap(&lines(key.doc).collect::<Vec<_>>().join(" "));
    match key.default {
        Fallback::Value(show) => doc.extend(wrap(&format!("Default: `{}`.", show()))),
        Fallback::Words(words) => doc.extend(wrap(&format!("Default: {words}."))),
        Fallback::Nothing => {}
    }
    let comment = match &doc[..] {
        [line] if line.len() + "  /** */".len() <= WIDTH => format!("  /** {line} */\n"),
        lines => format!("  /**\n{}   */\n", lines.iter().map(|line| format!("   * {line}\n")).collect::<String>()),
    };
    let mark = if key.is_required { "" } else { "?" };
    format!("{comment}  {}{mark}: {};\n", key.name, type_of(key.shape))
}

/// The name of a section's interface: `Ignore` for `[[ignore]]`, `CustomRuleWhen` for `[rule.when]`. A `Rule` is a built-in one.
fn interface(header: &str) -> String {
    let capitalized = |part: &str| -> String {
        let mut letters = part.chars();
        let name = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        if part == "rule" { format!("Custom{name}") } else { name }
    };
    header.trim_matches(['[', ']']).split('.').map(capitalized).collect()
}

/// Wraps a paragraph so that its lines fit into a comment.
fn wrap(text: &str) -> Vec<String> {
    let most = WIDTH - "   * ".len();
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn type_of(shape: Shape) -> String {
    match shape {
        Shape::Hidden | Shape::Flat(_) => "never".to_owned(),
        Shape::Text(_) | Shape::Date => "string".to_owned(),
        Shape::Words(words) => words().iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" | "),
        Shape::Whole(..) => "number".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::List(Shape::Text(_)) => "readonly string[]".to_owned(),
        Shape::List(item @ Shape::Table(_)) => format!("readonly {}[]", type_of(*item)),
        Shape::List(item) => format!("readonly ({})[]", type_of(*item)),
        Shape::Entries(value) => format!("Readonly<Record<string, {}>>", type_of(*value)),
        Shape::Free => "Readonly<Record<string, unknown>>".to_owned(),
        Shape::Table(about) => interface(about.header),
        Shape::Numbers(numbers) => numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" | "),
        Shape::Again(header, _) => interface(header),
        Shape::Either([one, Shape::List(item)]) if type_of(*one) == type_of(**item) => {
            format!("OneOrMore<{}>", type_of(*one))
        }
        Shape::Either(shapes) => shapes.iter().map(|shape| type_of(*shape)).collect::<Vec<_>>().join(" | "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::call::Call;
    use crate::options::ignore::WrittenIgnore;
    use crate::options::section::Section as _;

    #[test]
    fn members_have_their_documentation_and_types() {
        let members = members(&WrittenIgnore::ABOUT);
        assert!(members.contains("  /** Why the finding is accepted. */\n  reason: string;\n"), "{members}");
        assert!(members.contains("Default: every document.\n   */\n  path?: string;\n"), "{members}");
        assert!(!members.contains("place:"), "{members}");
        let members = super::members(&Call::ABOUT);
        assert!(members.contains("  ignore?: readonly Ignore[];\n"), "{members}");
        assert!(
            members.contains("  severity?: Readonly<Record<string, \"error\" | \"warning\" | \"off\">>;\n"),
            "{members}"
        );
        assert!(members.contains("   * Default: `50`.\n   */\n  max_variables?: number;\n"), "{members}");
        assert!(members.lines().all(|line| line.chars().count() <= WIDTH), "{members}");
    }
}
