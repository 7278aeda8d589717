//! How a rule declares itself.

use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::directive::Idle;
use crate::rules::findings::Findings;

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

        impl $crate::rules::declare::Checks for $code {
            $($crate::rules::declare::check_of!($subject $check);)+
        }
    };
}
pub(crate) use declare_rule;

/// One function of [`Checks`].
macro_rules! check_of {
    (document $check:path) => {
        fn document(
            context: &$crate::rules::context::Context<'_>,
            findings: &mut $crate::rules::findings::Findings<'_>,
        ) {
            $check(context, findings);
        }
    };
    (comments $check:path) => {
        fn comments(
            context: &$crate::rules::context::Context<'_>,
            comments: &[$crate::rules::directive::Idle],
            findings: &mut $crate::rules::findings::Findings<'_>,
        ) {
            $check(context, comments, findings);
        }
    };
    (variable $check:path) => {
        #[inline(always)]
        fn variable(
            context: &$crate::rules::context::Context<'_>,
            variable: &$crate::document::Variable<'_>,
            findings: &mut $crate::rules::findings::Findings<'_>,
        ) {
            $check(context, variable, findings);
        }
    };
}
pub(crate) use check_of;
