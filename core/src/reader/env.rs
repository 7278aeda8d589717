//! The `.env` reader: lines of `NAME=value`, one variable each.
//!
//! Programs disagree about `.env`. This reader accepts the syntax that nearly all of them read alike, and refuses the
//! rest. `$` has no special meaning: nothing is expanded.
//!
//! Fields that a line cannot express are in a comment, `# cxvars: type=integer encrypted`, after the value or on a line
//! of its own above it. Such a comment is called a note. Its words become fields of the variable, and the rules check
//! them as in every other format.

use zeroize::Zeroizing;

use super::builder::{Builder, Content};
use super::tree::{NodeKind, Tree};
use super::{MOST_FAULTS, SyntaxFault, SyntaxKind, is_one_word, length_cap};
use crate::base::limits::Limits;
use crate::base::span::{BYTE_ORDER_MARK, Span};
use crate::base::vocabulary::VARIABLE_FIELDS;
use crate::base::vocabulary::did_you_mean;

/// The start of a comment that is a note.
const NOTE: &str = "cxvars:";
/// The start of a note that ignores findings and adds no fields.
const IGNORE: &str = "ignore[";

/// Reads a text, within the limits.
pub(crate) fn read_env(source: &str, limits: Limits) -> Tree<'_> {
    let mut tree = Builder::new(source);
    tree.tree.cap = length_cap(limits, source);
    if tree.tree.cap.is_some() {
        return tree.tree;
    }
    let words = Words::keep_in(&mut tree);
    let mut reader = Reader { source, at: 0, tree, words, notes: Vec::new() };
    reader.document();
    reader.tree.tree
}

/// Texts of nodes that are not in the source. They are stored once and shared by all variables.
#[derive(Clone, Copy)]
struct Words {
    name: Content,
    value: Content,
    type_word: Content,
    string: Content,
}

impl Words {
    fn keep_in(tree: &mut Builder<'_>) -> Self {
        let mut keep = |word: &str| Content::Decoded(tree.keep(Zeroizing::new(word.to_owned())));
        Self { name: keep("name"), value: keep("value"), type_word: keep("type"), string: keep("string") }
    }
}

