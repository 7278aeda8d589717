//! Applies fixes to a text.
//!
//! The result of a fix is checked again. The fix is kept only if its finding is gone and no new error has appeared. The
//! choice and order of fixes depend only on the text and the options, so a second run changes nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use crate::base::secret::Secret;
use crate::base::span::LineIndex;
use crate::check::{Report, check};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::options::CheckOptions;

/// Maximum number of rounds. One fix may make the next one possible: a list has to be unwrapped before its variables
/// can be fixed. No known document needs more than four rounds.
const MAX_ROUNDS: usize = 100;
/// Maximum number of checks in one round, which looks for the fixes that help.
const MAX_CHECKS_PER_ROUND: usize = 128;

/// A text with its fixes applied. It has no `Debug`, because it holds values.
pub struct Fixed {
    text: Secret,
    applied: Vec<Applied>,
    report: Report,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Code of the rule whose finding was fixed.
    pub code: Cow<'static, str>,
    /// What the fix does, in the imperative: "quote the value".
    pub message: String,
    /// Line of the first edit, from 1, in the text before the round that applied it.
    pub line: usize,
}

impl Fixed {
    /// The fixed text.
    pub fn text(&self) -> &Secret {
        &self.text
    }

    /// The applied fixes, by round and then in the order of the text.
    pub fn applied(&self) -> &[Applied] {
        &self.applied
    }

    /// The report for the fixed text.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The fixed text and its report.
    pub fn into_parts(self) -> (Secret, Report) {
        (self.text, self.report)
    }
}

/// Applies the fixes of a text's findings, until no fix helps any more.
///
/// With `level` [`Applicability::Safe`], only safe fixes are applied, otherwise unsafe ones as well. Fixes for display
/// only are never applied. While the text has syntax mistakes, only these are fixed.
pub fn apply(text: &str, options: &CheckOptions, level: Applicability) -> Fixed {
    apply_from(text, check(text.as_bytes(), options), options, level)
}

/// As [`apply`], for a text that was checked already. `report` is the result of that check, with the same options.
pub fn apply_from(text: &str, mut report: Report, options: &CheckOptions, level: Applicability) -> Fixed {
    let mut text = Secret::new(text);
    let mut applied = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let mut round =
            Round { text: text.expose(), options, before: &report, checks_left: MAX_CHECKS_PER_ROUND, best: None };
        let candidates = candidates(&report, level);
        let kept = round.choose(&candidates);
        let Some((next, found)) = round.best.take() else { break };
        let index = LineIndex::new(text.expose());
        applied.extend(kept.iter().map(|candidate| Applied {
            code: candidate.finding.code.clone(),
            message: candidate.fix.message.clone(),
            line: candidate.fix.edits.first().map_or(1, |edit| index.position(edit.span.start()).line),
        }));
        (text, report) = (next, found);
    }
    Fixed { text, applied, report }
}

/// Applies all of these fixes, without checking the result.
///
/// Returns none if an edit is outside of the text or within a character, or if two edits overlap or begin at the same
/// offset.
pub fn apply_fixes(text: &str, fixes: &[Fix]) -> Option<Secret> {
    replace(text, &sorted(fixes.iter().flat_map(|fix| &fix.edits)))
}

/// A finding with the fix to apply.
#[derive(Clone, Copy)]
struct Candidate<'r> {
    /// Index of the finding in its report.
    index: usize,
    finding: &'r Diagnostic,
    fix: &'r Fix,
}

