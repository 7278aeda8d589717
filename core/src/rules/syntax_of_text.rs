//! The messages for syntax mistakes (CX001) that only YAML and `.env` have.

use crate::reader::SyntaxKind;

/// The message for a mistake, and help if there is any.
pub(super) fn describe(kind: SyntaxKind) -> (&'static str, Option<&'static str>) {
    match kind {
        SyntaxKind::MismatchedClose => ("this bracket is closed by one of another kind", None),
        SyntaxKind::NotYaml => ("this is not YAML", None),
        SyntaxKind::Indentation => (
            "the indentation fits nothing above it",
            Some("entries of one list or object begin in the same column; indent what belongs to an entry further"),
        ),
        SyntaxKind::Tab => ("a tab cannot indent YAML", Some("indent with spaces")),
        SyntaxKind::StrayColon => (
            "a second `:` cannot stand here",
            Some("put a text that holds `: ` in double quotes; check the indentation of the line"),
        ),
        SyntaxKind::StrayDash => {
            ("a list or key cannot begin here", Some("begin it on a new line, or put a text in double quotes"))
        }
        SyntaxKind::CannotBegin => (
            "this character cannot stand here without quotes",
            Some("put the text in double quotes; a control character is written as an escape, such as `\\u0000`"),
        ),
        SyntaxKind::BlockScalarHeader => (
            "only `-`, `+` or a number can follow `|` and `>`",
            Some("begin the text on the next line, or put it in double quotes"),
        ),
        SyntaxKind::CommentPlace => (
            "a comment cannot stand here",
            Some("put a space before `#`, or put a text that holds it in double quotes"),
        ),
        SyntaxKind::Anchor => (
            "anchors (`&`) and aliases (`*`) are not read",
            Some("write the value out; put a text that begins with such a character in double quotes"),
        ),
        SyntaxKind::Tag => (
            "tags (`!`) other than `!!str` are not read",
            Some("delete the tag; put a text that begins with `!` in double quotes"),
        ),
        SyntaxKind::ComplexKey => {
            ("a key must be a text", Some("put a text that begins with `{` or `[` in double quotes"))
        }
        SyntaxKind::SecondDocument => {
            ("a second document begins here", Some("write it to a file of its own; only the first one was read"))
        }
        SyntaxKind::NotOneWord => {
            ("a key or name without quotes must be one word", Some("check the `:`, `=` and quotes around here"))
        }
        SyntaxKind::UnterminatedQuote => ("the quote is not closed", Some("add the closing quote")),
        SyntaxKind::TextAfterQuote => {
            ("there is more text after the closing quote", Some("a quote inside double quotes is written `\\\"`"))
        }
        SyntaxKind::NoEqualsSign => {
            ("the line has no `=`", Some("write `NAME=value`; put a value of more than one line in quotes"))
        }
        SyntaxKind::NoName => ("no name before the `=`", Some("write `NAME=value`")),
        SyntaxKind::RestOfValue => (
            "this line is the rest of the value above, not a variable",
            Some("put a value of more than one line in quotes"),
        ),
        SyntaxKind::Backtick => (
            "npm dotenv and Node read backticks as quotes, shells run what is in them, and python-dotenv keeps them",
            Some("put the value in single quotes"),
        ),
        SyntaxKind::BackslashInQuotes => (
            "python-dotenv reads this backslash in single quotes as an escape; npm dotenv, Node and shells keep it",
            Some("write the variable in YAML or JSON, or the value without quotes if it is one word"),
        ),
        SyntaxKind::ByteOrderMark => (
            "Node reads the byte order mark as part of the first name; python-dotenv and npm dotenv leave it out",
            Some("save the text as UTF-8 without a byte order mark"),
        ),
        SyntaxKind::ColonForEquals => {
            ("npm dotenv reads this `:` as `=`; python-dotenv, Node and shells do not", Some("write `NAME=value`"))
        }
        SyntaxKind::CommentAtEnd => (
            "Node reads this comment as a variable, because no line break follows it; the others do not",
            Some("end the text with a line break"),
        ),
        SyntaxKind::Dollar => (
            "shells and docker compose replace what begins with this `$`; npm dotenv and Node keep it",
            Some("put the value in single quotes, which keep it; for the value of another variable, write it out"),
        ),
        SyntaxKind::DollarInQuotes => (
            "python-dotenv replaces `${…}` in single quotes, too; npm dotenv, Node and shells keep it",
            Some("write the variable in YAML or JSON; for the value of another variable, write it out"),
        ),
        SyntaxKind::EnvBlank => (
            "Node takes this white space for part of a name or value; python-dotenv and npm dotenv do not",
            Some("write one space after `export`, and no tabs outside of quotes"),
        ),
        SyntaxKind::EnvIndentation => (
            "Node takes this white space and what follows it for part of a name; python-dotenv and npm dotenv do not",
            Some("begin lines with a name or `#`, and leave empty lines empty"),
        ),
        SyntaxKind::EscapeInQuotes => (
            "python-dotenv and docker compose decode this escape; npm dotenv and Node decode `\\n` only",
            Some("put the value in single quotes without escapes; a line break in quotes is part of the value"),
        ),
        SyntaxKind::HashAfterQuote => (
            "no space before this `#`, so shells read it as part of the value, and the others as a comment",
            Some("put a space before the comment"),
        ),
        SyntaxKind::HashInValue => (
            "npm dotenv and Node end the value at this `#`; python-dotenv and shells read it as part of the value",
            Some("put a value that holds `#` in quotes, and a space before a comment"),
        ),
        SyntaxKind::LoneCarriageReturn => (
            "Node leaves this carriage return out; python-dotenv and npm dotenv begin a new line at it",
            Some("save the text with LF or CRLF at the ends of its lines"),
        ),
        SyntaxKind::NotAName => (
            "npm dotenv passes over a line with such a name; python-dotenv and Node do not",
            Some("a name has letters, digits and `_`; put a value of more than one line in quotes"),
        ),
        SyntaxKind::TrailingBackslash => (
            "shells join the next line to this one; python-dotenv, npm dotenv and Node keep the backslash",
            Some("put the value in quotes"),
        ),
        SyntaxKind::LooksLikeNote => (
            "this comment is nearly one for cxvars, but not quite",
            Some("write it as `# cxvars: type=integer encrypted`, or begin it with another word"),
        ),
        SyntaxKind::UnknownNoteWord => (
            "this word is unknown in a comment for cxvars",
            Some("write `type=integer`, `scope=global`, `secret_version=2` or `encrypted`, with spaces between them"),
        ),
        SyntaxKind::NoteWithoutVariable => {
            ("no variable follows this comment", Some("put it directly above its variable, or after the value"))
        }
        // Described with the mistakes of JSON.
        _ => ("this cannot be read", None),
    }
}
