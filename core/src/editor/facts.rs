//! What the project of a document knows.

use std::collections::BTreeMap;

use crate::base::small_map::SmallMap;
#[cfg(feature = "config")]
use crate::options::rule::CustomRules;
use crate::policy::PolicyRule;

/// What the project of a document knows. By default it knows nothing.
#[derive(Clone, Copy, Default)]
pub struct Facts<'f> {
    /// The parameters that each environment defines, by environment; `None` if they are not known.
    pub params: Option<&'f SmallMap<String, Vec<String>>>,
    /// The names of the environment variables.
    pub environment_variables: &'f [String],
    /// The paths of the contracts, by variable.
    pub contracts: Option<&'f BTreeMap<String, String>>,
    /// The names of the project's variables, as far as they are known.
    pub variables: &'f [String],
    /// The rules of the project's policies.
    pub policy_rules: &'f [PolicyRule],
    /// The rules of the team's own.
    #[cfg(feature = "config")]
    pub custom_rules: Option<&'f CustomRules>,
}

impl<'f> Facts<'f> {
    /// The codes of the team's own rules that may be silenced and weighed, each with what it says.
    #[cfg(feature = "config")]
    pub(super) fn codes_of_team(&self) -> impl Iterator<Item = (&'f str, String)> {
        let rules = self.custom_rules.into_iter().flat_map(CustomRules::iter);
        rules.filter(|rule| rule.enforced_by().is_none()).map(|rule| (rule.code(), rule.message().to_owned()))
    }

    /// The codes of the team's own rules, which this build does not have.
    #[cfg(not(feature = "config"))]
    pub(super) fn codes_of_team(&self) -> impl Iterator<Item = (&'f str, String)> {
        std::iter::empty()
    }

    /// The path of a variable's contract.
    pub(super) fn contract_of(&self, variable: &str) -> Option<&'f str> {
        self.contracts?.get(variable).map(String::as_str)
    }

    /// The environments that define a parameter, and those that do not.
    pub(super) fn environments_of(&self, param: &str) -> (Vec<&'f str>, Vec<&'f str>) {
        let environments = self.params.into_iter().flat_map(SmallMap::iter);
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for (environment, names) in environments {
            let defines = names.iter().any(|name| name == param);
            if defines { with.push(environment.as_str()) } else { without.push(environment.as_str()) }
        }
        (with, without)
    }
}
