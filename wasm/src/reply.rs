//! Answers in one buffer, which `npm/src/reply.ts` reads.
//!
//! An answer is a list of numbers and one text. A text in it is a number, its length in UTF-16 code units, and the next
//! piece of the one text. Crossing the boundary once for each string and object would take longer than the check.

use std::cell::RefCell;

use cxvars_core::base::span::{LineIndex, Position, Span, Unit};
use cxvars_core::check::Report;
use cxvars_core::diagnostic::{Applicability, Diagnostic, Severity};
use cxvars_core::render::{not_shown, shown};

/// The length that stands for a text that is not there.
const ABSENT: u32 = u32::MAX;

thread_local! {
    /// The last answer. It stays until the next one, so that the caller can read it.
    static LAST: RefCell<Reply> = const { RefCell::new(Reply { numbers: Vec::new(), text: String::new() }) };
}

/// An answer that is being written.
pub(crate) struct Reply {
    /// Address and length of the text in bytes, then the numbers of the answer.
    numbers: Vec<u32>,
    text: String,
}

/// Writes an answer and returns the address of its numbers.
pub(crate) fn reply(write: impl FnOnce(&mut Reply)) -> *const u32 {
    LAST.with_borrow_mut(|reply| {
        reply.text.clear();
        reply.numbers.clear();
        reply.numbers.extend([0, 0]);
        write(reply);
        let text = [reply.text.as_ptr() as u32, reply.text.len() as u32];
        reply.numbers.splice(..2, text);
        reply.numbers.as_ptr()
    })
}

impl Reply {
    pub(crate) fn number(&mut self, number: usize) {
        self.numbers.push(number as u32);
    }

    #[inline(never)]
    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.encode_utf16().count());
        self.text.push_str(text);
    }

    pub(crate) fn text_if_any(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.numbers.push(ABSENT),
        }
    }

    /// Writes the number of items, then each item.
    pub(crate) fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.number(items.len());
        items.iter().for_each(|item| write(self, item));
    }

    /// Writes a report on a text.
    pub(crate) fn report(&mut self, text: &str, report: &Report) {
        self.number(not_shown(report));
        let found = shown(report);
        // A document without findings needs no index of its lines.
        let index = LineIndex::in_unit(if found.is_empty() { "" } else { text }, Unit::Utf16);
        self.list(&found, |reply, finding| reply.finding(finding, &index));
    }

    fn finding(&mut self, finding: &Diagnostic, index: &LineIndex<'_>) {
        self.text(&finding.code);
        self.text(&finding.name);
        self.number(usize::from(finding.severity == Severity::Error));
        self.text(&finding.message);
        self.text_if_any(finding.help.as_deref());
        self.text(&finding.pointer);
        self.text_if_any(finding.variable.as_deref());
        self.range(finding.span, index);
        self.list(&finding.related, |reply, related| {
            reply.text(&related.message);
            reply.range(related.span, index);
        });
        self.list(&finding.fixes, |reply, fix| {
            reply.text(&fix.message);
            reply.number(match fix.applicability {
                Applicability::Safe => 0,
                Applicability::Unsafe => 1,
                Applicability::DisplayOnly => 2,
            });
            reply.list(&fix.edits, |reply, edit| {
                reply.number(index.offset(edit.span.start()));
                reply.number(index.offset(edit.span.end()));
                reply.text(&edit.text);
            });
        });
        self.number(finding.params.iter().len());
        for (key, value) in finding.params.iter() {
            self.text(key);
            self.text(value);
        }
    }

    fn range(&mut self, span: Span, index: &LineIndex<'_>) {
        for offset in [span.start(), span.end()] {
            let Position { line, column, offset } = index.position(offset);
            self.number(line);
            self.number(column);
            self.number(offset);
        }
    }
}
