//! What the YAML reader does about a mistake: it names it in words of its own and, where one is to blame, points at a
//! character that nobody sees.

use granit_parser::{ErrorKind, ScanError};

use super::Reader;
use crate::base::invisible::is_unnoticed;
use crate::base::span::{BYTE_ORDER_MARK, Span};
use crate::reader::{CapFault, SyntaxFault, SyntaxKind};

/// Most characters of two lines that are considered, because each costs a look at its line.
const MAX_TRIED: usize = 32;

impl Reader<'_> {
    pub(super) fn fault(&mut self, kind: SyntaxKind, span: Span) {
        let unnoticed = match kind {
            SyntaxKind::CannotBegin | SyntaxKind::TextAfterQuote if span.of(self.source).starts_with(is_unnoticed) => {
                Some(span)
            }
            // These may be mistakes in the layout.
            SyntaxKind::CannotBegin
            | SyntaxKind::ExpectedColon
            | SyntaxKind::Indentation
            | SyntaxKind::NotYaml
            | SyntaxKind::StrayColon
            | SyntaxKind::StrayDash => self.unnoticed_before(span),
            _ => None,
        };
        let (kind, span) = unnoticed.map_or((kind, span), |place| (SyntaxKind::Unnoticed, place));
        // Several mistakes may come from one character.
        if kind == SyntaxKind::Unnoticed && self.tree.tree.syntax.iter().any(|fault| fault.span == span) {
            self.tree.damage();
            return;
        }
        self.tree.fault(SyntaxFault { span, kind, opener: None });
    }

    /// An unnoticed character on the line of a mistake in the layout, or on the line above, which is where the mistake
    /// then is. Characters of keys and values do not count.
    fn unnoticed_before(&self, mistake: Span) -> Option<Span> {
        let before = self.source.get(..mistake.start())?;
        let line = before.rfind('\n').unwrap_or(0);
        let start = before.get(..line).and_then(|above| above.rfind('\n')).map_or(0, |at| at + 1);
        let rest = self.source.get(mistake.start()..)?;
        let end = mistake.start() + rest.find('\n').unwrap_or(rest.len());
        let text = self.source.get(start..end)?;
        // A byte order mark is allowed at the start of the text.
        let may_stand = |at: usize, character| start + at == 0 && character == BYTE_ORDER_MARK;
        let found =
            text.char_indices().filter(|(at, character)| is_unnoticed(*character) && !may_stand(*at, *character));
        let (at, _) = found.take(MAX_TRIED).find(|(at, _)| {
            let before = text.get(..*at).unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default();
            // `name:` with such a character after it is read as a text that goes on in the next line.
            let is_indicator_before = line.ends_with([':', '-', '?']);
            !line.contains(['"', '\'', '#']) && (is_indicator_before || !self.tree.has_scalar_at(start + at))
        })?;
        Some(self.character(start + at))
    }

    /// Records the mistake at which the parser stopped. Only the kind is used, because the message of the parser may
    /// quote the document.
    pub(super) fn stop(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or(self.source.len());
        let span = self.character(at);
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            self.tree.tree.cap = Some(CapFault::Depth { limit: self.depth, span });
        } else {
            self.fault(kind_of(error.kind()), span);
        }
        self.abandon();
    }

    /// Marks all open containers as damaged, closes them and stops reading. A key without a value is dropped.
    pub(super) fn abandon(&mut self) {
        self.key = None;
        while self.tree.depth() > 0 {
            self.tree.damage();
            self.tree.close(self.end);
        }
        self.documents = usize::MAX;
    }
}

/// Translates an error of the parser into the kinds that messages use.
fn kind_of(error: &ErrorKind) -> SyntaxKind {
    use ErrorKind as E;
    match error {
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabAtBlockScalarStart => SyntaxKind::Tab,
        E::InvalidIndentation
        | E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::InvalidBlockScalarIndent
        | E::InvalidQuotedScalarIndent
        | E::InvalidFlowScalarIndent => SyntaxKind::Indentation,
        E::MappingValueNotAllowed | E::InvalidColonPlacement => SyntaxKind::StrayColon,
        E::BlockSequenceEntryNotAllowed | E::MappingKeyNotAllowed | E::BlockEntryInFlowCollection => {
            SyntaxKind::StrayDash
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => SyntaxKind::ExpectedColon,
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => SyntaxKind::UnterminatedQuote,
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => SyntaxKind::TextAfterQuote,
        E::UnclosedFlowCollection { .. } => SyntaxKind::Unclosed,
        E::MisplacedFlowCollectionEnd => SyntaxKind::UnexpectedClose,
        E::MismatchedFlowCollectionEnd { .. } => SyntaxKind::MismatchedClose,
        E::ExpectedFlowMappingSeparator => SyntaxKind::ExpectedCommaInObject,
        E::ExpectedFlowSequenceSeparator => SyntaxKind::ExpectedCommaInArray,
        E::UnknownQuotedScalarEscape | E::InvalidQuotedScalarHexEscape | E::InvalidUnicodeEscape => {
            SyntaxKind::InvalidEscape
        }
        E::InvalidLowSurrogate | E::MissingLowSurrogate | E::UnpairedLowSurrogate | E::InvalidLowSurrogateHexEscape => {
            SyntaxKind::LoneSurrogate
        }
        E::UnexpectedCharacter { .. } | E::PlainScalarStartsWithDashFlowIndicator => SyntaxKind::CannotBegin,
        E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => SyntaxKind::BlockScalarHeader,
        E::CommentNotSeparated | E::CommentInterceptedScalar => SyntaxKind::CommentPlace,
        _ => SyntaxKind::NotYaml,
    }
}
