//! The text of a comment, in the syntax of each format.

use crate::base::display::is_invisible;
use crate::base::span::Span;
use crate::reader::is_like_note;
use crate::rules::directive;

/// A comment.
#[derive(Clone)]
pub(super) struct Comment {
    /// Where it is in the source.
    pub(super) span: Span,
    /// Its lines, without what opens and closes it. The text of each begins as it did after the opening characters.
    lines: Vec<String>,
}

impl Comment {
    /// The comment that is written at a place of the source.
    pub(super) fn of(span: Span, written: &str) -> Self {
        let lines = match written.strip_prefix("/*") {
            Some(inside) => block_lines(inside.strip_suffix("*/").unwrap_or(inside)),
            None => {
                let text = written.strip_prefix("//").or_else(|| written.strip_prefix('#')).unwrap_or(written);
                vec![text.trim_end().to_owned()]
            }
        };
        Self { span, lines: lines.iter().map(|line| visible(line)).collect() }
    }

    /// An ignore comment that takes the place of the one at `span`.
    pub(super) fn ignore(span: Span, codes: &[&String], reason: &str) -> Self {
        let codes = codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ");
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { span, lines: vec![visible(&format!(" {} ignore[{codes}] {reason}", directive::MARK))] }
    }

    /// Whether it addresses cxvars.
    pub(super) fn is_directive(&self) -> bool {
        self.lines.iter().any(|line| line.trim_start_matches(['#', '/', ' ', '\t']).starts_with(directive::MARK))
    }

    /// The lines of comments, each after `mark`.
    pub(super) fn marked<'c>(&'c self, mark: &'c str) -> impl Iterator<Item = String> + 'c {
        self.lines.iter().map(move |line| format!("{mark}{line}"))
    }

    /// The comment as one line after `mark`.
    pub(super) fn in_one_line(&self, mark: &str) -> String {
        let lines = self.lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        match self.lines.as_slice() {
            [line] => format!("{mark}{line}"),
            _ => format!("{mark} {lines}"),
        }
    }

    /// Its lines for `.env`, where some programs read a comment that begins like a note as one.
    pub(super) fn in_env(&self) -> impl Iterator<Item = String> {
        self.lines.iter().map(|line| {
            let text = line.trim_start_matches(['#', ' ', '\t']);
            let is_ignore =
                text.strip_prefix(directive::MARK).is_some_and(|rest| rest.trim_start().starts_with("ignore["));
            if is_like_note(text) && !is_ignore { format!("# - {text}") } else { format!("#{line}") }
        })
    }
}

/// Writes spaces.
pub(super) fn push_indent(text: &mut String, by: usize) {
    text.extend(std::iter::repeat_n(' ', by));
}

/// Writes comments as lines of their own.
pub(super) fn push_lines(text: &mut String, comments: &[Comment], mark: &str, indent: usize) {
    for line in comments.iter().flat_map(|comment| comment.marked(mark)) {
        push_indent(text, indent);
        text.push_str(&line);
        text.push('\n');
    }
}

/// The lines of a comment between `/*` and `*/`, without the asterisks that some editors put at their start. An ignore
/// becomes one line.
fn block_lines(inside: &str) -> Vec<String> {
    if inside.trim_start().starts_with(directive::MARK) {
        return vec![format!(" {}", inside.split_whitespace().collect::<Vec<_>>().join(" "))];
    }
    let plain = |line: &str| {
        let line = line.trim();
        let text = line.strip_prefix('*').unwrap_or(line).trim();
        if text.is_empty() { String::new() } else { format!(" {text}") }
    };
    let mut lines: Vec<String> = inside.split(['\n', '\r']).map(plain).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    if lines.len() > 1 && lines.first().is_some_and(String::is_empty) {
        lines.remove(0);
    }
    if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// A line in which no character ends a line, or is refused, in another format. Joiners of scripts and emoji stay.
fn visible(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for character in line.chars() {
        match character {
            '\t' | '\u{200c}' | '\u{200d}' => text.push(character),
            _ if is_invisible(character) || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                text.extend(character.escape_unicode());
            }
            _ => text.push(character),
        }
    }
    text
}
