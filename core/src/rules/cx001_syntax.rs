use crate::base::invisible;
use crate::base::span::Span;
use crate::diagnostic::{Applicability, Edit};
use crate::reader::{SyntaxFault, SyntaxKind};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;
use crate::rules::syntax_of_text;

declare_rule! {
    /// The text is not well-formed JSON, YAML or `.env`.
    ///
    /// ## Why it matters
    /// The service refuses a text that does not parse before it looks at any variable. Programs that read `.env` disagree
    /// about much of it; what they read differently is an error as well, because a value would depend on the program.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [
    ///   {"name": "retry_limit", "type": "integer", "value": "3"},
    /// ]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [
    ///   {"name": "retry_limit", "type": "integer", "value": "3"}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Correct the text at the place shown. Reading continues after a mistake, so all mistakes are listed at once. Fix
    /// the first one first: the others may be caused by it. No line of the text is shown after a syntax mistake,
    /// because a value there could be taken for a name. A character that nobody sees, such as a no-break space, is named,
    /// and shown in the layout of its line.
    ///
    /// Deleting a comma before a closing bracket is a safe fix. Adding a missing comma between two lines is an unsafe
    /// fix. Other mistakes have no fix, and neither have the mistakes after them.
    CX001 "syntax" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut is_clear = true;
    for fault in &context.document.tree.syntax {
        let (message, help) = describe(fault.kind);
        let message = named(*fault, context).unwrap_or_else(|| message.to_owned());
        let mut finding = findings.report(fault.span, String::new(), message);
        if let Some(help) = help {
            finding = finding.help(help);
        }
        let fix = fix(context, *fault).filter(|_| is_clear);
        // After any other mistake, the quotes may not pair up, and a comma may be part of a string.
        is_clear &= fix.is_some();
        if let Some((message, applicability, edit)) = fix {
            finding = finding.fix(message, applicability, vec![edit]);
        }
        if let Some(opener) = fault.opener {
            finding.related(opener, "opened here");
        }
    }
}

/// The message for a mistake that is a character which nobody sees: it names the character.
fn named(fault: SyntaxFault, context: &Context<'_>) -> Option<String> {
    let wrong = match fault.kind {
        SyntaxKind::Unnoticed => "cannot stand here",
        SyntaxKind::ControlCharacter => "inside a string must be written as an escape",
        _ => return None,
    };
    let character = fault.span.of(context.document.tree.source()).chars().next()?;
    Some(format!("{} {wrong}", invisible::describe(character)))
}

/// The fix for a mistake, if it is clear what was meant.
fn fix(context: &Context<'_>, fault: SyntaxFault) -> Option<(&'static str, Applicability, Edit)> {
    let tree = context.document.tree;
    match fault.kind {
        SyntaxKind::TrailingComma => {
            let edit = Edit { span: fault.span, text: String::new() };
            Some(("delete the comma", Applicability::Safe, edit))
        }
        SyntaxKind::ByteOrderMark | SyntaxKind::EnvIndentation => {
            let edit = Edit { span: fault.span, text: String::new() };
            Some(("delete it", Applicability::Safe, edit))
        }
        SyntaxKind::Unnoticed => {
            let run = fault.span.of(tree.source());
            let spaces = run.chars().filter(|character| invisible::is_wide_space(*character)).count();
            let edit = Edit { span: fault.span, text: " ".repeat(spaces) };
            // In YAML, indentation has a meaning; in `.env`, the character may be part of a value.
            let applicability = if tree.format.is_json() { Applicability::Safe } else { Applicability::Unsafe };
            Some((if spaces > 0 { "write a space instead" } else { "delete it" }, applicability, edit))
        }
        SyntaxKind::CommentAtEnd => {
            let edit = Edit { span: Span::point(fault.span.end()), text: "\n".to_owned() };
            Some(("add a line break at the end", Applicability::Safe, edit))
        }
        SyntaxKind::ExpectedCommaInObject | SyntaxKind::ExpectedCommaInArray => {
            let end = tree.end_before(fault.span.start())?;
            let gap = Span::new(end, fault.span.start()).of(tree.source());
            let next = fault.span.of(tree.source());
            let edit = Edit { span: Span::point(end), text: ",".to_owned() };
            let is_next_line = gap.contains('\n') && matches!(next, "\"" | "{" | "[");
            is_next_line.then_some(("add a comma at the end of the line before", Applicability::Unsafe, edit))
        }
        _ => None,
    }
}

const UNNOTICED: &str =
    "delete it, or write a space instead; text copied from a web page or a chat often holds such characters";

