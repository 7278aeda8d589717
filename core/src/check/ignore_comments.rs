//! Ignore comments in a document: `# cxvars: ignore[CX501] reason`.
//!
//! A comment at the end of a line applies to that line. A comment on a line of its own applies to the next line; if a
//! variable begins there, it applies to the whole variable. After a lone dash, it applies to the item of the dash.

use std::collections::BTreeSet;

use crate::base::span::Span;
use crate::diagnostic::Diagnostic;
use crate::rules::context::Context;
use crate::rules::directive::{self, Idle, Why};

/// A finding that a comment silenced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Silenced {
    /// Code of the finding.
    pub code: String,
    /// Name of the variable that the finding is about, if it is known.
    pub variable: Option<String>,
    /// Span of the comment.
    pub comment: Span,
    /// The reason that the comment gives.
    pub reason: String,
}

/// Removes the findings that comments silence from the list, which must be sorted by position. Returns them, and the
/// comments that are refused or name a code that they do not silence.
pub(crate) fn silence(diagnostics: &mut Vec<Diagnostic>, context: &Context<'_>) -> (Vec<Silenced>, Vec<Idle>) {
    let (mut silenced, mut idle) = (Vec::new(), Vec::new());
    let tree = context.document.tree;
    // After a syntax mistake, what looks like a comment may be part of a value.
    if !tree.syntax.is_empty() || !tree.comments.iter().any(|comment| tree.written(*comment).contains(directive::MARK))
    {
        return (silenced, idle);
    }
    let mut is_silenced = vec![false; diagnostics.len()];
    for (comment, region) in regions(context) {
        let (codes, reason) = match directive::parse(content(tree.written(comment))) {
            None => continue,
            Some(Ok(parsed)) => parsed,
            Some(Err(problem)) => {
                idle.push(Idle { comment, why: Why::Refused(problem) });
                continue;
            }
        };
        if let Some(problem) = codes.iter().find_map(|code| context.options.check_reference(code).err()) {
            idle.push(Idle { comment, why: Why::Refused(problem.into()) });
            continue;
        }
        let (mut unused, mut binding) = (codes.clone(), Vec::new());
        let first = diagnostics.partition_point(|finding| finding.span.start() < region.start());
        let within = diagnostics.iter().zip(&mut is_silenced).skip(first);
        let within = within.take_while(|(finding, _)| finding.span.start() < region.end());
        let is_meant = |finding: &Diagnostic| codes.iter().any(|code| *code == finding.code);
        for (finding, is_silenced) in within.filter(|(finding, _)| is_meant(finding)) {
            unused.retain(|code| *code != finding.code);
            if context.is_binding(&finding.code) {
                binding.push(finding.code.to_string());
            } else if !std::mem::replace(is_silenced, true) {
                let variable = finding.variable.clone();
                silenced.push(Silenced { code: finding.code.to_string(), variable, comment, reason: reason.clone() });
            }
        }
        if !binding.is_empty() {
            binding.dedup();
            idle.push(Idle { comment, why: Why::Binding(binding) });
        }
        if !unused.is_empty() {
            idle.push(Idle { comment, why: Why::Unused(unused) });
        }
    }
    let mut flags = is_silenced.into_iter();
    diagnostics.retain(|_| !flags.next().unwrap_or_default());
    (silenced, idle)
}

/// An ignore comment and the findings that it silences.
pub(crate) struct Effect {
    pub(crate) comment: Span,
    pub(crate) codes: Vec<String>,
    pub(crate) reason: String,
    /// The code and the place of each finding.
    pub(crate) findings: Vec<(String, Span)>,
}

/// What each ignore comment silences, in the order of the text, and the codes of all findings.
pub(crate) fn effects(context: &Context<'_>) -> (Vec<Effect>, BTreeSet<String>) {
    let mut findings = super::findings(context);
    findings.sort_by_key(|finding| finding.span);
    let effect = |(comment, region): (Span, Span)| {
        let (codes, reason) = directive::parse(content(context.document.tree.written(comment)))?.ok()?;
        let first = findings.partition_point(|finding| finding.span.start() < region.start());
        let within = findings.iter().skip(first).take_while(|finding| finding.span.start() < region.end());
        let is_meant = |finding: &&Diagnostic| {
            let is_fixed = context.is_binding(&finding.code) || context.options.enforces(&finding.code);
            codes.iter().any(|code| *code == finding.code) && !is_fixed
        };
        let silenced = within.filter(is_meant).map(|finding| (finding.code.to_string(), finding.span)).collect();
        Some(Effect { comment, codes, reason, findings: silenced })
    };
    let effects = regions(context).into_iter().filter_map(effect).collect();
    (effects, findings.iter().map(|finding| finding.code.to_string()).collect())
}

/// Every comment and the span that it applies to, in the order of the text.
fn regions(context: &Context<'_>) -> Vec<(Span, Span)> {
    let document = context.document;
    let text = document.tree.source();
    let variables: Vec<Span> = document.variables().map(|variable| variable.span()).collect();
    let mut regions: Vec<(Span, Span)> = Vec::with_capacity(document.tree.comments.len());
    // Backwards, because consecutive comments on lines of their own all apply to the same span.
    for comment in document.tree.comments.iter().rev() {
        let line = line_at(text, comment.start());
        let before = Span::new(line.start(), comment.start()).of(text);
        if !before.trim().is_empty() {
            let next = variables.get(variables.partition_point(|variable| variable.start() < line.start()));
            let item = next.filter(|item| is_lone_dash(text, line, **item));
            regions.push((*comment, item.map_or(line, |item| Span::new(line.start(), item.end()))));
            continue;
        }
        let rest = text.get(comment.end()..).unwrap_or_default();
        let next = comment.end() + (rest.len() - rest.trim_start().len());
        let region = match regions.last().filter(|(below, _)| below.start() == next) {
            Some((_, region)) => *region,
            None => {
                let line = line_at(text, next);
                let begins_here = variables.partition_point(|variable| variable.start() < line.start());
                let is_next = |variable: &&Span| variable.start() < line.end() || is_lone_dash(text, line, **variable);
                let variable = variables.get(begins_here).filter(is_next);
                variable.map_or(line, |variable| Span::new(line.start(), variable.end().max(line.end())))
            }
        };
        regions.push((*comment, region));
    }
    regions.reverse();
    regions
}