struct Reader<'t> {
    source: &'t str,
    at: usize,
    tree: Builder<'t>,
    words: Words,
    /// The notes on the lines above, which belong to the next variable.
    notes: Vec<Span>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) {
        if self.source.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len_utf8();
        }
        self.tree.open(NodeKind::Array, Span::point(self.at));
        while self.at < self.source.len() && self.tree.tree.syntax.len() < MOST_FAULTS {
            self.line();
        }
        self.end_of_notes();
        if self.tree.tree.syntax.len() >= MOST_FAULTS {
            self.tree.damage();
        }
        self.tree.close(self.source.len());
        if self.tree.tree.nodes.len() == 1 && self.tree.tree.syntax.is_empty() {
            self.tree.tree.nodes.clear();
            self.fault(SyntaxKind::Empty, Span::point(self.source.len()));
        }
    }

    fn line(&mut self) {
        self.skip_blanks();
        let rest = self.rest_of_line();
        if rest.is_empty() {
            self.end_of_notes();
        } else if rest.starts_with('#') {
            let note = self.comment();
            self.notes.extend(note);
        } else if let Some((before, _)) = rest.split_once('=') {
            self.variable(before);
        } else {
            self.fault(SyntaxKind::NoEqualsSign, Span::new(self.at, self.at + rest.trim_end().len()));
            self.notes.clear();
        }
        self.next_line();
    }

    /// Reads the line of a variable. `before` is the text before the equals sign.
    fn variable(&mut self, before: &'t str) {
        let line = self.at;
        let exported = before.strip_prefix("export").filter(|name| name.starts_with([' ', '\t']));
        let name = exported.map_or(before, |name| name.trim_start_matches([' ', '\t']));
        let start = line + before.len() - name.len();
        let name = Span::new(start, start + name.trim_end_matches([' ', '\t']).len());
        if !is_one_word(name.of(self.source)) {
            self.fault(SyntaxKind::NotOneWord, name);
            self.notes.clear();
            return;
        }
        self.at = line + before.len() + 1;
        self.skip_blanks();
        let (value, content) = match self.value() {
            Ok(value) => value,
            Err((kind, span)) => {
                self.fault(kind, span);
                self.notes.clear();
                return;
            }
        };
        let behind = self.trailing();
        let above = std::mem::take(&mut self.notes);
        let first = above.first().map_or(line, |note| note.start());
        let end = behind.map_or(value.end(), Span::end);
        self.tree.open(NodeKind::Object, Span::point(first));
        let has_type = above.iter().chain(&behind).fold(false, |any, note| any | self.has_type(*note));
        above.iter().for_each(|note| self.fields(*note));
        let Words { name: name_key, value: value_key, type_word, string } = self.words;
        self.tree.text(NodeKind::Key, Span::point(name.start()), name_key);
        self.tree.text(NodeKind::String, name, Content::Plain);
        self.tree.text(NodeKind::Key, Span::point(value.start()), value_key);
        self.tree.text(NodeKind::String, value, content);
        behind.iter().for_each(|note| self.fields(*note));
        if !has_type {
            self.tree.text(NodeKind::Key, Span::point(end), type_word);
            self.tree.text(NodeKind::String, Span::point(end), string);
        }
        self.tree.close(end);
    }

    // Values

    fn value(&mut self) -> Result<(Span, Content), (SyntaxKind, Span)> {
        let rest = self.source.get(self.at..).unwrap_or_default();
        match rest.as_bytes().first() {
            Some(quote @ (b'\'' | b'"')) => self.quoted(*quote),
            _ => Ok(self.unquoted()),
        }
    }

    /// Reads a value up to a comment or the end of the line, and trims white space at its end.
    fn unquoted(&mut self) -> (Span, Content) {
        let rest = self.rest_of_line();
        let is_comment = |at: usize| at == 0 || rest.get(..at).is_some_and(|before| before.ends_with([' ', '\t']));
        let comment = rest.match_indices('#').map(|(at, _)| at).find(|at| is_comment(*at));
        let value = rest.get(..comment.unwrap_or(rest.len())).unwrap_or_default().trim_end();
        let span = Span::new(self.at, self.at + value.len());
        self.at = span.end();
        (span, Content::Plain)
    }

    /// Reads a value from one quote to the next, over any number of lines. Only double quotes allow escapes.
    fn quoted(&mut self, quote: u8) -> Result<(Span, Content), (SyntaxKind, Span)> {
        let start = self.at;
        let knows_escapes = quote == b'"';
        let inside = self.source.get(start + 1..).unwrap_or_default();
        let mut is_escaped = false;
        let closes = |byte| {
            let closes = byte == quote && !is_escaped;
            is_escaped = knows_escapes && byte == b'\\' && !is_escaped;
            closes
        };
        let Some(length) = inside.bytes().position(closes) else {
            return Err((SyntaxKind::UnterminatedQuote, Span::new(start, start + 1)));
        };
        let span = Span::new(start, start + 1 + length + 1);
        self.at = span.end();
        let written = inside.get(..length).unwrap_or_default();
        let as_written = !written.contains(if knows_escapes { &['\r', '\\'][..] } else { &['\r'] });
        if as_written {
            return Ok((span, Content::Quoted));
        }
        let text = decode(written, knows_escapes).map_err(|at| {
            let escape = written.get(at..).unwrap_or_default().chars().take(2).map(char::len_utf8).sum::<usize>();
            (SyntaxKind::InvalidEscape, Span::new(start + 1 + at, start + 1 + at + escape))
        })?;
        Ok((span, Content::Decoded(self.tree.keep(text))))
    }

    // Comments

    /// Reads the rest of the line after a value, and returns its note, if there is one.
    fn trailing(&mut self) -> Option<Span> {
        self.skip_blanks();
        let rest = self.rest_of_line();
        if rest.starts_with('#') {
            return self.comment();
        }
        if let Some(first) = rest.chars().next() {
            self.fault(SyntaxKind::TextAfterQuote, Span::new(self.at, self.at + first.len_utf8()));
        }
        None
    }

    /// Reads a comment. If it is a note, returns the span of its words.
    fn comment(&mut self) -> Option<Span> {
        let rest = self.rest_of_line();
        let comment = Span::new(self.at, self.at + rest.len());
        let text = rest.trim_start_matches(['#', ' ', '\t']);
        let note = text.strip_prefix(NOTE).map(str::trim_start).filter(|words| !words.starts_with(IGNORE));
        if let Some(words) = note {
            return Some(Span::new(comment.end() - words.len(), comment.end()));
        }
        let first =
            text.split(|letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
        if !text.starts_with(NOTE) && is_nearly_a_note(first) {
            self.fault(SyntaxKind::LooksLikeNote, comment);
        }
        self.tree.tree.comments.push(comment);
        None
    }

    /// The words of a note: the span of each key, and the span of its value if it has an equals sign.
    fn words(&self, note: Span) -> impl Iterator<Item = (Span, Option<Span>)> + use<'t> {
        let text = note.of(self.source);
        let words = text.split([' ', '\t', ',']).scan(note.start(), |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, word))
        });
        words.filter(|(_, word)| !word.is_empty()).map(|(start, word)| match word.find('=') {
            Some(sign) => (Span::new(start, start + sign), Some(Span::new(start + sign + 1, start + word.len()))),
            None => (Span::new(start, start + word.len()), None),
        })
    }

    fn has_type(&self, note: Span) -> bool {
        self.words(note).any(|(key, _)| key.of(self.source) == "type")
    }

    /// Adds the words of a note as fields. A word without a value, such as `encrypted`, means true.
    fn fields(&mut self, note: Span) {
        for (key, value) in self.words(note) {
            // A word that resembles no field may be a value. It does not become a key, because messages show keys.
            if did_you_mean(key.of(self.source), VARIABLE_FIELDS).is_none() {
                self.fault(SyntaxKind::UnknownNoteWord, key);
                continue;
            }
            self.tree.text(NodeKind::Key, key, Content::Plain);
            let kind = match (key.of(self.source), value.map(|value| value.of(self.source))) {
                ("encrypted", None | Some("true")) => NodeKind::True,
                ("encrypted", Some("false")) => NodeKind::False,
                _ => NodeKind::String,
            };
            self.tree.text(kind, value.unwrap_or(Span::point(key.end())), Content::Plain);
        }
    }

    /// Reports a note that is not followed by a variable.
    fn end_of_notes(&mut self) {
        if let Some(note) = self.notes.pop() {
            self.fault(SyntaxKind::NoteWithoutVariable, note);
        }
        self.notes.clear();
    }

    // Lines

    fn fault(&mut self, kind: SyntaxKind, span: Span) {
        self.tree.fault(SyntaxFault { span, kind, opener: None });
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest_of_line();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// The text from here to the end of the line, without the line break.
    fn rest_of_line(&self) -> &'t str {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }

    fn next_line(&mut self) {
        let rest = self.source.get(self.at..).unwrap_or_default();
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }
}

/// Decodes the text between quotes. The error is the offset of an invalid escape.
fn decode(written: &str, knows_escapes: bool) -> Result<Zeroizing<String>, usize> {
    // The text is never longer than its source, so the buffer is never reallocated, and one wipe covers all of it.
    let mut text = Zeroizing::new(String::with_capacity(written.len()));
    let mut characters = written.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        text.push(match character {
            // CRLF becomes LF, so the value does not depend on how the file was saved.
            '\r' if characters.next_if(|(_, next)| *next == '\n').is_some() => '\n',
            '\\' if knows_escapes => match characters.next() {
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, 't')) => '\t',
                Some((_, escaped @ ('"' | '\\' | '$'))) => escaped,
                _ => return Err(at),
            },
            other => other,
        });
    }
    Ok(text)
}

/// Whether a word is the start of a note, or at most one edit away from it. Case is ignored.
fn is_nearly_a_note(word: &str) -> bool {
    let note = NOTE.trim_end_matches(':');
    word.len() <= 2 * note.len() && strsim::damerau_levenshtein(&word.to_ascii_lowercase(), note) <= 1
}

#[cfg(test)]
#[path = "env_tests.rs"]
mod tests;