/// The fixes of this level, in the order of the text. A fix that overlaps an earlier one is left out.
fn candidates(report: &Report, level: Applicability) -> Vec<Candidate<'_>> {
    let wanted = |fix: &&Fix| match fix.applicability {
        Applicability::Safe => true,
        Applicability::Unsafe => level != Applicability::Safe,
        Applicability::DisplayOnly => false,
    };
    let findings = report.diagnostics().iter().enumerate();
    let mut all: Vec<Candidate<'_>> = findings
        .filter(|(_, finding)| !report.is_unread() || finding.code == "CX001")
        .filter_map(|(index, finding)| {
            let fix = finding.fixes.iter().filter(wanted).min_by_key(|fix| fix.applicability != Applicability::Safe)?;
            Some(Candidate { index, finding, fix })
        })
        .collect();
    let place = |candidate: &Candidate<'_>| candidate.fix.edits.first().map(|edit| edit.span);
    all.sort_by(|a, b| (place(a), &a.finding.code, &a.fix.message).cmp(&(place(b), &b.finding.code, &b.fix.message)));
    let mut taken = BTreeMap::new();
    all.retain(|candidate| !candidate.fix.edits.is_empty() && take(&mut taken, &candidate.fix.edits));
    all
}

/// Adds the spans of a fix to `taken`, a map from start to end, and returns true. Adds none and returns false if one of
/// them is taken already.
fn take(taken: &mut BTreeMap<usize, usize>, edits: &[Edit]) -> bool {
    for (count, Edit { span, .. }) in edits.iter().enumerate() {
        let before = taken.range(..=span.start()).next_back();
        let behind = taken.range(span.start()..).next();
        let is_free = before.is_none_or(|(start, end)| *start < span.start() && *end <= span.start())
            && behind.is_none_or(|(start, _)| span.end() <= *start);
        if !is_free {
            for edit in edits.iter().take(count) {
                taken.remove(&edit.span.start());
            }
            return false;
        }
        taken.insert(span.start(), span.end());
    }
    true
}

/// One round: the search for the fixes that help.
struct Round<'r> {
    text: &'r str,
    options: &'r CheckOptions,
    before: &'r Report,
    checks_left: usize,
    /// The text with the fixes that were kept so far, and its report.
    best: Option<(Secret, Report)>,
}

impl Round<'_> {
    /// The candidates that help together. Nearly always all of them do, which takes one check.
    fn choose<'r>(&mut self, candidates: &[Candidate<'r>]) -> Vec<Candidate<'r>> {
        let mut kept = Vec::new();
        self.add(&mut kept, candidates);
        kept
    }

    /// Adds those fixes of `more` that help together with the kept ones. If `more` as a whole does not help, tries each
    /// half of it.
    fn add<'r>(&mut self, kept: &mut Vec<Candidate<'r>>, more: &[Candidate<'r>]) {
        if more.is_empty() || self.checks_left == 0 {
            return;
        }
        self.checks_left -= 1;
        let trial: Vec<Candidate<'r>> = kept.iter().chain(more).copied().collect();
        if let Some(result) = self.attempt(&trial) {
            *kept = trial;
            self.best = Some(result);
        } else if let Some((first, second)) = more.split_at_checked(more.len() / 2).filter(|_| more.len() > 1) {
            self.add(kept, first);
            self.add(kept, second);
        }
    }

    /// Applies these fixes, and returns the new text and its report if they help.
    fn attempt(&self, fixes: &[Candidate<'_>]) -> Option<(Secret, Report)> {
        let edits = sorted(fixes.iter().flat_map(|candidate| &candidate.fix.edits));
        let text = replace(self.text, &edits)?;
        let after = check(text.expose().as_bytes(), self.options);
        self.is_better(&after, fixes, &Shift::new(&edits)).then_some((text, after))
    }

    /// Whether the findings of the applied fixes are gone and no new error has appeared.
    fn is_better(&self, after: &Report, fixes: &[Candidate<'_>], shift: &Shift) -> bool {
        let mended: BTreeSet<usize> = fixes.iter().map(|candidate| candidate.index).collect();
        let key = |finding: &Diagnostic| (finding.code.clone(), shift.offset(finding.span.start()));
        let mut known: BTreeMap<(Cow<'static, str>, usize), usize> = BTreeMap::new();
        for (index, finding) in self.before.diagnostics().iter().enumerate() {
            let count = known.entry(key(finding)).or_default();
            *count += usize::from(!mended.contains(&index));
        }
        let is_accounted_for = |finding: &Diagnostic| {
            match known.get_mut(&(finding.code.clone(), finding.span.start())) {
                Some(0) => false,
                Some(count) => {
                    *count -= 1;
                    true
                }
                // A new warning is accepted: it may have been hidden by the errors.
                None => finding.severity == Severity::Warning,
            }
        };
        let score = |report: &Report| (report.count(Severity::Error), report.diagnostics().len());
        // The score decreases in every round, so the rounds end.
        score(after) < score(self.before) && after.diagnostics().iter().all(is_accounted_for)
    }
}

/// The edits in the order of the text.
fn sorted<'e>(edits: impl Iterator<Item = &'e Edit>) -> Vec<&'e Edit> {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.span);
    edits
}

