//! One round of fixing: which of the fixes that a report offers help together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::edits::{Shift, replace, sorted, take};
use super::{Applied, LeftOut, Reason};
use crate::base::secret::Secret;
use crate::base::span::LineIndex;
use crate::check::{Report, check};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity, place_in_list};
use crate::options::CheckOptions;

/// Maximum number of checks in one round.
const MAX_CHECKS: usize = 128;
/// Maximum number of follow-ups: fixes of errors that only the fixes before them have brought to light. A type is
/// spelled right, then its value can be: that is one follow-up, and no known document needs two.
const MAX_FOLLOW_UPS: usize = 4;

/// A finding with the fix to apply.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'r> {
    /// Index of the finding in its report.
    index: usize,
    finding: &'r Diagnostic,
    fix: &'r Fix,
}

impl<'r> Candidate<'r> {
    /// The fix for a finding, if it offers one of this level.
    fn of(index: usize, finding: &'r Diagnostic, level: Applicability) -> Option<Self> {
        let wanted = |fix: &&Fix| match fix.applicability {
            Applicability::Safe => true,
            Applicability::Unsafe => level != Applicability::Safe,
            Applicability::DisplayOnly => false,
        };
        let fixes = finding.fixes.iter().filter(wanted).filter(|fix| !fix.edits.is_empty());
        let fix = fixes.min_by_key(|fix| fix.applicability != Applicability::Safe)?;
        Some(Self { index, finding, fix })
    }

    /// The variable that the finding is about, by its index in the list.
    fn entry(&self) -> Option<usize> {
        entry_of(self.finding)
    }

    /// Line of the first edit, from 1.
    fn line(&self, lines: &LineIndex<'_>) -> usize {
        self.fix.edits.first().map_or(1, |edit| lines.position(edit.span.start()).line)
    }

    fn applied(&self, lines: &LineIndex<'_>) -> Applied {
        let (code, message) = (self.finding.code.clone(), self.fix.message.clone());
        Applied { code, message, line: self.line(lines) }
    }
}

/// The variable that a finding is about, by its index in the list.
fn entry_of(finding: &Diagnostic) -> Option<usize> {
    place_in_list(&finding.pointer).map(|(index, _)| index)
}

/// The fixes of this level, in the order of the text. While the text has syntax mistakes, only these are fixed.
fn candidates(report: &Report, level: Applicability) -> Vec<Candidate<'_>> {
    let findings = report.diagnostics().iter().enumerate();
    let mut all: Vec<Candidate<'_>> = findings
        .filter(|(_, finding)| !report.is_unread() || finding.code == "CX001")
        .filter_map(|(index, finding)| Candidate::of(index, finding, level))
        .collect();
    let place = |candidate: &Candidate<'_>| candidate.fix.edits.first().map(|edit| edit.span);
    all.sort_by(|a, b| (place(a), &a.finding.code, &a.fix.message).cmp(&(place(b), &b.finding.code, &b.fix.message)));
    all
}

/// A text with fixes applied.
pub(super) struct Trial {
    pub(super) text: Secret,
    pub(super) report: Report,
    pub(super) applied: Vec<Applied>,
}

/// The search for the fixes that help.
pub(super) struct Round<'r> {
    text: &'r str,
    options: &'r CheckOptions,
    level: Applicability,
    before: &'r Report,
    checks_left: usize,
    /// The text with the fixes that were kept so far.
    best: Option<Trial>,
    /// Why fixes were refused, by the index of their finding.
    refused: BTreeMap<usize, Reason>,
}

impl<'r> Round<'r> {
    /// Tries the fixes of a report on the text that it is about.
    pub(super) fn run(text: &'r str, before: &'r Report, options: &'r CheckOptions, level: Applicability) -> Self {
        let mut round =
            Self { text, options, level, before, checks_left: MAX_CHECKS, best: None, refused: BTreeMap::new() };
        let mut taken = BTreeMap::new();
        let (apart, overlapping): (Vec<_>, Vec<_>) =
            candidates(before, level).into_iter().partition(|candidate| take(&mut taken, &candidate.fix.edits));
        let mut kept = Vec::new();
        round.add(&mut kept, &apart);
        round.add(&mut kept, &overlapping);
        round
    }

