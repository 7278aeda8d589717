//! The kinds of values of options.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::path::PathBuf;

use crate::base::date::Date;
use crate::base::path_glob::PathGlob;
use crate::base::small_map::SmallMap;
use crate::base::vocabulary::Scope;
use crate::diagnostic::Severity;
use crate::options::NamePattern;
use crate::options::ignore::{UNREADABLE, is_custom};
use crate::options::reader::Value;
use crate::options::section::{ANY_TEXT, Kind, SOME_TEXT, Section, Shape, Show};
use crate::reader::format::DocumentFormat;

/// A string with at least one character that is not white space.
pub struct Text;

impl Kind for Text {
    type Value = String;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.text().map(str::to_owned)
    }
}

impl Show for Text {
    fn show(value: &Self::Value) -> String {
        quoted(value)
    }
}

/// A string, which may be empty.
pub struct AnyText;

impl Kind for AnyText {
    type Value = String;

    const SHAPE: Shape = ANY_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.string().map(str::to_owned)
    }
}

/// A list of non-empty strings.
pub struct Texts;

impl Kind for Texts {
    type Value = Vec<String>;

    const SHAPE: Shape = Shape::List(&SOME_TEXT);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.texts()
    }
}

impl Show for Texts {
    fn show(value: &Self::Value) -> String {
        format!("[{}]", value.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
    }
}

/// A list of strings, which may be empty.
pub struct AnyTexts;

impl Kind for AnyTexts {
    type Value = Vec<String>;

    const SHAPE: Shape = Shape::List(&ANY_TEXT);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.strings()
    }
}

impl Show for AnyTexts {
    fn show(value: &Self::Value) -> String {
        Texts::show(value)
    }
}

/// A whole number from `LEAST` to `MOST`, both included.
pub struct Whole<const LEAST: u64, const MOST: u64>;

impl<const LEAST: u64, const MOST: u64> Kind for Whole<LEAST, MOST> {
    type Value = u64;

    const SHAPE: Shape = Shape::Whole(LEAST, MOST);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.integer(LEAST..=MOST)
    }
}

impl<const LEAST: u64, const MOST: u64> Show for Whole<LEAST, MOST> {
    fn show(value: &Self::Value) -> String {
        value.to_string()
    }
}

/// The same as [`Whole`], but as a `usize`; larger numbers become `usize::MAX`.
pub struct Count<const LEAST: u64, const MOST: u64>;

impl<const LEAST: u64, const MOST: u64> Kind for Count<LEAST, MOST> {
    type Value = usize;

    const SHAPE: Shape = Shape::Whole(LEAST, MOST);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.integer(LEAST..=MOST).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
    }
}

impl<const LEAST: u64, const MOST: u64> Show for Count<LEAST, MOST> {
    fn show(value: &Self::Value) -> String {
        value.to_string()
    }
}

/// True or false.
pub struct Flag;

impl Kind for Flag {
    type Value = bool;

    const SHAPE: Shape = Shape::Boolean;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.boolean()
    }
}

impl Show for Flag {
    fn show(value: &Self::Value) -> String {
        value.to_string()
    }
}

/// A day of the calendar.
pub struct Day;

impl Kind for Day {
    type Value = Date;

    const SHAPE: Shape = Shape::Date;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.date()
    }
}

/// A value that is chosen by a word.
pub trait Choice: Copy + PartialEq + 'static {
    /// The words, in the order in which messages list them.
    const WORDS: &'static [(&'static str, Self)];

    /// The word of this choice.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, choice)| *choice == self).map_or("", |(word, _)| word)
    }
}

/// One of the words of a [`Choice`].
pub struct Word<T>(PhantomData<T>);

fn words<T: Choice>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, _)| *word).collect()
}

impl<T: Choice> Kind for Word<T> {
    type Value = T;

    const SHAPE: Shape = Shape::Words(words::<T>);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.choice(T::WORDS)
    }
}

impl<T: Choice> Show for Word<T> {
    fn show(value: &Self::Value) -> String {
        quoted(value.word())
    }
}

impl Choice for Scope {
    const WORDS: &'static [(&'static str, Self)] =
        &[("global", Self::Global), ("template", Self::Template), ("action", Self::Action)];
}

/// The severity of a rule; `None` is `off`.
impl Choice for Option<Severity> {
    const WORDS: &'static [(&'static str, Self)] =
        &[("error", Some(Severity::Error)), ("warning", Some(Severity::Warning)), ("off", None)];
}

/// A table that is a section. Two sources are merged key by key.
pub struct Keys<S>(PhantomData<S>);

impl<S: Section + Clone> Kind for Keys<S> {
    type Value = S;

