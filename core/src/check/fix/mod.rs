//! Applies fixes to a text.
//!
//! The result of a fix is checked again. The fix is kept only if its finding is gone and no new error has appeared, or
//! if fixes of the same level remove each new error as well. The choice and order of fixes depend only on the text and
//! the options, so a second run changes nothing.

mod edits;
mod search;

use std::borrow::Cow;
use std::fmt;

use crate::base::secret::Secret;
use crate::check::{Report, check};
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::options::CheckOptions;
use edits::{replace, sorted};
use search::Round;

/// The text after edits in any order; none if two of them overlap or one does not fit the text.
pub(crate) fn replace_all(text: &str, edits: &[Edit]) -> Option<Secret> {
    let edits = sorted(edits.iter());
    let overlap = |pair: &[&Edit]| matches!(pair, [a, b] if b.span.start() < a.span.end());
    if edits.windows(2).any(overlap) { None } else { replace(text, &edits) }
}

/// Maximum number of rounds. One fix may make the next one possible: a list has to be unwrapped before its variables
/// can be fixed. No known document needs more than four rounds.
const MAX_ROUNDS: usize = 100;

/// A text with its fixes applied. It has no `Debug`, because it holds values.
pub struct Fixed {
    text: Secret,
    applied: Vec<Applied>,
    left_out: Vec<LeftOut>,
    report: Report,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Code of the rule whose finding was fixed.
    pub code: Cow<'static, str>,
    /// What the fix does, in the imperative: "quote the value".
    pub message: String,
    /// Line of the first edit, from 1, in the text to which it was applied.
    pub line: usize,
}

/// A fix of the wanted level that was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Code of the rule whose finding it would fix.
    pub code: Cow<'static, str>,
    /// What the fix would do, in the imperative.
    pub message: String,
    /// Line of its first edit, from 1, in the fixed text.
    pub line: usize,
    /// Why it was not applied.
    pub reason: Reason,
}

/// Why a fix was not applied. Its text completes the sentence "left out, because …".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The text would get a new error, which no fix of the same level removes. The code of the error.
    NewError(Cow<'static, str>),
    /// It changes the same text as another fix, which does not help either.
    Overlap,
    /// The text would have as many findings as before.
    NoGain,
    /// There were too many fixes to try.
    NotTried,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewError(code) => write!(f, "it would lead to the error {code}"),
            Self::Overlap => f.write_str("it changes the same text as another fix"),
            Self::NoGain => f.write_str("the text would not have fewer findings"),
            Self::NotTried => f.write_str("too many fixes were tried before it"),
        }
    }
}

impl Fixed {
    /// The fixed text.
    pub fn text(&self) -> &Secret {
        &self.text
    }

    /// The applied fixes, by round and then in the order of the text.
    pub fn applied(&self) -> &[Applied] {
        &self.applied
    }

    /// The fixes of the wanted level that were not applied, in the order of the text.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The report for the fixed text.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The fixed text and its report.
    pub fn into_parts(self) -> (Secret, Report) {
        (self.text, self.report)
    }
}

/// Applies the fixes of a text's findings, until no fix helps any more.
///
/// With `level` [`Applicability::Safe`], only safe fixes are applied, otherwise unsafe ones as well. Fixes for display
/// only are never applied. While the text has syntax mistakes, only these are fixed.
pub fn apply(text: &str, options: &CheckOptions, level: Applicability) -> Fixed {
    apply_from(text, check(text.as_bytes(), options), options, level)
}

/// As [`apply`], for a text that was checked already. `report` is the result of that check, with the same options.
pub fn apply_from(text: &str, mut report: Report, options: &CheckOptions, level: Applicability) -> Fixed {
    let mut text = Secret::new(text);
    let (mut applied, mut left_out) = (Vec::new(), Vec::new());
    for _ in 0..MAX_ROUNDS {
        match Round::run(text.expose(), &report, options, level).end() {
            Ok(trial) => {
                (text, report) = (trial.text, trial.report);
                applied.extend(trial.applied);
            }
            Err(refused) => {
                left_out = refused;
                break;
            }
        }
    }
    Fixed { text, applied, left_out, report }
}