    /// The text with the fixes that help together; none if no fix helps.
    ///
    /// # Errors
    /// The fixes that were left out, with the reason for each.
    pub(super) fn end(self) -> Result<Trial, Vec<LeftOut>> {
        let (lines, refused) = (LineIndex::new(self.text), self.refused);
        self.best.ok_or_else(|| {
            let left_out = |candidate: &Candidate<'_>| {
                let Applied { code, message, line } = candidate.applied(&lines);
                let reason = refused.get(&candidate.index).cloned().unwrap_or(Reason::NotTried);
                LeftOut { code, message, line, reason }
            };
            candidates(self.before, self.level).iter().map(left_out).collect()
        })
    }

    /// Adds those fixes of `more` that help together with the kept ones. Nearly always all of them do, which takes one
    /// check.
    fn add(&mut self, kept: &mut Vec<Candidate<'r>>, more: &[Candidate<'r>]) {
        if more.is_empty() || self.checks_left == 0 {
            return;
        }
        let trial: Vec<Candidate<'r>> = kept.iter().chain(more).copied().collect();
        let refusal = match self.attempt(&trial) {
            Ok(result) => {
                *kept = trial;
                self.best = Some(result);
                return;
            }
            Err(refusal) => refusal,
        };
        // New errors show which fixes made them: fixes of one variable rarely disturb another one.
        let (blamed, innocent): (Vec<_>, Vec<_>) = more.iter().partition(|candidate| refusal.blames(candidate));
        let turns = in_turns(&blamed);
        match () {
            () if !blamed.is_empty() && !innocent.is_empty() => {
                self.add(kept, &innocent);
                self.add(kept, &blamed);
            }
            () if turns.len() > 1 => turns.iter().for_each(|turn| self.add(kept, turn)),
            () if blamed.is_empty() && more.len() > 1 => {
                let (first, second) = more.split_at_checked(more.len() / 2).unwrap_or((more, &[]));
                self.add(kept, first);
                self.add(kept, second);
            }
            () => {
                for candidate in more {
                    self.refused.insert(candidate.index, refusal.reason_for(candidate));
                }
            }
        }
    }

    /// Applies these fixes and what follows from them. Returns the new text if they help.
    fn attempt(&mut self, fixes: &[Candidate<'_>]) -> Result<Trial, Refusal> {
        let mut shifts = Vec::new();
        let lines = LineIndex::new(self.text);
        let mut applied: Vec<Applied> = fixes.iter().map(|candidate| candidate.applied(&lines)).collect();
        let mut text = apply(self.text, fixes, &mut shifts).ok_or(Refusal::Overlap)?;
        for _ in 0..=MAX_FOLLOW_UPS {
            if self.checks_left == 0 {
                return Err(Refusal::NotTried);
            }
            self.checks_left -= 1;
            let report = check(text.expose().as_bytes(), self.options);
            let new = self.new_errors(&report, fixes, &shifts);
            if new.is_empty() {
                let helps = score(&report) < score(self.before);
                return if helps { Ok(Trial { text, report, applied }) } else { Err(Refusal::NoGain) };
            }
            let follow_up = |finding| Candidate::of(0, finding, self.level).ok_or(finding);
            let (next, stuck): (Vec<_>, Vec<_>) = new.iter().copied().map(follow_up).partition(Result::is_ok);
            let next: Vec<Candidate<'_>> = next.into_iter().flatten().collect();
            let mut taken = BTreeMap::new();
            if !stuck.is_empty() || !next.iter().all(|candidate| take(&mut taken, &candidate.fix.edits)) {
                let errors = stuck.into_iter().filter_map(Result::err);
                return Err(Refusal::NewErrors(errors.map(|error| (error.code.clone(), entry_of(error))).collect()));
            }
            let lines = LineIndex::new(text.expose());
            applied.extend(next.iter().map(|candidate| candidate.applied(&lines)));
            let followed = apply(text.expose(), &next, &mut shifts).ok_or(Refusal::Overlap)?;
            text = followed;
        }
        Err(Refusal::NoGain)
    }

    /// The findings of the new text that the text before did not have, except warnings: errors may have hidden them.
    /// A finding that its fix has not removed counts as new.
    fn new_errors<'n>(&self, after: &'n Report, fixes: &[Candidate<'_>], shifts: &[Shift]) -> Vec<&'n Diagnostic> {
        let mended: BTreeSet<usize> = fixes.iter().map(|candidate| candidate.index).collect();
        let moved = |offset| shifts.iter().fold(offset, |offset, shift| shift.offset(offset));
        let mut known: BTreeMap<(Cow<'static, str>, usize), usize> = BTreeMap::new();
        for (index, finding) in self.before.diagnostics().iter().enumerate() {
            let count = known.entry((finding.code.clone(), moved(finding.span.start()))).or_default();
            *count += usize::from(!mended.contains(&index));
        }
        let is_new = |finding: &&Diagnostic| match known.get_mut(&(finding.code.clone(), finding.span.start())) {
            Some(0) => true,
            Some(count) => {
                *count -= 1;
                false
            }
            None => finding.severity == Severity::Error,
        };
        after.diagnostics().iter().filter(is_new).collect()
    }
}

/// Why a set of fixes does not help.
enum Refusal {
    /// New errors: the code of each, and the variable that it is about.
    NewErrors(Vec<(Cow<'static, str>, Option<usize>)>),
    /// Two of them change the same text.
    Overlap,
    /// The text has as many findings as before.
    NoGain,
    /// The round had no checks left.
    NotTried,
}

impl Refusal {
    /// Whether a new error is about the same variable as this fix.
    fn blames(&self, candidate: &Candidate<'_>) -> bool {
        let Self::NewErrors(errors) = self else { return false };
        let entry = candidate.entry();
        entry.is_some() && errors.iter().any(|(_, of)| *of == entry)
    }

    fn reason_for(&self, candidate: &Candidate<'_>) -> Reason {
        match self {
            Self::NewErrors(errors) => {
                let entry = candidate.entry();
                let own = errors.iter().find(|(_, of)| *of == entry).or_else(|| errors.first());
                own.map_or(Reason::NoGain, |(code, _)| Reason::NewError(code.clone()))
            }
            Self::Overlap => Reason::Overlap,
            Self::NoGain => Reason::NoGain,
            Self::NotTried => Reason::NotTried,
        }
    }
}

/// Groups that are tried one after the other. Each has at most one fix of a variable.
fn in_turns<'r>(candidates: &[Candidate<'r>]) -> Vec<Vec<Candidate<'r>>> {
    let mut turns: Vec<Vec<Candidate<'r>>> = Vec::new();
    let mut counts: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for candidate in candidates {
        let turn = counts.entry(candidate.entry()).or_default();
        match turns.get_mut(*turn) {
            Some(group) => group.push(*candidate),
            None => turns.push(vec![*candidate]),
        }
        *turn += 1;
    }
    turns
}

/// Applies the edits of these fixes, and adds where they moved the text. None if two of them overlap.
fn apply(text: &str, fixes: &[Candidate<'_>], shifts: &mut Vec<Shift>) -> Option<Secret> {
    let edits = sorted(fixes.iter().flat_map(|candidate| &candidate.fix.edits));
    let after = replace(text, &edits)?;
    shifts.push(Shift::new(&edits));
    Some(after)
}

/// A lower score is better. It decreases in every round, so the rounds end.
fn score(report: &Report) -> (usize, usize) {
    (report.count(Severity::Error), report.diagnostics().len())
}
