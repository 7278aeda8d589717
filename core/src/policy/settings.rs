//! `[plugin.settings]`: what a configuration tells a policy.

#[cfg(feature = "config")]
use std::path::Path;

use serde::Serialize;

use crate::options::reader::{Place, Value};
#[cfg(feature = "config")]
use crate::options::reader::{Problem, Reading};
use crate::options::section::{Kind, Shape};
#[cfg(feature = "config")]
use crate::options::toml;
use crate::options::written::Tree;
#[cfg(feature = "config")]
use crate::options::written::{Owner, Source};

/// The most settings of one policy.
pub const MAX_SETTINGS: usize = 1_000;
/// The most bytes that the keys and strings of one policy's settings may have together.
pub const MAX_SETTINGS_BYTES: usize = 64 << 10;

/// A setting of a policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// Its key; that of an inner table comes first, with a dot after it.
    pub key: String,
    /// Its value.
    pub value: SettingValue,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// A string.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A finite number with a fraction.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// An array of strings.
    Strings(Vec<String>),
}

/// The settings of a policy, and the place where they are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Ordered by key.
    pub list: Vec<Setting>,
    /// Where the table starts.
    pub place: Place,
}

/// No number of a configuration is `NaN`.
impl Eq for SettingValue {}
impl Eq for Setting {}
impl Eq for Settings {}

/// The table `[plugin.settings]`.
pub struct SettingsTable;

impl Kind for SettingsTable {
    type Value = Settings;

    const SHAPE: Shape = Shape::Free;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let mut list = Vec::new();
        collect(value, "", &mut list)?;
        list.sort_by(|one: &Setting, other| one.key.cmp(&other.key));
        if list.len() > MAX_SETTINGS {
            value.problem(&format!("has {} settings; a policy has at most {MAX_SETTINGS}", list.len()));
            return None;
        }
        if list.iter().map(Setting::bytes).sum::<usize>() > MAX_SETTINGS_BYTES {
            value.problem(&format!("is too long; settings have at most {} KiB", MAX_SETTINGS_BYTES >> 10));
            return None;
        }
        Some(Settings { list, place: value.place() })
    }
}

#[cfg(feature = "config")]
impl Settings {
    /// Reads a file that holds what `[plugin.settings]` would.
    ///
    /// # Errors
    /// All mistakes, ordered by position.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Vec<Problem>> {
        let source = Source::File { path, owner: Owner::Project };
        toml::read_as("settings", Reading { source, text, rules: &[] }, SettingsTable::read)
    }
}

impl Setting {
    fn bytes(&self) -> usize {
        self.key.len()
            + match &self.value {
                SettingValue::String(text) => text.len(),
                SettingValue::Strings(texts) => texts.iter().map(|text| text.len() + 1).sum(),
                SettingValue::Integer(_) | SettingValue::Float(_) | SettingValue::Boolean(_) => 8,
            }
    }
}

/// Adds the settings of a table and of its inner tables, whose keys come after `prefix`.
fn collect(table: &Value<'_>, prefix: &str, list: &mut Vec<Setting>) -> Option<()> {
    let mut is_good = true;
    for (key, value) in table.entries()? {
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            value.problem("must have a key of letters, digits, `_` and `-`");
            is_good = false;
        } else if value.is_table() {
            is_good &= collect(&value, &format!("{prefix}{key}."), list).is_some();
        } else if let Some(read) = read(&value) {
            list.push(Setting { key: format!("{prefix}{key}"), value: read });
        } else {
            is_good = false;
        }
    }
    is_good.then_some(())
}

