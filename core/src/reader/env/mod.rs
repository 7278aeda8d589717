//! The `.env` reader: lines of `NAME=value`, one variable each.
//!
//! Programs disagree about `.env`. This reader accepts what all of them read alike, and says of the rest who reads what;
//! `value.rs` knows what that is in a value. Nothing is expanded.
//!
//! Fields that a line cannot express are in a comment, `# cxvars: type=integer encrypted`, after the value or on a line
//! of its own above it. Such a comment is called a note. Its words become fields of the variable, and the rules check
//! them as in every other format.

mod value;

use value::Quoted;
use zeroize::Zeroizing;

use super::builder::{Builder, Content};
use super::tree::{NodeKind, Tree};
use super::{MOST_FAULTS, SyntaxFault, SyntaxKind, is_one_word, length_cap};
use crate::base::invisible::is_unnoticed;
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
    let mut reader = Reader { source, at: 0, tree, words, notes: Vec::new(), above: None };
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
    /// The value of the line above, if it has no quotes.
    above: Option<Span>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) {
        self.tree.open(NodeKind::Array, Span::point(0));
        if self.source.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len_utf8();
            self.fault(SyntaxKind::ByteOrderMark, Span::new(0, self.at));
        }
        self.lone_carriage_return();
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
        let start = self.at;
        self.skip_blanks();
        let above = self.above.take();
        let rest = self.rest_of_line();
        self.indentation(Span::new(start, self.at), rest);
        if rest.is_empty() {
            self.end_of_notes();
        } else if rest.starts_with('#') {
            self.comment_line();
        } else if let Some(colon) = colon_after_name(rest) {
            self.refuse(SyntaxKind::ColonForEquals, Span::new(self.at + colon, self.at + colon + 1));
        } else if let Some((before, value)) = rest.split_once('=') {
            let is_rest = above.is_some_and(|above| {
                value::continues(above.of(self.source), before.trim_end(), value.trim_matches([' ', '\t']))
            });
            match is_rest {
                true => self.refuse(SyntaxKind::RestOfValue, Span::new(self.at, self.at + rest.trim_end().len())),
                false => self.variable(before),
            }
        } else {
            let span = Span::new(self.at, self.at + rest.trim_end().len());
            let blank = rest.chars().next().filter(|first| is_unnoticed(*first));
            match blank {
                Some(blank) => self.refuse(SyntaxKind::Unnoticed, Span::new(self.at, self.at + blank.len_utf8())),
                None => self.refuse(SyntaxKind::NoEqualsSign, span),
            }
        }
        self.next_line();
    }

    /// Reports blanks at the start of a line that Node reads as part of a name: those before a comment, a tab before
    /// anything, and a line of blanks between others.
    fn indentation(&mut self, blanks: Span, rest: &str) {
        let text = blanks.of(self.source);
        let is_part_of_name = match rest.chars().next() {
            Some('#') => !text.is_empty(),
            Some(_) => text.contains('\t'),
            None => {
                let after = self.source.get(blanks.end()..).unwrap_or_default();
                !text.is_empty() && !after.trim_start().is_empty() && (blanks.start() > 0 || text.contains('\t'))
            }
        };
        if is_part_of_name {
            self.fault(SyntaxKind::EnvIndentation, blanks);
        }
    }

    /// Reads the line of a variable. `before` is the text before the equals sign.
    fn variable(&mut self, before: &'t str) {
        let line = self.at;
        let name = match self.name(before) {
            Ok(name) => name,
            Err((kind, span)) => return self.refuse(kind, span),
        };
        self.at = line + before.len() + 1;
        let Some((value, content)) = self.value() else { return };
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

    /// The span of the name before an equals sign.
    fn name(&self, before: &str) -> Result<Span, (SyntaxKind, Span)> {
        let exported = before.strip_prefix("export").filter(|name| name.starts_with([' ', '\t']));
        let written = exported.map_or(before, |name| name.strip_prefix(' ').unwrap_or(name));
        let start = self.at + before.len() - written.len();
        let name = Span::new(start, start + written.trim_end_matches(' ').len());
        let text = name.of(self.source);
        // Node takes other blanks for a part of the name.
        if let Some(blank) =
            exported.and_then(|_| text.starts_with([' ', '\t']).then_some(0)).or_else(|| text.find('\t'))
        {
            return Err((SyntaxKind::EnvBlank, Span::new(start + blank, start + blank + 1)));
        }
        if let Some((at, character)) = text.char_indices().find(|(_, character)| is_unnoticed(*character)) {
            return Err((SyntaxKind::Unnoticed, Span::new(start + at, start + at + character.len_utf8())));
        }
        match () {
            () if text.is_empty() => Err((SyntaxKind::NoName, Span::new(start, start + 1))),
            () if !is_one_word(text) => Err((SyntaxKind::NotOneWord, name)),
            () if !text.chars().all(is_letter_of_name) => Err((SyntaxKind::NotAName, name)),
            () => Ok(name),
        }
    }

    // Values

    /// Reads the value after the equals sign; none if it has no end.
    fn value(&mut self) -> Option<(Span, Content)> {
        let line = self.rest_of_line();
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let quote = line.as_bytes().get(blanks).copied().filter(|first| matches!(first, b'\'' | b'"'));
        let Some(quote) = quote else {
            let value = value::unquoted(line, self.at);
            self.at = value.span.end();
            value.disagreement.into_iter().for_each(|fault| self.tree.fault(fault));
            self.above = Some(value.span);
            return Some((value.span, Content::Plain));
        };
        if let Some(tab) = line.get(..blanks).and_then(|blanks| blanks.find('\t')) {
            self.fault(SyntaxKind::EnvBlank, Span::new(self.at + tab, self.at + tab + 1));
        }
        let start = self.at + blanks;
        let text = self.source.get(start..).unwrap_or_default();
        let Some(Quoted { length, decoded, disagreement }) = value::quoted(text, quote, start) else {
            self.refuse(SyntaxKind::UnterminatedQuote, Span::new(start, start + 1));
            return None;
        };
        self.at = start + length;
        disagreement.into_iter().for_each(|fault| self.tree.fault(fault));
        let content = decoded.map_or(Content::Quoted, |text| Content::Decoded(self.tree.keep(text)));
        Some((Span::new(start, self.at), content))
    }

    // Comments

    /// Reads the rest of the line after a value, and returns its note, if there is one.
    fn trailing(&mut self) -> Option<Span> {
        let end = self.at;
        self.skip_blanks();
        let rest = self.rest_of_line();
        if rest.starts_with('#') {
            let has_blank = self.at > end || self.source.get(..end).is_some_and(|before| before.ends_with([' ', '\t']));
            if !has_blank {
                self.fault(SyntaxKind::HashAfterQuote, Span::new(end, end + 1));
            }
            return self.comment();
        }
        let first = rest.chars().next()?;
        let kind = if is_unnoticed(first) { SyntaxKind::Unnoticed } else { SyntaxKind::TextAfterQuote };
        self.fault(kind, Span::new(self.at, self.at + first.len_utf8()));
        None
    }

    /// Reads a comment on a line of its own.
    fn comment_line(&mut self) {
        let rest = self.rest_of_line();
        let end = self.at + rest.len();
        if end == self.source.len() && rest.contains('=') {
            self.fault(SyntaxKind::CommentAtEnd, Span::new(self.at, end));
        }
        let note = self.comment();
        self.notes.extend(note);
    }

    /// Reads a comment. If it is a note, returns the span of its words.
    fn comment(&mut self) -> Option<Span> {
        let rest = self.rest_of_line();
        let comment = Span::new(self.at, self.at + rest.len());
        if let Some((at, end)) = rest.char_indices().find(|(_, character)| value::is_js_line_end(*character)) {
            let start = self.at + at;
            self.fault(SyntaxKind::Unnoticed, Span::new(start, start + end.len_utf8()));
        }
        let text = rest.trim_start_matches(['#', ' ', '\t']);
        let note = text.strip_prefix(NOTE).map(str::trim_start).filter(|words| !words.starts_with(IGNORE));
        if let Some(words) = note {
            return Some(Span::new(comment.end() - words.len(), comment.end()));
        }
        if !text.starts_with(NOTE) && is_like_note(text) {
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

    /// Reports the first carriage return that no line feed follows. A text that has one usually has one in every line.
    fn lone_carriage_return(&mut self) {
        let mut found = self.source.match_indices('\r').map(|(at, _)| at);
        let is_lone = |at: &usize| self.source.as_bytes().get(at + 1) != Some(&b'\n');
        if let Some(at) = found.find(is_lone) {
            self.fault(SyntaxKind::LoneCarriageReturn, Span::new(at, at + 1));
        }
    }

    /// Reports a line that becomes no variable. Notes above it belong to it.
    fn refuse(&mut self, kind: SyntaxKind, span: Span) {
        self.fault(kind, span);
        self.notes.clear();
    }

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

/// The offset of a colon that follows a name at the start of a line, where an equals sign belongs.
fn colon_after_name(line: &str) -> Option<usize> {
    let line = line.trim_end();
    let colon = line.find(|letter| !is_letter_of_name(letter)).filter(|end| *end > 0)?;
    let after = line.get(colon..)?.strip_prefix(':')?;
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(colon)
}

/// Whether a name may have this letter for all programs. Which names the service accepts is for the rules.
fn is_letter_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-')
}

/// Whether a comment, without its marks, begins with the word of a note or nearly so.
pub(crate) fn is_like_note(text: &str) -> bool {
    let is_end = |letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric();
    is_nearly_a_note(text.split(is_end).next().unwrap_or_default())
}

/// Whether a word is the start of a note, or at most one edit away from it. Case is ignored.
fn is_nearly_a_note(word: &str) -> bool {
    let note = NOTE.trim_end_matches(':');
    word.len() <= 2 * note.len() && strsim::damerau_levenshtein(&word.to_ascii_lowercase(), note) <= 1
}

#[cfg(test)]
#[path = "env_tests.rs"]
mod tests;
