//! Rules of the team's own, which `[[rule]]` declares: what has to hold of variables, what must not, and what is asked of a
//! document as a whole. docs/rules-of-your-own.md says what they mean.
//!
//! There is no expression language. A rule is a table of conditions, and each condition is a comparison that takes time
//! linear in the text. A rule sees what a policy sees: of a value, classes that many values share. A finding says what the
//! configuration says, and the name of the variable.
//!
//! [`crate::options::rule`] reads rules; [`crate::check::rule_examples`] tests them by their examples. Here they are
//! evaluated. The modules, each using only those above it:
//!
//! - `facts`: what can be asked, found out when a condition asks
//! - `judge`: whether a condition holds, does not hold, or is unknown
//! - `marks`: where a finding is marked
//! - `whole`: rules about a document as a whole
//! - `run`: all rules on a document

mod facts;
mod judge;
mod marks;
mod run;
mod whole;

#[cfg(test)]
mod tests;

pub(crate) use run::run;
