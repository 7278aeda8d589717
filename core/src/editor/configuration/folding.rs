//! The parts of a `cxvars.toml` that can be folded.

use super::symbols::symbols;
use crate::editor::folding::{Fold, FoldKind};

/// The tables and the values of several lines, in the order of the text.
pub fn folding(text: &str) -> Vec<Fold> {
    let all = symbols(text).into_iter().flat_map(|symbol| {
        let children: Vec<_> = symbol.children.iter().map(|child| child.span).collect();
        [vec![symbol.span], children].concat()
    });
    let has_lines = all.filter(|span| span.of(text).contains('\n'));
    has_lines.map(|span| Fold { span, kind: FoldKind::Region }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_long_values_are_folded() {
        let text =
            "extends = \"a\"\n[validate]\ninclude = [\n  \"a\",\n]\n\n# x\n[contracts]\n[env.dev]\nprotected = true\n";
        let found: Vec<_> = folding(text).iter().map(|fold| fold.span.of(text).to_owned()).collect();
        let include = "include = [\n  \"a\",\n]";
        let expected = [format!("[validate]\n{include}"), include.to_owned(), "[env.dev]\nprotected = true".to_owned()];
        assert_eq!(found, expected);
    }
}