/// Applies sorted edits to the text; none if two of them overlap or one does not fit the text.
fn replace(text: &str, edits: &[&Edit]) -> Option<Secret> {
    if edits.windows(2).any(|pair| matches!(pair, [a, b] if a.span.start() == b.span.start())) {
        return None;
    }
    // Large enough for the whole result: a buffer that grows would leave an unwiped copy of values in memory.
    let longest = text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>();
    let mut result = Zeroizing::new(String::with_capacity(longest));
    let mut at = 0;
    for edit in edits {
        result.push_str(text.get(at..edit.span.start())?);
        text.get(edit.span.start()..edit.span.end())?;
        result.push_str(&edit.text);
        at = edit.span.end();
    }
    result.push_str(text.get(at..)?);
    Some(Secret::new(std::mem::take(&mut *result)))
}

/// Maps offsets of a text to offsets after its edits.
struct Shift {
    /// Start and end of each edit, and the number of bytes by which the text after it moves.
    moves: Vec<(usize, usize, isize)>,
}

impl Shift {
    fn new(edits: &[&Edit]) -> Self {
        let mut by = 0;
        let moves = edits.iter().map(|edit| {
            let (start, end) = (edit.span.start(), edit.span.end());
            by += edit.text.len() as isize - (end - start) as isize;
            (start, end, by)
        });
        Self { moves: moves.collect() }
    }

