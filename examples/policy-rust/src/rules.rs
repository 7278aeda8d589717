//! The rules. Each has a code, a summary, and a function that checks one variable. Add yours to [`ALL`].

use crate::Context;
use crate::exports::cxvars::validator::rules::{
    self as wit, Document, Field, Finding, Place, PrefixClass, Scope, Severity, Variable,
};

/// One rule.
pub struct Rule {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    /// Returns what is wrong with a variable, or `None`.
    check: fn(&Context, &Document, &Variable) -> Option<Problem>,
}

/// What is wrong with a variable.
struct Problem {
    field: Field,
    message: String,
    help: String,
}

/// Every rule of the policy.
pub const ALL: &[Rule] = &[
    Rule {
        code: "PX001",
        name: "business-unit-prefix",
        severity: Severity::Error,
        summary: "The name does not begin with the prefix of the business unit.",
        check: business_unit,
    },
    Rule {
        code: "PX002",
        name: "encrypt-credentials",
        severity: Severity::Error,
        summary: "A variable that is named like a credential, or whose value looks like one, is not encrypted.",
        check: credentials,
    },
    Rule {
        code: "PX003",
        name: "no-global-scope",
        severity: Severity::Error,
        summary: "A variable is visible to every action of the tenant.",
        check: scope,
    },
    Rule {
        code: "PX004",
        name: "https-only",
        severity: Severity::Warning,
        summary: "An address is reached without TLS.",
        check: https,
    },
];

impl Rule {
    /// The rule as the policy describes it.
    pub fn describe(&self) -> wit::Rule {
        wit::Rule {
            code: self.code.to_owned(),
            name: self.name.to_owned(),
            severity: self.severity,
            summary: self.summary.to_owned(),
        }
    }

    /// The rule's findings in a document. Variables that are to be removed are not checked.
    pub fn findings<'d>(&'d self, context: &'d Context, document: &'d Document) -> impl Iterator<Item = Finding> + 'd {
        let present = document.variables.iter().enumerate().filter(|(_, variable)| !variable.absent);
        present.filter_map(move |(index, variable)| {
            let Problem { field, message, help } = (self.check)(context, document, variable)?;
            let place = Place::Field((index as u32, field));
            Some(Finding { code: self.code.to_owned(), place, message, help: Some(help) })
        })
    }
}

/// In the environment `sales-prod`, names begin with `sales_`, or with another prefix that the settings have for `sales`.
/// Without an environment, the unit is the folder of the document, if the settings have a prefix for it.
fn business_unit(context: &Context, document: &Document, variable: &Variable) -> Option<Problem> {
    let prefix = match &document.environment {
        Some(environment) => {
            let unit = environment.split('-').next()?;
            context.settings.prefix(unit).unwrap_or(unit)
        }
        None => context.settings.prefix(context.target.path.as_ref()?.split_once('/')?.0)?,
    };
    let name = variable.name.as_ref()?;
    let belongs = name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('_'));
    (!belongs).then(|| Problem {
        field: Field::Name,
        message: format!("the name does not begin with the prefix `{prefix}` of the business unit"),
        help: format!("name it `{prefix}_{name}`"),
    })
}

fn credentials(_: &Context, _: &Document, variable: &Variable) -> Option<Problem> {
    const ENDINGS: [&str; 6] = ["_token", "_secret", "_password", "_key", "_credential", "_credentials"];
    if variable.encrypted {
        return None;
    }
    let name = variable.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_named_so = ENDINGS.iter().any(|ending| name.ends_with(ending));
    let looks_so = variable.value.is_some_and(|value| value.prefix == PrefixClass::Credential);
    (is_named_so || looks_so).then(|| Problem {
        field: if is_named_so { Field::Name } else { Field::Value },
        message: "a credential is not encrypted".to_owned(),
        help: "set `encrypted` to true".to_owned(),
    })
}

fn scope(context: &Context, _: &Document, variable: &Variable) -> Option<Problem> {
    let is_allowed = variable.name.as_ref().is_some_and(|name| context.settings.global_variables.contains(name));
    (variable.scope == Some(Scope::Global) && !is_allowed).then(|| Problem {
        field: Field::Scope,
        message: "every action of the tenant would see this variable".to_owned(),
        help: "use the scope `template` or `action`, or ask the platform team".to_owned(),
    })
}

