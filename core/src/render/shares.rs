//! Chooses which findings of a document are shown, if it has too many.

use super::MAX_SHOWN;
use crate::diagnostic::Diagnostic;

/// For each finding, in their order, whether it is shown.
///
/// At most [`MAX_SHOWN`] are. The engine and each policy that found anything have an equal share of them, so that none
/// pushes the findings of another out of the report. What a source does not use goes to the engine first, then to the
/// policies. Of each source the first findings are shown.
pub(super) fn choice(findings: &[Diagnostic]) -> impl Iterator<Item = bool> {
    let mut shares = if findings.len() > MAX_SHOWN { shares(findings) } else { Vec::new() };
    findings.iter().map(move |finding| {
        let share = shares.iter_mut().find(|share| share.policy == finding.policy.as_deref());
        // Without shares, there is room for all.
        share.is_none_or(|share| {
            let is_shown = share.shown > 0;
            share.shown = share.shown.saturating_sub(1);
            is_shown
        })
    })
}

/// The findings of one source.
struct Share<'f> {
    /// The policy; `None` for the engine.
    policy: Option<&'f str>,
    found: usize,
    /// How many of them are shown.
    shown: usize,
}

fn shares(findings: &[Diagnostic]) -> Vec<Share<'_>> {
    let mut shares = vec![Share { policy: None, found: 0, shown: 0 }];
    for finding in findings {
        let policy = finding.policy.as_deref();
        match shares.iter_mut().find(|share| share.policy == policy) {
            Some(share) => share.found += 1,
            None => shares.push(Share { policy, found: 1, shown: 0 }),
        }
    }
    let sources = shares.iter().filter(|share| share.found > 0).count();
    let equal = MAX_SHOWN / sources.max(1);
    let mut room = MAX_SHOWN;
    for most in [equal, MAX_SHOWN] {
        for share in &mut shares {
            let more = (share.found.min(most) - share.shown).min(room);
            share.shown += more;
            room -= more;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    /// How many findings of each source are shown. The sources are given by the numbers of their findings, the engine
    /// first.
    fn shown(counts: &[usize]) -> Vec<usize> {
        let report = check(b"[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]", &CheckOptions::default());
        let finding = &report.diagnostics()[0];
        let policy = |source: usize| (source > 0).then(|| format!("policy-{source}"));
        // The findings of the last source come first in the text.
        let findings: Vec<Diagnostic> = (0..counts.len())
            .rev()
            .flat_map(|source| vec![Diagnostic { policy: policy(source), ..finding.clone() }; counts[source]])
            .collect();
        let chosen: Vec<&Diagnostic> = findings
            .iter()
            .zip(choice(&findings))
            .filter_map(|(finding, is_shown)| is_shown.then_some(finding))
            .collect();
        let of = |source| chosen.iter().filter(|finding| finding.policy == policy(source)).count();
        (0..counts.len()).map(of).collect()
    }

    #[test]
    fn no_source_pushes_another_one_out() {
        assert_eq!(shown(&[3, 997]), [3, 997]);
        assert_eq!(shown(&[3, 1_000]), [3, 997]);
        assert_eq!(shown(&[5_000, 1_000]), [500, 500]);
        assert_eq!(shown(&[5_000, 7, 1_000]), [660, 7, 333]);
        assert_eq!(shown(&[7, 1_000, 1_000]), [7, 333, 660]);
        assert_eq!(shown(&[0, 1_000, 1_000]), [0, 500, 500]);
        assert_eq!(shown(&[5_000]), [1_000]);
    }
}