/// Whether a line of YAML has nothing but the dash of an item, which begins on the lines below.
fn is_lone_dash(text: &str, line: Span, item: Span) -> bool {
    let blank = |line: &str| line.trim().split('#').next().is_some_and(str::is_empty);
    let dash = line.of(text).trim_start();
    let below = Span::new(line.end(), item.start().max(line.end())).of(text);
    dash.strip_prefix('-').is_some_and(blank) && below.lines().all(blank)
}

/// The line that contains an offset, with its line break.
fn line_at(text: &str, offset: usize) -> Span {
    let (before, behind) = text.split_at_checked(offset).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    Span::new(start, offset + behind.find('\n').map_or(behind.len(), |at| at + 1))
}

/// The text of a comment, without its markers.
pub(crate) fn content(comment: &str) -> &str {
    let inside = comment.strip_prefix("/*").map(|comment| comment.strip_suffix("*/").unwrap_or(comment));
    inside.unwrap_or_else(|| comment.trim_start_matches(['#', '/']))
}

#[cfg(test)]
mod tests {
    use crate::check::{Report, check};
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    fn checked(text: &str, format: DocumentFormat) -> Report {
        check(text.as_bytes(), &CheckOptions { format, ..CheckOptions::default() })
    }

    fn codes(text: &str, format: DocumentFormat) -> Vec<String> {
        checked(text, format).diagnostics().iter().map(|finding| finding.code.to_string()).collect()
    }

    #[test]
    fn a_comment_behind_a_field_is_about_its_line() {
        let text = "- name: region\n  type: string\n  value: \"\" # cxvars: ignore[CX207] filled in later\n- name: zone\n  type: string\n  value: \"\"\n";
        let report = checked(text, DocumentFormat::Yaml);
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX207", "/1/value"));
        let [silenced] = report.silenced() else { panic!() };
        assert_eq!((silenced.variable.as_deref(), silenced.reason.as_str()), (Some("region"), "filled in later"));
        assert_eq!(silenced.comment.of(text), "# cxvars: ignore[CX207] filled in later");
    }

    #[test]
    fn a_comment_above_a_variable_is_about_all_of_it_and_one_above_a_field_about_that() {
        let variable = "- name: region\n  type: string\n  value: \" x\"\n  scope: global\n";
        for (above, expected) in [
            ("# cxvars: ignore[CX206, CX302] agreed\n", vec![]),
            ("# cxvars: ignore[CX206] a\n\n# cxvars: ignore[CX302] b\n# why\n", vec![]),
            ("# cxvars: ignore[CX302] agreed\n", vec!["CX206"]),
        ] {
            assert_eq!(codes(&format!("{above}{variable}"), DocumentFormat::Yaml), expected, "{above}");
        }
        let inside = variable.replace("  value", "  # cxvars: ignore[CX206] agreed\n  value");
        assert_eq!(codes(&inside, DocumentFormat::Yaml), ["CX302"]);
    }

    #[test]
    fn a_comment_above_a_lone_dash_is_about_the_item_below_it() {
        let item = "    name: _a\n    type: string\n    value: \" x\"\n    scope: global\n";
        for (above, expected) in [
            ("  # cxvars: ignore[CX102, CX206, CX302] agreed\n  -\n", vec![]),
            ("  # cxvars: ignore[CX102, CX206] agreed\n  - # the first\n\n    # why\n", vec!["CX302"]),
            ("  # cxvars: ignore[CX102, CX206, CX302] agreed\n  -   \n", vec![]),
            ("  - # cxvars: ignore[CX102, CX302] agreed\n", vec!["CX206"]),
        ] {
            let text = format!("variables:\n{above}{item}  -\n{item}");
            let found = codes(&text, DocumentFormat::Yaml);
            assert_eq!(found, [expected, vec!["CX102", "CX206", "CX302"]].concat(), "{above}");
        }
    }

    #[test]
    fn every_format_with_comments_has_them() {
        let jsonc = "[\n  // cxvars: ignore[CX102] old\n  {\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"},\n  {\"name\": \"_b\", \"type\": \"string\", \"value\": \"x\"} /* cxvars: ignore[CX102] old */\n]";
        assert!(codes(jsonc, DocumentFormat::Jsonc).is_empty());
        assert!(codes("# cxvars: ignore[CX102] old\n_A=1\n", DocumentFormat::Env).is_empty());
        assert_eq!(codes("# cxvars: ignore[CX102] old\n_A=1\n_B=2\n", DocumentFormat::Env), ["CX102"]);
    }

    #[test]
    fn very_many_comments_take_no_time() {
        let text =
            format!("{}- name: _a\n  type: string\n  value: x\n", "# cxvars: ignore[CX102] old\n".repeat(30_000));
        assert_eq!(checked(&text, DocumentFormat::Yaml).silenced().len(), 1);
    }
}
