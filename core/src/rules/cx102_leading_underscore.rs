use super::names::{self, NameProblem};
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A name starts with an underscore.
    ///
    /// ## Why it matters
    /// Names that start with an underscore are reserved. The service refuses a whole list that contains one, although
    /// some descriptions of the format allow them.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "_internal", "type": "string", "value": "x"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "internal_", "type": "string", "value": "x"}]}
    /// ```
    ///
    /// ## How to fix
    /// Remove the underscore, here and in the Data Action that reads the variable.
    CX102 "leading-underscore" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    names::report(context, variable, NameProblem::LeadingUnderscore, findings, |_| {
        let message = "a name must not start with an underscore".to_owned();
        (message, "drop it, and rename the variable in the Data Action as well")
    });
}
