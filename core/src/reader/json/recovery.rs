//! What the JSON reader does about a mistake: it reports it, and goes on where the text makes sense again.

use super::{Dialect, Expect, Reader};
use crate::base::span::Span;
use crate::reader::tree::NodeKind;
use crate::reader::{SyntaxFault, SyntaxKind};

impl Reader<'_> {
    /// Reports that the text ended too early: inside a container, or before a value.
    pub(super) fn unclosed(&mut self) -> Expect {
        let opener = self.tree.opener().map(|span| Span::new(span.start(), span.start() + 1));
        let kind = if opener.is_some() { SyntaxKind::Unclosed } else { SyntaxKind::ExpectedValue };
        self.tree.fault(SyntaxFault { span: Span::point(self.tokens.bytes.len()), kind, opener });
        self.abandon();
        Expect::Nothing
    }

    /// Marks all open containers as damaged, closes them and stops reading.
    pub(super) fn abandon(&mut self) {
        self.complete_key();
        while self.tree.depth() > 0 {
            self.tree.damage();
            self.tree.close(self.tokens.at);
        }
        self.tokens.at = self.tokens.bytes.len();
    }

    /// Skips to the next comma or closing bracket of the innermost container and continues after it.
    pub(super) fn resume(&mut self) -> Expect {
        let mut nested = 0_usize;
        loop {
            match self.tokens.peek() {
                Some(b'/') if self.dialect == Dialect::WithComments && self.skip_comment() => continue,
                None => {
                    self.abandon();
                    return Expect::Nothing;
                }
                Some(b'"') => {
                    if let Err((_, span)) = self.string() {
                        self.tokens.at = self.tokens.at.max(span.end());
                    }
                    continue;
                }
                Some(b'[' | b'{') => nested += 1,
                Some(b']' | b'}') if nested > 0 => nested -= 1,
                Some(close @ (b']' | b'}')) if self.tree.depth() > 0 => return self.close_matching_quietly(close),
                Some(b',') if nested == 0 && self.tree.depth() > 0 => {
                    self.tokens.at += 1;
                    self.skip_white_space();
                    return match self.tokens.peek() {
                        Some(b']' | b'}') => Expect::CommaOrEnd,
                        _ => self.next_member(),
                    };
                }
                Some(_) => {}
            }
            self.tokens.at += 1;
        }
    }

    /// As [`Self::close_matching`], but reports nothing, because a mistake right before was reported already.
    pub(super) fn close_matching_quietly(&mut self, byte: u8) -> Expect {
        let reported = self.tree.tree.syntax.len();
        let expect = self.close_matching(byte);
        self.tree.tree.syntax.truncate(reported);
        expect
    }

    pub(super) fn unreadable(&mut self, fault: (SyntaxKind, Span)) -> Expect {
        self.report(fault);
        self.placeholder();
        if self.tree.depth() == 0 {
            self.tokens.at = self.tokens.bytes.len();
            return Expect::Nothing;
        }
        self.resume()
    }

    pub(super) fn report(&mut self, (kind, span): (SyntaxKind, Span)) {
        self.fault(kind, span);
    }

    pub(super) fn fault(&mut self, kind: SyntaxKind, span: Span) {
        self.tree.fault(SyntaxFault { span, kind, opener: None });
    }

    /// Reports a mistake after which nothing is missing, so that no container is damaged. It does not count towards the
    /// maximum of mistakes.
    pub(super) fn slip(&mut self, kind: SyntaxKind, span: Span) {
        self.tree.tree.syntax.push(SyntaxFault { span, kind, opener: None });
        self.slips += 1;
    }

    /// A more specific kind for syntax of other languages, such as single quotes; `otherwise` for anything else.
    pub(super) fn stray_kind(&self, otherwise: SyntaxKind) -> SyntaxKind {
        let rest = self.tokens.bytes.get(self.tokens.at..).unwrap_or_default();
        match rest {
            [b'\'', ..] => SyntaxKind::SingleQuotes,
            [b'/', b'/' | b'*', ..] | [b'#', ..] => SyntaxKind::Comment,
            _ => otherwise,
        }
    }

    /// Adds a placeholder for a value that could not be read, because every key needs a value.
    pub(super) fn placeholder(&mut self) {
        self.tree.scalar(NodeKind::Unreadable, self.tokens.here());
    }

    /// Adds a placeholder if the last key has no value yet.
    pub(super) fn complete_key(&mut self) {
        if self.tree.awaits_value() {
            self.placeholder();
        }
    }
}