/// Applies all of these fixes, without checking the result.
///
/// Returns none if an edit is outside of the text or within a character, or if two edits overlap or begin at the same
/// offset.
pub fn apply_fixes(text: &str, fixes: &[Fix]) -> Option<Secret> {
    replace(text, &sorted(fixes.iter().flat_map(|fix| &fix.edits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::span::Span;
    use crate::diagnostic::Edit;
    use crate::reader::format::DocumentFormat;

    fn fixed(text: &str, level: Applicability) -> Fixed {
        apply(text, &CheckOptions::default(), level)
    }

    fn safely(text: &str) -> String {
        fixed(text, Applicability::Safe).text().expose().to_owned()
    }

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    fn fix(edits: Vec<Edit>) -> Fix {
        Fix { message: "do it".to_owned(), applicability: Applicability::Safe, edits }
    }

    #[test]
    fn what_one_fix_uncovers_is_fixed_as_well() {
        let text = "{\"variables\": {\"variables\": [\n  {\"name\": \"a\", \"type\": \"integer\", \"value\": 3,},\n]}}";
        let fixed = fixed(text, Applicability::Safe);
        assert_eq!(
            fixed.text().expose(),
            "{\"variables\": [\n  {\"name\": \"a\", \"type\": \"integer\", \"value\": \"3\"}\n]}"
        );
        assert!(fixed.report().diagnostics().is_empty());
        let applied: Vec<_> = fixed.applied().iter().map(|done| (done.code.as_ref(), done.line)).collect();
        assert_eq!(applied, [("CX001", 2), ("CX001", 2), ("CX002", 1), ("CX002", 2)]);
    }

    #[test]
    fn a_fix_that_would_make_a_new_error_is_left_out_and_the_others_are_not() {
        // Quotes make 3.5 a string, as required, but it is still not an integer.
        let variable = |name: &str, value: &str| format!(r#"{{"name":"{name}","type":"integer","value":{value}}}"#);
        let bad: Vec<_> = (0..20).map(|n| variable(&format!("v{n}"), if n % 7 == 3 { "3.5" } else { "3" })).collect();
        let text = format!("[{}]", bad.join(","));
        let fixed = fixed(&text, Applicability::Safe);
        assert_eq!(fixed.text().expose(), text.replace(":3}", ":\"3\"}"));
        assert_eq!((fixed.applied().len(), fixed.report().diagnostics().len()), (17, 3));
    }

    #[test]
    fn unsafe_fixes_are_applied_only_where_they_are_wanted() {
        let text = r#"[{"name": "a", "type": "int", "value": 3}]"#;
        assert_eq!(safely(text), r#"[{"name": "a", "type": "int", "value": "3"}]"#);
        let all = fixed(text, Applicability::Unsafe);
        assert_eq!(all.text().expose(), r#"[{"name": "a", "type": "integer", "value": "3"}]"#);
    }

    #[test]
    fn byte_order_mark_line_ends_layout_and_comments_stay() {
        let text = "\u{feff}[\r\n\t{\"name\": \"a\",\"type\" :\"integer\", \"value\":  3 }\r\n]\r\n";
        assert_eq!(safely(text), text.replace('3', "\"3\""));
        let options = CheckOptions { format: DocumentFormat::Jsonc, ..CheckOptions::default() };
        let text =
            "[ // the list\n  {\"name\": \"a\", /* how often */ \"type\": \"integer\", \"value\": 3}, // last\n]";
        assert_eq!(apply(text, &options, Applicability::Unsafe).text().expose(), text.replace(" 3}", " \"3\"}"));
    }

    #[test]
    fn after_a_syntax_error_nothing_but_the_syntax_is_touched() {
        let text = r#"[{"name": "a", "type": "integer", "value": 3} oops]"#;
        assert_eq!(safely(text), text);
        // The comma may be part of a string, because the quotes do not match.
        let text = r#"[{"name": "a", "value": "b, "c": [",]}]"#;
        assert_eq!(fixed(text, Applicability::Unsafe).text().expose(), text);
    }

    #[test]
    fn chosen_fixes_are_applied_together_or_not_at_all() {
        let apply = |fixes: &[Fix]| apply_fixes("aéb", fixes).map(|text| text.expose().to_owned());
        assert_eq!(apply(&[fix(vec![edit(3, 4, "c")]), fix(vec![edit(0, 1, ""), edit(1, 3, "e")])]).unwrap(), "ec");
        assert_eq!(apply(&[]).unwrap(), "aéb");
        for refused in [
            vec![edit(0, 3, ""), edit(1, 4, "")],
            vec![edit(1, 1, "x"), edit(1, 1, "y")],
            vec![edit(0, 5, "")],
            vec![edit(9, 9, "x")],
            vec![edit(2, 3, "")],
            vec![edit(0, 2, "")],
        ] {
            assert_eq!(apply(&[fix(refused.clone())]), None, "{refused:?}");
        }
    }

    #[test]
    fn fixes_that_need_each_other_are_applied_together() {
        for (format, text, wanted) in [
            (
                DocumentFormat::Json,
                r#"[{"name": "a", "type": "Boolean", "value": "True"}]"#,
                r#"[{"name": "a", "type": "boolean", "value": "true"}]"#,
            ),
            (
                DocumentFormat::Json,
                r#"[{"name": "a", "type": "BOOLEAN", "value": FALSE, "encrypted": "TRUE"}]"#,
                r#"[{"name": "a", "type": "BOOLEAN", "value": FALSE, "encrypted": "TRUE"}]"#,
            ),
            (
                DocumentFormat::Yaml,
                "- name: a\n  type: boolean\n  value: True\n- name: b\n  type: Boolean\n  value: FALSE\n",
                "- name: a\n  type: boolean\n  value: \"true\"\n- name: b\n  type: boolean\n  value: \"false\"\n",
            ),
        ] {
            let options = CheckOptions { format, ..CheckOptions::default() };
            let fixed = apply(text, &options, Applicability::Safe);
            assert_eq!(fixed.text().expose(), wanted);
            let again = apply(wanted, &options, Applicability::Safe);
            assert_eq!((again.text().expose(), again.applied()), (wanted, &[][..]));
        }
    }

    #[test]
    fn in_a_large_text_every_fix_that_helps_is_applied() {
        // Of each five variables, the values of two cannot be fixed: `yes` is no boolean, and `3.5` no integer.
        let variable = |n: usize| match n % 5 {
            0 => (format!("- {{name: v{n}, type: Boolean, value: yes}}"), 1),
            1 => (format!("- {{name: v{n}, type: boolean, value: True}}"), 2),
            2 => (format!("- {{name: v{n}, type: integer, value: 3.5}}"), 0),
            3 => (format!("- {{name: v{n}, type: Integer, value: 3}}"), 2),
            _ => (format!("- {{name: v{n}, type: String, value: x, scope: Action}}"), 2),
        };
        let (lines, counts): (Vec<_>, Vec<usize>) = (0..1_000).map(variable).unzip();
        let mut options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        options.validate.max_variables = Some(1_000);
        let fixed = apply(&lines.join("\n"), &options, Applicability::Safe);
        assert_eq!(fixed.applied().len(), counts.iter().sum::<usize>());
        let left_out: Vec<_> = fixed.left_out().iter().map(|fix| (fix.line, fix.reason.to_string())).collect();
        assert_eq!(left_out.len(), 400, "{left_out:?}");
        for (line, reason) in left_out {
            let code = if line % 5 == 1 { "CX203" } else { "CX202" };
            assert_eq!(reason, format!("it would lead to the error {code}"), "{line}");
        }
    }
}