/// The message for a mistake, and help if there is any.
fn describe(kind: SyntaxKind) -> (&'static str, Option<&'static str>) {
    match kind {
        SyntaxKind::Empty => ("the text is empty", Some("an empty list is `[]`")),
        SyntaxKind::NotUtf8 => ("this byte is not UTF-8", Some("save the text as UTF-8")),
        SyntaxKind::Utf16 => (
            "the text is UTF-16, not UTF-8",
            Some("save it as UTF-8; in PowerShell write it with `Set-Content -Encoding utf8`"),
        ),
        SyntaxKind::NotJson => (
            "the text is read as JSON, but begins like YAML or `.env`",
            Some("give the file the ending of its format, and standard input a name with `--stdin-filename vars.yaml`"),
        ),
        SyntaxKind::ExpectedValue => ("expected a value here", None),
        SyntaxKind::ExpectedKey => ("expected a key in double quotes", None),
        SyntaxKind::ExpectedColon => ("expected `:` after the key", None),
        SyntaxKind::ExpectedCommaInArray => ("expected `,` or `]`", None),
        SyntaxKind::ExpectedCommaInObject => ("expected `,` or `}`", None),
        SyntaxKind::TrailingComma => ("a comma before the closing bracket", Some("delete the comma")),
        SyntaxKind::ExtraComma => ("a comma with nothing before it", Some("delete the comma")),
        SyntaxKind::UnterminatedString => (
            "the string is not closed on its line",
            Some("add the closing quote; a line break inside of a string is written `\\n`"),
        ),
        SyntaxKind::ControlCharacter => (
            "a control character inside a string",
            Some("delete it, or write it as an escape: `\\t` for a tab, `\\u001b` and so on for others"),
        ),
        SyntaxKind::InvalidEscape => {
            ("this escape sequence does not exist", Some("a backslash itself is written `\\\\`"))
        }
        SyntaxKind::LoneSurrogate => {
            ("this escape is half of a surrogate pair", Some("write both halves, or the character itself"))
        }
        SyntaxKind::InvalidNumber => ("this is not a JSON number", None),
        SyntaxKind::InvalidLiteral => (
            "this word is not a JSON value",
            Some("JSON has `true`, `false` and `null`; put any other word in double quotes"),
        ),
        SyntaxKind::SingleQuotes => ("single quotes are not JSON", Some("use double quotes")),
        SyntaxKind::Comment => ("comments are not JSON", Some("delete the comment")),
        SyntaxKind::UnterminatedComment => ("the comment is not closed", Some("add `*/` where it ends")),
        SyntaxKind::Unclosed => ("the text ends before this bracket is closed", Some("add what is missing at the end")),
        SyntaxKind::UnexpectedClose => ("this bracket closes nothing that is open here", None),
        SyntaxKind::Unnoticed => ("a character that nobody sees cannot stand here", Some(UNNOTICED)),
        SyntaxKind::TextAfterEnd => ("there is more text after the end of the document", Some("delete it")),
        // This build reads JSON only.
        _ if !cfg!(feature = "complete") => ("this cannot be read", None),
        of_yaml_or_env => syntax_of_text::describe(of_yaml_or_env),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;

    #[test]
    fn a_byte_that_is_not_utf8_is_a_finding_at_its_place() {
        let report = check(b"[\n \xff]", &CheckOptions::default());
        let finding = &report.diagnostics()[0];
        assert_eq!((finding.code.as_ref(), finding.span.start()), ("CX001", 3));
        let utf16: Vec<u8> = "\u{feff}[]".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(check(&utf16, &CheckOptions::default()).diagnostics()[0].message.contains("UTF-16"));
    }

    #[test]
    fn commas_are_mended_up_to_the_first_other_mistake() {
        let fixes = |text: &str| {
            let report = check(text.as_bytes(), &CheckOptions::default());
            let syntax = report.diagnostics().iter().filter(|finding| finding.code == "CX001");
            syntax.map(|finding| finding.fixes.first().map(|fix| fix.applicability)).collect::<Vec<_>>()
        };
        let (safe, unsafe_) = (Some(Applicability::Safe), Some(Applicability::Unsafe));
        assert_eq!(fixes("[1,]"), [safe]);
        assert_eq!(fixes("{\"a\": [1,],\n \"b\": 1\n \"c\": 2,}"), [safe, unsafe_, safe]);
        assert_eq!(fixes("{\"b\": 1 \"c\": 2,}"), [None, None]);
        assert_eq!(fixes("[oops, [1,]]"), [None, None]);
        assert_eq!(fixes("[1\n oops]"), [None]);
    }

    #[test]
    fn trailing_commas_hide_nothing_that_follows_them() {
        let text = format!("[{}{{\"name\": \"a\",}}]", "[1,],".repeat(100));
        let report = check(text.as_bytes(), &CheckOptions::default());
        let count = |code| report.diagnostics().iter().filter(|finding| finding.code == code).count();
        assert_eq!((count("CX001"), count("CX002"), count("CX005")), (101, 100, 2));
    }

    #[test]
    fn an_unclosed_bracket_points_to_where_it_was_opened() {
        let report = check(b"[{}, ", &CheckOptions::default());
        let finding = report.diagnostics().iter().find(|finding| finding.code == "CX001").unwrap();
        assert_eq!((finding.span.start(), finding.related[0].span.start()), (5, 0));
    }
}
