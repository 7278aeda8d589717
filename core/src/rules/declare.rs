//! How a rule is declared.

use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::directive::Idle;
use crate::rules::findings::Findings;

/// The checks of a rule, by what they look at.
///
/// All rules check one variable before the next one is decoded. The calls are resolved at compile time, so on a valid
/// document most rules cost no more than a comparison.
pub(crate) trait Checks {
    /// Checks the document as a whole.
    fn document(_: &Context<'_>, _: &mut Findings) {}
    /// Checks one variable.
    fn variable<'t>(_: &Context<'t>, _: &Variable<'t>, _: &mut Findings) {}
    /// Checks the ignore comments that silence nothing, after all other checks.
    fn comments(_: &Context<'_>, _: &[Idle], _: &mut Findings) {}
}

/// Declares the rule of a file. `cxvars explain` prints its doc comment, and the examples in it run as tests.
///
/// A fenced block marked `json fires` must give exactly one finding, and it must be this rule's. A block marked
/// `json passes` must give no finding. The first word is the format of the example, as a file name extension; `yaml` or
/// another one can replace `json`. Words after the mark set options: `max_variables:N`, `max_depth:N`,
/// `allow_empty:NAME`, `params:ENVIRONMENT:NAME` or `contract:NAME`. At the end come the check functions, each after
/// what it looks at: `document`, `variable` or `comments`.
macro_rules! declare_rule {
    ($(#[doc = $line:literal])+ $code:ident $name:literal $severity:ident $($subject:ident $check:path),+) => {
        $(#[doc = $line])+
        pub(crate) static RULE: $crate::diagnostic::rule::Rule = $crate::diagnostic::rule::Rule::new(
            stringify!($code),
            $name,
            $crate::diagnostic::Severity::$severity,
            concat!($($line, "\n"),+),
        );

        /// The rule's checks.
        pub(super) struct Checker;

        impl $crate::rules::declare::Checks for Checker {
            $($crate::rules::declare::check_of!($subject $check);)+
        }
    };
}
pub(crate) use declare_rule;

/// Implements one function of [`Checks`].
macro_rules! check_of {
    (document $check:path) => {
        fn document(context: &$crate::rules::context::Context<'_>, findings: &mut $crate::rules::findings::Findings) {
            $check(context, findings);
        }
    };
    (comments $check:path) => {
        fn comments(
            context: &$crate::rules::context::Context<'_>,
            comments: &[$crate::rules::directive::Idle],
            findings: &mut $crate::rules::findings::Findings,
        ) {
            $check(context, comments, findings);
        }
    };
    (variable $check:path) => {
        #[inline(always)]
        fn variable<'t>(
            context: &$crate::rules::context::Context<'t>,
            variable: &$crate::document::Variable<'t>,
            findings: &mut $crate::rules::findings::Findings,
        ) {
            $check(context, variable, findings);
        }
    };
}
pub(crate) use check_of;