fn read(value: &Value<'_>) -> Option<SettingValue> {
    let problem = match value.tree() {
        Tree::Text(text) => return Some(SettingValue::String(text.clone())),
        Tree::Boolean(boolean) => return Some(SettingValue::Boolean(*boolean)),
        Tree::Array(_) => return value.strings().map(SettingValue::Strings),
        Tree::Integer(number) => match number.and_then(|number| i64::try_from(number).ok()) {
            Some(number) => return Some(SettingValue::Integer(number)),
            None => "must have at most 64 bits",
        },
        Tree::Fraction(number) if number.is_finite() => return Some(SettingValue::Float(*number)),
        Tree::Fraction(_) => "must be finite",
        Tree::Date(_) => "must not be a date; write it as a string",
        Tree::Table(_) | Tree::Other => "must be a string, a number, true, false or an array of strings",
    };
    value.problem(problem);
    None
}

#[cfg(all(test, feature = "config"))]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Vec<Setting>, Vec<String>> {
        let source = Source::File { path: Path::new("cxvars.toml"), owner: Owner::Project };
        let read = toml::read(Reading { source, text, rules: &[] }, |root| {
            root.get("settings").and_then(|value| SettingsTable::read(&value))
        });
        let messages = |problems: Vec<Problem>| problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>();
        read.map(|settings| settings.list).map_err(messages)
    }

    #[test]
    fn settings_have_five_types_and_are_ordered_by_their_whole_keys() {
        let text = "[settings]\nunits = ['sales', '']\nmax = -3\nshare = 0.5\nis-strict = true\nempty = []\n\
                    [settings.prefixes]\nsales = 'crm'\n[settings.prefixes.eu]\nhr = 'p'\n";
        let setting = |key: &str, value: SettingValue| Setting { key: key.to_owned(), value };
        let text_of = |text: &str| SettingValue::String(text.to_owned());
        assert_eq!(
            settings(text).unwrap(),
            [
                setting("empty", SettingValue::Strings(Vec::new())),
                setting("is-strict", SettingValue::Boolean(true)),
                setting("max", SettingValue::Integer(-3)),
                setting("prefixes.eu.hr", text_of("p")),
                setting("prefixes.sales", text_of("crm")),
                setting("share", SettingValue::Float(0.5)),
                setting("units", SettingValue::Strings(vec!["sales".to_owned(), String::new()])),
            ]
        );
        assert_eq!(settings("[settings]\n").unwrap(), []);
        let alone = text.replace("[settings]\n", "").replace("[settings.", "[");
        let parse = |text: &str| Settings::parse(text, Path::new("settings.toml"));
        assert_eq!(parse(&alone).unwrap().list, settings(text).unwrap());
        let problem = &parse("\na = 1979-05-27").unwrap_err()[0];
        assert_eq!((problem.position.line, problem.message.starts_with("`settings.a` must not")), (2, true));
    }

    #[test]
    fn what_is_no_setting_is_refused_without_its_value() {
        for (text, why) in [
            ("[settings]\n'a.b' = 'hunter2'", "must have a key of letters"),
            ("[settings]\n'' = 'hunter2'", "must have a key of letters"),
            ("[settings]\na = 2027-01-31", "`settings.a` must not be a date"),
            ("[settings]\na = nan", "`settings.a` must be finite"),
            ("[settings]\na = 99999999999999999999", "`settings.a` must have at most 64 bits"),
            ("[settings]\na = ['x', 1]", "`settings.a[1]` must be a string"),
            ("[[settings.a]]\nb = 'hunter2'", "`settings.a[0]` must be a string"),
            ("settings = 'hunter2'", "`settings` must be a table"),
        ] {
            let problems = settings(text).unwrap_err().join("; ");
            assert!(problems.contains(why) && !problems.contains("hunter2"), "{text}: {problems}");
        }
        let many: String = (0..=MAX_SETTINGS).map(|number| format!("a{number} = 1\n")).collect();
        assert!(settings(&format!("[settings]\n{many}")).unwrap_err()[0].contains("1001 settings"));
        let long = format!("[settings]\na = '{}'", "x".repeat(MAX_SETTINGS_BYTES));
        assert!(settings(&long).unwrap_err()[0].contains("at most 64 KiB"));
    }
}
