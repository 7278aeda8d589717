use super::names::confusable::{is_confusable, looks_like};
use super::names::{self, NameProblem};
use crate::base::invisible::describe;
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A name contains a character that is invisible or looks like another character.
    ///
    /// ## Why it matters
    /// Two names can look the same and still differ. The Data Action reads only one of them, and a reviewer cannot see
    /// the difference. A Cyrillic `а` in place of the Latin letter, a zero-width space or a mark that changes the
    /// direction of text gets into a name by copying from a web page or a chat, or on purpose. The service refuses such
    /// names.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "\u0430pi_endpoint", "type": "string", "value": "https://api.example.com/v1"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "api_endpoint", "type": "string", "value": "https://api.example.com/v1"}]}
    /// ```
    ///
    /// ## How to fix
    /// Type the name again on the keyboard instead of copying it.
    CX105 "confusable-name" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    names::report(context, variable, NameProblem::Confusable, findings, |name| {
        let found = name.chars().enumerate().find(|(_, character)| is_confusable(*character));
        let (place, character) = found.map_or((0, ' '), |(place, character)| (place + 1, character));
        let message = match looks_like(character) {
            Some(ascii) => format!("character {place} looks like `{ascii}`, but is U+{:04X}", u32::from(character)),
            None => format!("character {place} is invisible, it is {}", describe(character)),
        };
        (message, "type the name again instead of copying it")
    });
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    fn found(name: &str) -> Vec<String> {
        let text = serde_json::json!([{"name": name, "type": "string", "value": "x"}]).to_string();
        let report = check(text.as_bytes(), &CheckOptions::default());
        report.diagnostics().iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect()
    }

    #[test]
    fn the_character_is_named_by_place_and_code_point() {
        assert_eq!(found("pаth"), ["CX105 `pаth` is not a valid name: character 2 looks like `a`, but is U+0430"]);
        assert!(
            found("a\u{200b}b")[0].ends_with("character 2 is invisible, it is U+200B zero width space"),
            "{:?}",
            found("a\u{200b}b")
        );
        assert!(found("a\0b")[0].ends_with("character 2 is invisible, it is U+0000 null"));
    }

    #[test]
    fn of_the_rules_on_names_only_the_most_telling_one_fires() {
        for (name, code) in [("_\u{430}", "CX105"), ("_é", "CX102"), ("é", "CX101"), ("1\u{202e}", "CX105")] {
            let found = found(name);
            assert!(found.len() == 1 && found[0].starts_with(code), "{found:?}");
        }
    }
}
