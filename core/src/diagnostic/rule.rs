//! What a rule is, and how one is declared.

use crate::check::Context;
use crate::check::ignore_comments::Idle;
use crate::diagnostic::{Findings, Severity};
use crate::document::Variable;

/// One rule: its metadata and its documentation.
pub struct Rule {
    /// Stable code, `CX` and three digits.
    pub code: &'static str,
    /// Name in kebab case.
    pub name: &'static str,
    /// Severity unless the caller's options say otherwise.
    pub severity: Severity,
    /// The doc comment, each line with the space that follows the slashes.
    documentation: &'static str,
}

impl Rule {
    /// A rule as [`declare_rule`] makes it.
    pub(crate) const fn new(
        code: &'static str,
        name: &'static str,
        severity: Severity,
        documentation: &'static str,
    ) -> Self {
        Self { code, name, severity, documentation }
    }

    /// The user's documentation in Markdown: what, why, examples, how to fix.
    pub fn documentation(&self) -> String {
        let lines = self.documentation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }

    /// The first line of the documentation.
    pub fn summary(&self) -> &'static str {
        self.documentation.lines().next().unwrap_or_default().trim()
    }

    /// The documentation without what is for the tests of its examples: behind a fence only the format is left.
    pub fn markdown(&self) -> String {
        let line = |line: &str| match line.strip_prefix("```").and_then(|mark| mark.split_once(' ')) {
            Some((format, _)) => format!("```{format}\n"),
            None => format!("{line}\n"),
        };
        self.documentation().lines().map(line).collect()
    }

    /// Why the rule matters: that part of the documentation, on one line.
    pub fn why(&self) -> String {
        let lines = self.documentation.lines().map(str::trim);
        let section = lines.skip_while(|line| *line != "## Why it matters").skip(1);
        section
            .take_while(|line| !line.starts_with("## "))
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The documentation for a terminal: without Markdown's marks, examples indented.
    pub fn explanation(&self) -> String {
        let mut text = format!("{} {} ({})\n\n", self.code, self.name, self.severity.as_str());
        let mut in_example = false;
        for line in self.documentation().lines() {
            if line.starts_with("```") {
                in_example = !in_example;
            } else if in_example {
                text.push_str("    ");
                text.push_str(line);
                text.push('\n');
            } else {
                text.push_str(line.strip_prefix("## ").map_or(line, |heading| heading));
                text.push('\n');
            }
        }
        text
    }
}

/// Where a rule looks for its mistake.
///
/// All rules see a variable before the next one is decoded, and their functions are known when the program is
/// compiled: on a valid document nearly all of them come down to a comparison.
pub(crate) trait Checks {
    /// Looks at the document as a whole.
    fn document(_: &Context<'_>, _: &mut Findings<'_>) {}
    /// Looks at one variable.
    fn variable(_: &Context<'_>, _: &Variable<'_>, _: &mut Findings<'_>) {}
    /// Looks at the ignore comments that silence nothing, when all other rules are done.
    fn comments(_: &Context<'_>, _: &[Idle], _: &mut Findings<'_>) {}
}

/// Declares the rule of a file: the doc comment is what `cxvars explain` prints, and its examples run as tests.
///
/// A fenced block marked `json fires` must give exactly this rule's finding, one marked `json passes` none at all, and
/// `yaml` or another ending of file names in place of `json` is the format it is read in; `max_variables:N`,
/// `allow_empty:NAME`, `params:ENVIRONMENT:NAME` or `contract:NAME` behind the mark sets that option. The functions at
/// the end say what they look at: `document`, `variable` or `comments`.
macro_rules! declare_rule {
    ($(#[doc = $line:literal])+ $code:ident $name:literal $severity:ident $($subject:ident $check:path),+) => {
        $(#[doc = $line])+
        pub(crate) static RULE: $crate::diagnostic::rule::Rule = $crate::diagnostic::rule::Rule::new(
            stringify!($code),
            $name,
            $crate::diagnostic::Severity::$severity,
            concat!($($line, "\n"),+),
        );

        pub(super) struct $code;

        impl $crate::diagnostic::rule::Checks for $code {
            $($crate::diagnostic::rule::check_of!($subject $check);)+
        }
    };
}
pub(crate) use declare_rule;

/// One function of [`Checks`].
macro_rules! check_of {
    (document $check:path) => {
        fn document(context: &$crate::check::Context<'_>, findings: &mut $crate::diagnostic::Findings<'_>) {
            $check(context, findings);
        }
    };
    (comments $check:path) => {
        fn comments(
            context: &$crate::check::Context<'_>,
            comments: &[$crate::check::ignore_comments::Idle],
            findings: &mut $crate::diagnostic::Findings<'_>,
        ) {
            $check(context, comments, findings);
        }
    };
    (variable $check:path) => {
        #[inline(always)]
        fn variable(
            context: &$crate::check::Context<'_>,
            variable: &$crate::document::Variable<'_>,
            findings: &mut $crate::diagnostic::Findings<'_>,
        ) {
            $check(context, variable, findings);
        }
    };
}
pub(crate) use check_of;
