//! Conversion between the types of core and those of `wasm/wit`.

use cxvars_core::base::vocabulary::{Scope, VariableType};
use cxvars_core::diagnostic::Severity;
use cxvars_core::policy::{
    self as core, Description, EntropyClass, Facts, Finding, LengthClass, PolicyRule, PrefixClass, Refused, Setting,
    SettingValue, Source, Target, VariableFacts,
};

mod generated {
    wasmtime::component::bindgen!({ path: "../wasm/wit/v1", world: "policy" });
}

/// The interface that a policy may export. It has a world of its own here, because in bindings of a whole policy it
/// could not be missing.
mod optional {
    wasmtime::component::bindgen!({
        path: "../wasm/wit/v1",
        inline: "package cxvars:host; world only-setup { export cxvars:validator/setup@1.1.0; }",
        world: "cxvars:host/only-setup",
    });
}

pub(super) use generated::PolicyIndices;
use generated::exports::cxvars::validator::rules as wit;
pub(super) use optional::OnlySetupIndices;
use optional::exports::cxvars::validator::setup;

/// The interface that a policy must export. Wasmtime takes any version that is compatible.
pub(super) const EXPORT: &str = "cxvars:validator/rules@1.1.0";
/// The interface that a policy may export.
pub(super) const OPTIONAL_EXPORT: &str = "cxvars:validator/setup@1.1.0";

pub(super) fn settings(settings: &[Setting]) -> Vec<setup::Setting> {
    let value = |value: &SettingValue| match value {
        SettingValue::String(text) => setup::SettingValue::String(text.clone()),
        SettingValue::Integer(number) => setup::SettingValue::Integer(*number),
        SettingValue::Float(number) => setup::SettingValue::Float(*number),
        SettingValue::Boolean(boolean) => setup::SettingValue::Boolean(*boolean),
        SettingValue::Strings(texts) => setup::SettingValue::Strings(texts.clone()),
    };
    settings.iter().map(|setting| setup::Setting { key: setting.key.clone(), value: value(&setting.value) }).collect()
}

pub(super) fn target(target: &Target) -> setup::Target {
    let action = target.action.as_ref();
    setup::Target {
        action: action.map(|action| setup::Action { id: action.id.clone(), alias: action.alias.clone() }),
        path: target.path.clone(),
    }
}

pub(super) fn description(said: wit::Description) -> Result<Description, Refused> {
    let rule = |rule: wit::Rule| PolicyRule {
        code: rule.code,
        name: rule.name,
        severity: match rule.severity {
            wit::Severity::Warning => Severity::Warning,
            wit::Severity::Error => Severity::Error,
        },
        summary: rule.summary,
    };
    Description::new(said.name, said.version, said.rules.into_iter().map(rule).collect())
}

pub(super) fn finding(said: wit::Finding) -> Finding {
    let place = match said.place {
        wit::Place::Document => core::Place::Document,
        wit::Place::Variable(index) => core::Place::Variable(index),
        wit::Place::Field((index, field)) => core::Place::Field(index, self::field(field)),
    };
    Finding { code: said.code, place, message: said.message, help: said.help }
}

fn field(field: wit::Field) -> core::Field {
    match field {
        wit::Field::Name => core::Field::Name,
        wit::Field::Type => core::Field::Type,
        wit::Field::Value => core::Field::Value,
        wit::Field::Encrypted => core::Field::Encrypted,
        wit::Field::Scope => core::Field::Scope,
    }
}

pub(super) fn document(facts: &Facts) -> wit::Document {
    wit::Document {
        environment: facts.target.environment.clone(),
        data_action: facts.data_action.clone(),
        parent_scope: scope(facts.parent_scope),
        variables: facts.variables.iter().map(variable).collect(),
    }
}

fn variable(facts: &VariableFacts) -> wit::Variable {
    wit::Variable {
        name: facts.name.clone(),
        type_: facts.variable_type.map(variable_type),
        scope: facts.scope.map(scope),
        encrypted: facts.encrypted,
        absent: facts.absent,
        has_secret_version: facts.has_secret_version,
        source: source(facts.source),
        value: facts.value.map(|value| wit::ValueClass {
            length: length(value.length),
            entropy: match value.entropy {
                EntropyClass::Ordinary => wit::EntropyClass::Ordinary,
                EntropyClass::Random => wit::EntropyClass::Random,
            },
            prefix: prefix(value.prefix),
        }),
        contract: facts.contract.clone(),
    }
}

fn variable_type(variable_type: VariableType) -> wit::VariableType {
    match variable_type {
        VariableType::String => wit::VariableType::String,
        VariableType::Integer => wit::VariableType::Integer,
        VariableType::Boolean => wit::VariableType::Boolean,
        VariableType::Object => wit::VariableType::Object,
    }
}

fn scope(scope: Scope) -> wit::Scope {
    match scope {
        Scope::Global => wit::Scope::Global,
        Scope::Template => wit::Scope::Template,
        Scope::Action => wit::Scope::Action,
    }
}

fn source(source: Source) -> wit::ValueSource {
    match source {
        Source::Inline => wit::ValueSource::Inline,
        Source::Env => wit::ValueSource::Env,
        Source::File => wit::ValueSource::File,
        Source::Param => wit::ValueSource::Param,
        Source::Command => wit::ValueSource::Command,
        Source::Vault => wit::ValueSource::Vault,
        Source::Missing => wit::ValueSource::Missing,
    }
}

fn length(length: LengthClass) -> wit::LengthClass {
    match length {
        LengthClass::Empty => wit::LengthClass::Empty,
        LengthClass::Under8 => wit::LengthClass::Under8,
        LengthClass::Under16 => wit::LengthClass::Under16,
        LengthClass::Under32 => wit::LengthClass::Under32,
        LengthClass::Under64 => wit::LengthClass::Under64,
        LengthClass::Under256 => wit::LengthClass::Under256,
        LengthClass::Longer => wit::LengthClass::Longer,
    }
}

fn prefix(prefix: PrefixClass) -> wit::PrefixClass {
    match prefix {
        PrefixClass::Other => wit::PrefixClass::Other,
        PrefixClass::HttpsUrl => wit::PrefixClass::HttpsUrl,
        PrefixClass::HttpUrl => wit::PrefixClass::HttpUrl,
        PrefixClass::Url => wit::PrefixClass::Url,
        PrefixClass::Credential => wit::PrefixClass::Credential,
    }
}
