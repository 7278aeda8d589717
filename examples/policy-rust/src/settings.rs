//! The settings of the policy, from `[plugin.settings]`. Each is optional:
//!
//!     prefixes = { sales = "crm" }            # names begin with `crm_` in the business unit `sales`
//!     global_variables = ["tenant_region"]    # variables that may be visible to every action

use crate::exports::cxvars::validator::setup::{Setting, SettingValue};

/// The settings.
#[derive(Debug)]
pub struct Settings {
    /// Prefixes by business unit, ordered by unit.
    prefixes: Vec<(String, String)>,
    /// Variables that may have the scope `global`.
    pub global_variables: Vec<String>,
}

impl Settings {
    /// No settings.
    pub const NONE: Self = Self { prefixes: Vec::new(), global_variables: Vec::new() };

    /// Reads the settings.
    ///
    /// # Errors
    /// The first one that is unknown or has the wrong type, and what to do about it.
    pub fn read(settings: Vec<Setting>) -> Result<Self, String> {
        let mut read = Self::NONE;
        for Setting { key, value } in settings {
            match (key.strip_prefix("prefixes."), key.as_str(), value) {
                (Some(unit), _, SettingValue::String(prefix)) => read.prefixes.push((unit.to_owned(), prefix)),
                (Some(_), ..) => return Err(format!("`{key}` must be a string")),
                (_, "global_variables", SettingValue::Strings(names)) => read.global_variables = names,
                (_, "global_variables", _) => return Err(format!("`{key}` must be an array of strings")),
                _ => return Err(format!("unknown key `{key}`; there are `prefixes` and `global_variables`")),
            }
        }
        Ok(read)
    }

    /// The prefix of a business unit, if the settings have one.
    pub fn prefix<'s>(&'s self, unit: &str) -> Option<&'s str> {
        self.prefixes.iter().find(|(name, _)| name == unit).map(|(_, prefix)| prefix.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(key: &str, value: SettingValue) -> Setting {
        Setting { key: key.to_owned(), value }
    }

    #[test]
    fn known_settings_are_read_and_others_are_refused() {
        let text = |text: &str| SettingValue::String(text.to_owned());
        let names = SettingValue::Strings(vec!["region".to_owned()]);
        let read = Settings::read(vec![setting("global_variables", names), setting("prefixes.sales", text("crm"))]);
        let read = read.unwrap();
        assert_eq!((read.prefix("sales"), read.prefix("hr")), (Some("crm"), None));
        assert_eq!(read.global_variables, ["region"]);
        for (setting, problem) in [
            (setting("prefix", text("crm")), "unknown key `prefix`; there are `prefixes` and `global_variables`"),
            (setting("prefixes.sales", SettingValue::Integer(3)), "`prefixes.sales` must be a string"),
            (setting("global_variables", text("region")), "`global_variables` must be an array of strings"),
        ] {
            assert_eq!(Settings::read(vec![setting]).unwrap_err(), problem);
        }
    }
}
