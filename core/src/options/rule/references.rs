//! Codes of a team's rules where something else names rules: `[validate.severity]`, `[[ignore]]` and ignore comments. A code has
//! to be declared, and nothing silences or weighs an enforced rule.

use super::set::CustomRules;
use super::text::is_code;
use crate::base::vocabulary::did_you_mean;
use crate::options::ignore::IgnoreError;

impl CustomRules {
    /// Checks that a rule may be named, to ignore its findings or to set their severity.
    ///
    /// # Errors
    /// The code is one of a rule of the team's own that is not declared, or that is enforced.
    pub(crate) fn check_reference(&self, code: &str) -> Result<(), IgnoreError> {
        if !is_code(code) {
            return Ok(());
        }
        match self.iter().find(|rule| rule.code == code) {
            None => Err(self.undeclared(code)),
            Some(rule) => match rule.enforced_by.clone() {
                Some(by) => Err(IgnoreError::Enforced { code: code.to_owned(), by }),
                None => Ok(()),
            },
        }
    }

    fn undeclared(&self, code: &str) -> IgnoreError {
        let near = did_you_mean(code, self.iter().map(|rule| rule.code.as_str())).map(str::to_owned);
        IgnoreError::UnknownCode { code: code.to_owned(), near }
    }
}