fn https(_: &Context, _: &Document, variable: &Variable) -> Option<Problem> {
    let prefix = variable.value?.prefix;
    (prefix == PrefixClass::HttpUrl).then(|| Problem {
        field: Field::Value,
        message: "the address is reached without TLS".to_owned(),
        help: "use https".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exports::cxvars::validator::setup::{Setting, SettingValue, Target};
    use crate::settings::Settings;
    use wit::{EntropyClass, LengthClass, ValueClass, ValueSource, VariableType};

    fn variable(name: &str) -> Variable {
        Variable {
            name: Some(name.to_owned()),
            type_: Some(VariableType::String),
            scope: Some(Scope::Action),
            encrypted: false,
            absent: false,
            has_secret_version: false,
            source: ValueSource::Inline,
            value: None,
            contract: None,
        }
    }

    fn with_prefix(name: &str, prefix: PrefixClass) -> Variable {
        let value = ValueClass { length: LengthClass::Under32, entropy: EntropyClass::Ordinary, prefix };
        Variable { value: Some(value), ..variable(name) }
    }

    fn found(environment: Option<&str>, variable: Variable) -> Vec<String> {
        found_in(&context(Vec::new(), None), environment, variable)
    }

    fn context(settings: Vec<(&str, SettingValue)>, path: Option<&str>) -> Context {
        let settings = settings.into_iter().map(|(key, value)| Setting { key: key.to_owned(), value }).collect();
        let target = Target { action: None, path: path.map(str::to_owned) };
        Context { settings: Settings::read(settings).unwrap(), target }
    }

    fn found_in(context: &Context, environment: Option<&str>, variable: Variable) -> Vec<String> {
        let document = Document {
            environment: environment.map(str::to_owned),
            data_action: None,
            parent_scope: Scope::Action,
            variables: vec![variable],
        };
        ALL.iter().flat_map(|rule| rule.findings(context, &document)).map(|finding| finding.code).collect()
    }

    #[test]
    fn names_begin_with_the_business_unit_of_the_environment() {
        assert_eq!(found(Some("sales-prod"), variable("crm_url")), ["PX001"]);
        assert_eq!(found(Some("sales-prod"), variable("salesurl")), ["PX001"]);
        assert!(found(Some("sales-prod"), variable("sales_url")).is_empty());
        assert!(found(None, variable("crm_url")).is_empty());
    }

    #[test]
    fn the_settings_have_other_prefixes() {
        let prefix = || vec![("prefixes.sales", SettingValue::String("crm".to_owned()))];
        let context = |path: Option<&str>| context(prefix(), path);
        assert!(found_in(&context(None), Some("sales-prod"), variable("crm_url")).is_empty());
        assert_eq!(found_in(&context(None), Some("sales-prod"), variable("sales_url")), ["PX001"]);
        assert_eq!(found_in(&context(None), Some("hr"), variable("crm_url")), ["PX001"]);
        assert_eq!(found_in(&context(Some("sales/vars.yaml")), None, variable("sales_url")), ["PX001"]);
        assert!(found_in(&context(Some("hr/vars.yaml")), None, variable("sales_url")).is_empty());
        assert!(found_in(&context(Some("sales")), None, variable("sales_url")).is_empty());
    }

    #[test]
    fn credentials_are_encrypted() {
        assert_eq!(found(None, variable("CRM_Token")), ["PX002"]);
        assert_eq!(found(None, with_prefix("crm", PrefixClass::Credential)), ["PX002"]);
        assert!(found(None, Variable { encrypted: true, ..variable("crm_token") }).is_empty());
        assert!(found(None, variable("token_lifetime_s")).is_empty());
    }

    #[test]
    fn no_variable_is_global() {
        assert_eq!(found(None, Variable { scope: Some(Scope::Global), ..variable("a") }), ["PX003"]);
        assert!(found(None, Variable { scope: None, ..variable("a") }).is_empty());
        let names = SettingValue::Strings(vec!["a".to_owned()]);
        let allowing = context(vec![("global_variables", names)], None);
        assert!(found_in(&allowing, None, Variable { scope: Some(Scope::Global), ..variable("a") }).is_empty());
        assert_eq!(found_in(&allowing, None, Variable { scope: Some(Scope::Global), ..variable("b") }), ["PX003"]);
    }

    #[test]
    fn addresses_are_reached_by_https() {
        assert_eq!(found(None, with_prefix("a", PrefixClass::HttpUrl)), ["PX004"]);
        assert!(found(None, with_prefix("a", PrefixClass::HttpsUrl)).is_empty());
    }

    #[test]
    fn what_is_to_be_removed_cannot_be_wrong() {
        assert!(found(Some("sales-prod"), Variable { absent: true, ..variable("crm_token") }).is_empty());
    }
}
