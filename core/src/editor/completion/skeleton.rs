//! Texts with places for the user to fill in.

use crate::base::span::Span;
use crate::editor::level::Level;
use crate::reader::format::DocumentFormat;

/// A text with places for the user to fill in.
pub(super) struct Skeleton {
    pub(super) text: String,
    /// The places, in their order.
    pub(super) stops: Vec<Span>,
}

impl Skeleton {
    /// A text without such places.
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), stops: Vec::new() }
    }

    /// A text that may be replaced.
    fn stop(text: &str) -> Self {
        Self { text: text.to_owned(), stops: vec![Span::new(0, text.len())] }
    }

    /// This text, and another one after it.
    pub(super) fn then(mut self, next: Self) -> Self {
        let start = self.text.len();
        self.text.push_str(&next.text);
        self.stops.extend(next.stops.into_iter().map(|stop| Span::new(start + stop.start(), start + stop.end())));
        self
    }

    /// A variable on lines of YAML, the first of which begins at a column.
    pub(super) fn lines(dash: &str, column: usize, line_break: &str) -> Self {
        let indent = format!("{line_break}{}", " ".repeat(column + dash.len()));
        Self::of(&format!("{dash}name: "))
            .then(Self::stop(""))
            .then(Self::of(&format!("{indent}type: ")))
            .then(Self::stop("string"))
            .then(Self::of(&format!("{indent}value: \"")))
            .then(Self::stop(""))
            .then(Self::of("\""))
    }

    /// A variable in braces.
    pub(super) fn object(format: DocumentFormat) -> Self {
        let [name, kind, value] = match format {
            DocumentFormat::Yaml => ["{name: ", ", type: ", ", value: \""],
            _ => ["{\"name\": \"", "\", \"type\": \"", "\", \"value\": \""],
        };
        let all = Self::of(name).then(Self::stop("")).then(Self::of(kind)).then(Self::stop("string"));
        all.then(Self::of(value)).then(Self::stop("")).then(Self::of("\"}"))
    }

    /// An object with these keys of a level, in braces.
    pub(super) fn members(level: Level, keys: &[&str], format: DocumentFormat) -> Self {
        let mut all = Self::of("{");
        for (index, key) in keys.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let value = match level.below(key) {
                Some(below) => Self::members(below, &below.keys(), format),
                None => Self::of(quote(format)).then(Self::stop("")).then(Self::of(quote(format))),
            };
            all = all.then(Self::of(&format!("{comma}{0}{key}{0}: ", quote(format)))).then(value);
        }
        all.then(Self::of("}"))
    }
}

/// The quote around keys and texts of an object.
fn quote(format: DocumentFormat) -> &'static str {
    if format == DocumentFormat::Yaml { "" } else { "\"" }
}
