//! Writes the model as YAML, in blocks. References are in braces.
//!
//! A string has no quotes if every reader takes it for the same string without them. Text of several lines is a literal
//! block where that keeps each character; everything else is in double quotes.

use std::fmt::Write;

use zeroize::Zeroizing;

use super::comment::{Comment, push_indent, push_lines};
use super::model::{Member, Model};
use super::settle::{is_block, settle};
use crate::base::display::is_invisible;
use crate::base::invisible::unseen;
use crate::reader::{Shape, is_string};

const MARK: &str = "#";
/// The longest text without quotes, in bytes. A key may have 1024 characters at most (YAML 1.2.2 section 7.4.2).
const MAX_PLAIN: usize = 200;

/// Writes a model.
pub(super) fn write(mut model: Model<'_>) -> Zeroizing<String> {
    settle(&mut model.root);
    let mut writer = Writer { text: model.buffer() };
    let root = &model.root;
    writer.lines(&root.before, 0);
    if root.is_container() {
        writer.block(root, 0, false);
    } else {
        writer.scalar_or_flow(root, 2);
        writer.end_line(root);
    }
    writer.lines(&model.foot, 0);
    writer.text
}

struct Writer {
    text: Zeroizing<String>,
}

impl Writer {
    /// The members of a container, each on a line of its own. If `has_begun`, the first one follows a dash.
    fn block(&mut self, member: &Member<'_>, indent: usize, has_begun: bool) {
        for (index, inner) in member.members.iter().enumerate() {
            if index > 0 || !has_begun {
                if inner.is_apart {
                    self.text.push('\n');
                }
                self.lines(&inner.before, indent);
                self.indent(indent);
            }
            match inner.key {
                Some(key) => {
                    self.string(key, &[]);
                    self.text.push(':');
                }
                None => self.text.push('-'),
            }
            let is_item = inner.key.is_none() && inner.value.shape() == Shape::Object;
            if is_item && inner.is_container() {
                self.text.push(' ');
                self.block(inner, indent + 2, true);
            } else if is_block(inner) {
                self.trailing(&inner.opener);
                self.text.push('\n');
                self.block(inner, indent + 2, false);
            } else {
                self.text.push(' ');
                self.scalar_or_flow(inner, indent + 2);
                self.end_line(inner);
            }
        }
        self.lines(&member.end, indent);
    }

    fn end_line(&mut self, member: &Member<'_>) {
        self.trailing(&member.after);
        self.text.push('\n');
    }

    fn scalar_or_flow(&mut self, member: &Member<'_>, indent: usize) {
        match member.value.shape() {
            Shape::Array | Shape::Object => self.flow(member),
            _ => self.scalar(member, indent),
        }
    }

    fn scalar(&mut self, member: &Member<'_>, indent: usize) {
        match (member.value.shape(), member.value.as_str()) {
            (Shape::Null, _) => self.text.push_str("null"),
            (Shape::Boolean(truth), _) => self.text.push_str(if truth { "true" } else { "false" }),
            (_, Some(text)) if is_literal(text) => self.literal(text, indent),
            (_, Some(text)) => self.string(text, &[' ', ':', '+', '@', '=', '&', '?', '%', '~']),
            _ => self.text.push_str(member.value.written()),
        }
    }

    /// A container in brackets, on one line.
    fn flow(&mut self, member: &Member<'_>) {
        let (open, close) = match member.value.shape() {
            Shape::Array => ('[', ']'),
            Shape::Object => ('{', '}'),
            _ => match member.value.as_str() {
                Some(text) => return self.string(text, &[]),
                None => return self.scalar(member, 0),
            },
        };
        self.text.push(open);
        for (index, inner) in member.members.iter().enumerate() {
            self.text.push_str(if index > 0 { ", " } else { "" });
            if let Some(key) = inner.key {
                self.string(key, &[]);
                self.text.push_str(": ");
            }
            self.flow(inner);
        }
        self.text.push(close);
    }

    /// A string on one line. Without quotes, it may have letters, digits, `_`, `-`, `.`, `/` and the characters `more`.
    fn string(&mut self, text: &str, more: &[char]) {
        let is_allowed =
            |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter) || more.contains(&letter);
        let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == '/');
        let is_plain = begins
            && text.len() <= MAX_PLAIN
            && text.chars().all(is_allowed)
            && !text.contains(": ")
            && !text.ends_with([':', ' '])
            && is_string(text);
        if is_plain { self.text.push_str(text) } else { quoted(&mut self.text, text) }
    }

    /// A literal block. Its text has no line break at its start, and one at most at its end.
    fn literal(&mut self, text: &str, indent: usize) {
        let (content, header) = match text.strip_suffix('\n') {
            Some(content) => (content, "|"),
            None => (text, "|-"),
        };
        self.text.push_str(header);
        for line in content.split('\n') {
            self.text.push('\n');
            if !line.is_empty() {
                self.indent(indent);
                self.text.push_str(line);
            }
        }
    }

    fn indent(&mut self, by: usize) {
        push_indent(&mut self.text, by);
    }

    fn lines(&mut self, comments: &[Comment], indent: usize) {
        push_lines(&mut self.text, comments, MARK, indent);
    }

    fn trailing(&mut self, comments: &[Comment]) {
        if !comments.is_empty() {
            let texts: Vec<String> = comments.iter().map(|comment| comment.in_one_line(MARK)).collect();
            self.text.push(' ');
            self.text.push_str(&texts.join(" "));
        }
    }
}

/// Whether a string has several lines and can be a literal block: every line break is LF, nothing is invisible, and the
/// first line shows the indentation.
pub(super) fn is_literal(text: &str) -> bool {
    let is_refused = |character: char| {
        matches!(character, '\r' | '\u{85}' | '\u{fffe}' | '\u{ffff}')
            || character.is_control() && !matches!(character, '\n' | '\t')
    };
    text.trim_end_matches('\n').contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && !text.ends_with("\n\n")
        && !text.ends_with([' ', '\t'])
        && !text.contains(is_refused)
        && unseen(text).next().is_none()
}

/// A string in double quotes. Characters that nobody sees, or that YAML refuses, are escaped (YAML 1.2.2 section 5.7).
fn quoted(text: &mut Zeroizing<String>, content: &str) {
    text.push('"');
    for character in content.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{200c}' | '\u{200d}' => text.push(character),
            _ if is_invisible(character) || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                let code = u32::from(character);
                // Writing to a string cannot fail.
                let _ = if code > 0xffff { write!(text, "\\U{code:08x}") } else { write!(text, "\\u{code:04x}") };
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}
