//! Writes the model as JSON or JSONC. What is short and has no comments is on one line.

use std::fmt::Write;

use zeroize::Zeroizing;

use super::comment::{Comment, push_indent, push_lines};
use super::model::{Member, Model};
use super::note::Notes;
use crate::base::display::is_invisible;
use crate::reader::{Shape, is_number};

/// The longest line that several fields share, in bytes.
const MAX_LINE: usize = 120;
const MARK: &str = "//";

/// Writes a model.
pub(super) fn write(model: &Model<'_>, has_comments: bool, notes: &mut Notes<'_>) -> Zeroizing<String> {
    let mut writer = Writer { text: model.buffer(), has_comments, notes };
    let root = &model.root;
    writer.lines(&root.before, 0);
    writer.value(root, 0);
    writer.trailing(&root.after);
    writer.text.push('\n');
    writer.lines(&model.foot, 0);
    writer.text
}

struct Writer<'w, 't> {
    text: Zeroizing<String>,
    has_comments: bool,
    notes: &'w mut Notes<'t>,
}

impl Writer<'_, '_> {
    fn value(&mut self, member: &Member<'_>, indent: usize) {
        let (open, close) = match member.value.shape() {
            Shape::Array => ('[', ']'),
            Shape::Object => ('{', '}'),
            _ => return scalar(&mut self.text, member, Some(self.notes)),
        };
        if let Some(line) = self.on_one_line(member, indent) {
            self.text.push_str(&line);
            return;
        }
        self.text.push(open);
        self.trailing(&member.opener);
        self.text.push('\n');
        let last = member.members.len().saturating_sub(1);
        for (index, inner) in member.members.iter().enumerate() {
            if inner.is_apart && index > 0 && self.has_comments {
                self.text.push('\n');
            }
            // A comment after a bracket would be about the bracket's line.
            let (above, behind) =
                if inner.is_container() { (&inner.after[..], &[][..]) } else { (&[][..], &inner.after[..]) };
            self.lines(&inner.before, indent + 2);
            self.lines(above, indent + 2);
            self.indent(indent + 2);
            self.key(inner);
            self.value(inner, indent + 2);
            if index < last {
                self.text.push(',');
            }
            self.trailing(behind);
            self.text.push('\n');
        }
        self.lines(&member.end, indent + 2);
        self.indent(indent);
        self.text.push(close);
    }

    /// A container on one line: an empty one, a reference, and a variable that fits.
    fn on_one_line(&mut self, member: &Member<'_>, indent: usize) -> Option<Zeroizing<String>> {
        let is_flat = member.key.is_none()
            && indent > 0
            && member.members.iter().all(|inner| !inner.is_container() || inner.is_reference());
        let may_be = !member.is_container() || member.is_reference() || is_flat;
        if member.has_comments_inside() || !may_be {
            return None;
        }
        let mut line = Zeroizing::new(String::new());
        flow(&mut line, member, None);
        if member.is_container() && !member.is_reference() && line.len() + indent > MAX_LINE {
            return None;
        }
        // Once more, for the notes.
        line.clear();
        flow(&mut line, member, Some(self.notes));
        Some(line)
    }

    fn key(&mut self, member: &Member<'_>) {
        if let Some(key) = member.key {
            string(&mut self.text, key);
            self.text.push_str(": ");
        }
    }

    fn indent(&mut self, by: usize) {
        push_indent(&mut self.text, by);
    }

    fn lines(&mut self, comments: &[Comment], indent: usize) {
        push_lines(&mut self.text, comments, MARK, indent);
    }

    fn trailing(&mut self, comments: &[Comment]) {
        for comment in comments {
            self.text.push(' ');
            self.text.push_str(&comment.in_one_line(MARK));
        }
    }
}

/// A value on one line.
fn flow(text: &mut Zeroizing<String>, member: &Member<'_>, mut notes: Option<&mut Notes<'_>>) {
    let (open, close) = match member.value.shape() {
        Shape::Array => ('[', ']'),
        Shape::Object => ('{', '}'),
        _ => return scalar(text, member, notes),
    };
    text.push(open);
    for (index, inner) in member.members.iter().enumerate() {
        text.push_str(if index > 0 { ", " } else { "" });
        if let Some(key) = inner.key {
            string(text, key);
            text.push_str(": ");
        }
        flow(text, inner, notes.as_deref_mut());
    }
    text.push(close);
}

/// A scalar. What JSON has no form for becomes a string, with a note.
fn scalar(text: &mut Zeroizing<String>, member: &Member<'_>, notes: Option<&mut Notes<'_>>) {
    let written = member.value.written();
    match member.value.shape() {
        Shape::Null => text.push_str("null"),
        Shape::Boolean(truth) => text.push_str(if truth { "true" } else { "false" }),
        Shape::Number if is_number(written) => text.push_str(written),
        Shape::String => string(text, member.value.as_str().unwrap_or_default()),
        _ => {
            string(text, written);
            if let Some(notes) = notes {
                notes.add(member.value.span(), |line| {
                    format!("the value without quotes in line {line} became a string: JSON has no such number or word")
                });
            }
        }
    }
}

/// A string of JSON (RFC 8259 section 7). Characters that nobody sees are escaped.
pub(super) fn string(text: &mut Zeroizing<String>, content: &str) {
    text.push('"');
    for character in content.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{200c}' | '\u{200d}' => text.push(character),
            _ if is_invisible(character) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}