    const SHAPE: Shape = Shape::Table(&S::ABOUT);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.section(S::read)
    }

    fn over(higher: Self::Value, lower: Self::Value) -> Self::Value {
        higher.over(lower)
    }
}

/// The path of a file or folder, relative to the folder of the configuration file.
pub struct FilePath;

impl Kind for FilePath {
    type Value = PathBuf;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let text = value.checked(|text| match text.contains('\0') {
            true => Err("must not hold a NUL character"),
            false => Ok(()),
        });
        text.map(|text| value.folder().join(text))
    }
}

/// An array of tables, `[[section]]`. The tables of the lower source come after those of the higher one.
pub struct Tables<S>(PhantomData<S>);

impl<S: Section + Clone> Kind for Tables<S> {
    type Value = Vec<S>;

    const SHAPE: Shape = Shape::List(&Shape::Table(&S::ABOUT));

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.sections(S::read)
    }

    fn over(higher: Self::Value, lower: Self::Value) -> Self::Value {
        [higher, lower].concat()
    }
}

/// A table from names that the user chooses to values of one kind. Two sources are merged name by name.
pub struct Entries<K>(PhantomData<K>);

impl<K: Kind> Kind for Entries<K> {
    type Value = BTreeMap<String, K::Value>;

    const SHAPE: Shape = Shape::Entries(&K::SHAPE);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let entries: Vec<_> = value.entries()?.map(|(name, value)| Some((name.to_owned(), K::read(&value)?))).collect();
        entries.into_iter().collect()
    }

    fn over(higher: Self::Value, mut lower: Self::Value) -> Self::Value {
        lower.extend(higher);
        lower
    }
}

/// A regular expression for names.
pub struct Pattern;

impl Kind for Pattern {
    type Value = NamePattern;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        match NamePattern::new(value.text()?) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                value.complain(error.to_string());
                None
            }
        }
    }
}

/// A list of globs of paths.
pub struct Globs;

impl Kind for Globs {
    type Value = Vec<PathGlob>;

    const SHAPE: Shape = Shape::List(&SOME_TEXT);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let glob = |text: String| {
            PathGlob::new(&text).map_err(|error| value.problem(&format!("has a text that is no glob: {error}"))).ok()
        };
        value.texts()?.into_iter().map(glob).collect()
    }
}

/// Severities by the codes of rules.
pub struct Severities;

impl Kind for Severities {
    type Value = SmallMap<String, Option<Severity>>;

    const SHAPE: Shape = Shape::Entries(&<Word<Option<Severity>> as Kind>::SHAPE);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let severities: Vec<_> = value
            .entries()?
            .map(|(code, word)| {
                let known = word.rule(code).map(|rule| rule.code).or_else(|| Some(code).filter(|code| is_custom(code)));
                if known.is_none() {
                    word.unknown_rule(code);
                }
                let severity = Word::<Option<Severity>>::read(&word)?;
                if known.is_some_and(|code| UNREADABLE.contains(&code)) && severity != Some(Severity::Error) {
                    word.problem("cannot be weakened: a document that cannot be read may hide any mistake");
                    return None;
                }
                Some((known?.to_owned(), severity))
            })
            .collect();
        severities.into_iter().collect()
    }

    fn over(higher: Self::Value, lower: Self::Value) -> Self::Value {
        let entries = lower.iter().chain(higher.iter());
        entries.map(|(code, severity)| (code.clone(), *severity)).collect()
    }
}

/// Lists of texts by name.
pub struct TextLists;

impl Kind for TextLists {
    type Value = SmallMap<String, Vec<String>>;

    const SHAPE: Shape = Shape::Entries(&Shape::List(&ANY_TEXT));

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let lists: Vec<_> = value.entries()?.map(|(name, list)| Some((name.to_owned(), list.strings()?))).collect();
        lists.into_iter().collect()
    }
}

/// Texts by name.
pub struct Schemas;

impl Kind for Schemas {
    type Value = SmallMap<String, String>;

    const SHAPE: Shape = Shape::Entries(&ANY_TEXT);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let text = |(name, schema): (&str, Value<'_>)| {
            if !schema.is_string() {
                schema.complain(format!("{} must be a string", schema.path()));
                return None;
            }
            Some((name.to_owned(), schema.string()?.to_owned()))
        };
        let texts: Vec<_> = value.entries()?.map(text).collect();
        texts.into_iter().collect()
    }
}

impl Choice for DocumentFormat {
    const WORDS: &'static [(&'static str, Self)] =
        &[("json", Self::Json), ("jsonc", Self::Jsonc), ("yaml", Self::Yaml), ("env", Self::Env)];
}

/// A TOML string. No default contains characters that need escaping.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