    /// The new offset. An insertion at this offset does not move it, and an offset within an edit becomes the start of
    /// the edit.
    fn offset(&self, offset: usize) -> usize {
        let passed = self.moves.partition_point(|(start, end, _)| *end <= offset && *start < offset);
        let by = passed.checked_sub(1).and_then(|last| self.moves.get(last)).map_or(0, |(_, _, by)| *by);
        let from = self.moves.get(passed).map_or(offset, |(start, _, _)| offset.min(*start));
        from.saturating_add_signed(by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::span::Span;
    use crate::reader::format::DocumentFormat;

    fn fixed(text: &str, level: Applicability) -> Fixed {
        apply(text, &CheckOptions::default(), level)
    }

    fn safely(text: &str) -> String {
        fixed(text, Applicability::Safe).text().expose().to_owned()
    }

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    fn fix(edits: Vec<Edit>) -> Fix {
        Fix { message: "do it".to_owned(), applicability: Applicability::Safe, edits }
    }

    #[test]
    fn what_one_fix_uncovers_is_fixed_as_well() {
        let text = "{\"variables\": {\"variables\": [\n  {\"name\": \"a\", \"type\": \"integer\", \"value\": 3,},\n]}}";
        let fixed = fixed(text, Applicability::Safe);
        assert_eq!(
            fixed.text().expose(),
            "{\"variables\": [\n  {\"name\": \"a\", \"type\": \"integer\", \"value\": \"3\"}\n]}"
        );
        assert!(fixed.report().diagnostics().is_empty());
        let applied: Vec<_> = fixed.applied().iter().map(|done| (done.code.as_ref(), done.line)).collect();
        assert_eq!(applied, [("CX001", 2), ("CX001", 2), ("CX002", 1), ("CX002", 2)]);
    }

    #[test]
    fn a_fix_that_would_make_a_new_error_is_left_out_and_the_others_are_not() {
        // Quotes make 3.5 a string, as required, but it is still not an integer.
        let variable = |name: &str, value: &str| format!(r#"{{"name":"{name}","type":"integer","value":{value}}}"#);
        let bad: Vec<_> = (0..20).map(|n| variable(&format!("v{n}"), if n % 7 == 3 { "3.5" } else { "3" })).collect();
        let text = format!("[{}]", bad.join(","));
        let fixed = fixed(&text, Applicability::Safe);
        assert_eq!(fixed.text().expose(), text.replace(":3}", ":\"3\"}"));
        assert_eq!((fixed.applied().len(), fixed.report().diagnostics().len()), (17, 3));
    }

    #[test]
    fn unsafe_fixes_are_applied_only_where_they_are_wanted() {
        let text = r#"[{"name": "a", "type": "int", "value": 3}]"#;
        assert_eq!(safely(text), r#"[{"name": "a", "type": "int", "value": "3"}]"#);
        let all = fixed(text, Applicability::Unsafe);
        assert_eq!(all.text().expose(), r#"[{"name": "a", "type": "integer", "value": "3"}]"#);
    }

    #[test]
    fn byte_order_mark_line_ends_layout_and_comments_stay() {
        let text = "\u{feff}[\r\n\t{\"name\": \"a\",\"type\" :\"integer\", \"value\":  3 }\r\n]\r\n";
        assert_eq!(safely(text), text.replace('3', "\"3\""));
        let options = CheckOptions { format: DocumentFormat::Jsonc, ..CheckOptions::default() };
        let text =
            "[ // the list\n  {\"name\": \"a\", /* how often */ \"type\": \"integer\", \"value\": 3}, // last\n]";
        assert_eq!(apply(text, &options, Applicability::Unsafe).text().expose(), text.replace(" 3}", " \"3\"}"));
    }

    #[test]
    fn after_a_syntax_error_nothing_but_the_syntax_is_touched() {
        let text = r#"[{"name": "a", "type": "integer", "value": 3} oops]"#;
        assert_eq!(safely(text), text);
        // The comma may be part of a string, because the quotes do not match.
        let text = r#"[{"name": "a", "value": "b, "c": [",]}]"#;
        assert_eq!(fixed(text, Applicability::Unsafe).text().expose(), text);
    }

    #[test]
    fn of_two_fixes_that_overlap_the_first_is_taken() {
        let mut taken = BTreeMap::new();
        assert!(take(&mut taken, &[edit(4, 6, ""), edit(20, 22, "")]));
        assert!(!take(&mut taken, &[edit(0, 1, ""), edit(5, 7, "")]));
        assert!(!take(&mut taken, &[edit(0, 5, "")]) && !take(&mut taken, &[edit(4, 4, "x")]));
        // The refused fix has added no spans, and adjacent spans do not overlap.
        assert!(take(&mut taken, &[edit(0, 1, ""), edit(6, 20, "")]));
    }

    #[test]
    fn chosen_fixes_are_applied_together_or_not_at_all() {
        let apply = |fixes: &[Fix]| apply_fixes("aéb", fixes).map(|text| text.expose().to_owned());
        assert_eq!(apply(&[fix(vec![edit(3, 4, "c")]), fix(vec![edit(0, 1, ""), edit(1, 3, "e")])]).unwrap(), "ec");
        assert_eq!(apply(&[]).unwrap(), "aéb");
        for refused in [
            vec![edit(0, 3, ""), edit(1, 4, "")],
            vec![edit(1, 1, "x"), edit(1, 1, "y")],
            vec![edit(0, 5, "")],
            vec![edit(9, 9, "x")],
            vec![edit(2, 3, "")],
            vec![edit(0, 2, "")],
        ] {
            assert_eq!(apply(&[fix(refused.clone())]), None, "{refused:?}");
        }
    }

    #[test]
    fn places_move_with_the_edits_before_them() {
        let edits = [edit(2, 2, "xx"), edit(5, 8, ""), edit(9, 10, "yyy")];
        let shift = Shift::new(&edits.iter().collect::<Vec<_>>());
        let moved: Vec<_> = [0, 2, 3, 5, 6, 8, 9, 10, 20].map(|offset| shift.offset(offset)).to_vec();
        assert_eq!(moved, [0, 2, 5, 7, 7, 7, 8, 11, 21]);
    }
}
