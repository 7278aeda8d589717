//! Reads the service's answer, as far as its meaning is certain.
//!
//! Nobody promises that a service writes what this program would write. A number where a text is expected, another case
//! or a missing field with an obvious default is understood; anything else is named by its field and never guessed.

use thiserror::Error;

use crate::base::secret::Secret;
use crate::base::span::BYTE_ORDER_MARK;
use crate::service::members::{Members, Twice, elements};
use crate::service::paging;
use crate::service::stored::{StoredAction, StoredVariable};

/// Why an answer cannot be used. It contains no part of the answer but the names of fields.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// It is not a JSON object, or one that is neither a Data Action nor a list of variables.
    #[error("the answer is not the JSON of a Data Action")]
    NotAnAction,
    /// A field of it cannot be read.
    #[error("the answer is not the JSON of a Data Action: `{field}` {problem}")]
    Field {
        /// Where it is, such as `variables[2].type`.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// It is only a part of what there is.
    #[error("the answer is only a part of the Data Action: `{by}` says that there is more")]
    Part {
        /// What says so.
        by: String,
    },
}

impl StoredAction {
    /// Reads an answer of the service. Unknown fields are kept for the bodies of updates and otherwise ignored.
    ///
    /// # Errors
    /// The answer is not a Data Action, a field of it cannot be read, or it is only a part.
    pub fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotAnAction)?;
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let answer = Object { members: Members::read(text).ok_or(Unreadable::NotAnAction)?, place: String::new() };
        let variables = answer.field("variables")?.map(variables).transpose()?;
        let is_action = variables.is_some() || answer.field("id")?.is_some() || answer.field("name")?.is_some();
        if !is_action {
            return Err(Unreadable::NotAnAction);
        }
        if let Some(by) = paging::more(&answer.members, variables.as_ref().map_or(0, Vec::len)) {
            return Err(Unreadable::Part { by });
        }
        Ok(Self { name: answer.text("name")?, state: answer.text("state")?, variables, definition: Secret::new(text) })
    }
}

fn variables(text: &str) -> Result<Vec<StoredVariable>, Unreadable> {
    let wrong = |field: String, problem| Unreadable::Field { field, problem };
    let list = elements(text).ok_or_else(|| wrong("variables".to_owned(), "is not a list"))?;
    let read = list.into_iter().enumerate().map(|(index, text)| {
        let place = format!("variables[{index}]");
        match Members::read(text) {
            Some(members) => Object { members, place }.variable(text),
            None => Err(wrong(place, "is not an object")),
        }
    });
    read.collect()
}

/// An object of the answer, and where it is.
struct Object<'t> {
    members: Members<'t>,
    place: String,
}

impl<'t> Object<'t> {
    /// `text` is the object itself.
    fn variable(&self, text: &str) -> Result<StoredVariable, Unreadable> {
        let encrypted = match self.field("encrypted")? {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(self.wrong("encrypted", "is not true or false")),
        };
        Ok(StoredVariable {
            name: self.required("name")?,
            type_word: self.required("type")?.to_lowercase(),
            scope_word: self.text("scope")?.map_or_else(|| "action".to_owned(), |scope| scope.to_lowercase()),
            encrypted,
            value: self.value(encrypted)?,
            received: Some(Secret::new(text)),
        })
    }

    /// The value as text. Anything but a string is its JSON text, exact to the digit. A value that is null or absent is
    /// empty; that of an encrypted variable is hidden.
    fn value(&self, encrypted: bool) -> Result<Option<Secret>, Unreadable> {
        let Some(text) = self.field("value")? else { return Ok((!encrypted).then(|| Secret::new(""))) };
        Ok(Some(match text.starts_with('"') {
            true => Secret::new(self.decode("value", text)?),
            false => Secret::new(text),
        }))
    }

    fn required(&self, field: &str) -> Result<String, Unreadable> {
        self.text(field)?.ok_or_else(|| self.wrong(field, "is missing"))
    }

    /// A field that must be text if it is there.
    fn text(&self, field: &str) -> Result<Option<String>, Unreadable> {
        self.field(field)?.map(|text| self.decode(field, text)).transpose()
    }

    fn decode(&self, field: &str, text: &str) -> Result<String, Unreadable> {
        serde_json::from_str(text).map_err(|_| self.wrong(field, "is not text"))
    }

    /// The text of a field; `None` if it is absent or null.
    fn field(&self, field: &str) -> Result<Option<&'t str>, Unreadable> {
        Ok(self.member(field)?.filter(|text| *text != "null"))
    }

    fn member(&self, field: &str) -> Result<Option<&'t str>, Unreadable> {
        self.members.get(field).map_err(|Twice| self.wrong(field, "occurs more than once"))
    }

    fn wrong(&self, field: &str, problem: &'static str) -> Unreadable {
        let dot = if self.place.is_empty() { "" } else { "." };
        Unreadable::Field { field: format!("{}{dot}{field}", self.place), problem }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<StoredAction, Unreadable> {
        StoredAction::parse(text.as_bytes())
    }

    fn variable(fields: &str) -> StoredVariable {
        let text = format!(r#"{{"variables": [{{"name": "a", {fields}}}]}}"#);
        parse(&text).unwrap().variables.unwrap().remove(0)
    }

    #[test]
    fn a_value_of_any_json_type_is_read_to_the_digit() {
        for (value, text) in [
            (r#""x\n""#, Some("x\n")),
            ("3", Some("3")),
            ("12345678901234567890123", Some("12345678901234567890123")),
            ("1.50e3", Some("1.50e3")),
            ("true", Some("true")),
            (r#"{"b":1, "a":[1e400]}"#, Some(r#"{"b":1, "a":[1e400]}"#)),
            ("[1, 2]", Some("[1, 2]")),
            ("null", Some("")),
        ] {
            let read = variable(&format!(r#""type": "string", "value": {value}"#));
            assert_eq!(read.value.as_ref().map(Secret::expose), text, "{value}");
        }
        assert_eq!(variable(r#""type": "string""#).value.as_ref().map(Secret::expose), Some(""));
        for hidden in ["", r#", "value": null"#] {
            assert!(variable(&format!(r#""type": "string", "encrypted": true{hidden}"#)).value.is_none());
        }
    }

    #[test]
    fn what_is_left_out_takes_its_default_and_words_have_any_case() {
        let read = variable(r#""type": "String", "value": "", "encrypted": null, "scope": null"#);
        assert_eq!((read.type_word.as_str(), read.scope_word.as_str(), read.encrypted), ("string", "action", false));
        let read = variable(r#""type": "INTEGER", "encrypted": true, "scope": "Global""#);
        assert_eq!((read.type_word.as_str(), read.scope_word.as_str(), read.encrypted), ("integer", "global", true));
        for text in [
            r#"{"id": 7, "variables": null}"#,
            r#"{"id": "x"}"#,
            r#"{"name": "x"}"#,
            "\u{feff}{\"id\": \"x\"}",
            "\u{feff} \r\n{\"name\": \"x\", \"variables\": null} ",
        ] {
            assert!(parse(text).unwrap().variables.is_none(), "{text}");
        }
        assert_eq!(parse(r#"{"variables": []}"#).unwrap().variables.map(|list| list.len()), Some(0));
    }

    #[test]
    fn what_is_no_action_is_not_read() {
        for text in ["", "{}", "[]", "null", "<html>", "{\"data\": {}}", "{\"id\": null}", "[{\"id\": 1}]"] {
            assert_eq!(parse(text).err(), Some(Unreadable::NotAnAction), "{text}");
        }
        assert_eq!(StoredAction::parse(b"{\"id\": \"\xff\"}").err(), Some(Unreadable::NotAnAction));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_field() {
        let field = |text: &str| match parse(text).err() {
            Some(Unreadable::Field { field, problem }) => format!("{field} {problem}"),
            other => format!("{other:?}"),
        };
        for (text, named) in [
            (r#"{"variables": {"variables": []}}"#, "variables is not a list"),
            (r#"{"variables": "x"}"#, "variables is not a list"),
            (r#"{"variables": [3]}"#, "variables[0] is not an object"),
            (r#"{"variables": [{"name": "a", "type": "string"}, {"type": "string"}]}"#, "variables[1].name is missing"),
            (r#"{"variables": [{"name": "a"}]}"#, "variables[0].type is missing"),
            (r#"{"variables": [{"name": 3, "type": "string"}]}"#, "variables[0].name is not text"),
            (r#"{"variables": [{"name": "a", "type": {}}]}"#, "variables[0].type is not text"),
            (r#"{"variables": [{"name": "a", "type": "string", "scope": 2}]}"#, "variables[0].scope is not text"),
            (
                r#"{"variables": [{"name": "a", "type": "string", "encrypted": "yes"}]}"#,
                "variables[0].encrypted is not true or false",
            ),
            (
                r#"{"variables": [{"name": "a", "type": "string", "value": "\ud800"}]}"#,
                "variables[0].value is not text",
            ),
            (
                r#"{"variables": [{"name": "a", "type": "string", "value": "1", "value": "2"}]}"#,
                "variables[0].value occurs more than once",
            ),
            (r#"{"id": "x", "state": 3}"#, "state is not text"),
        ] {
            assert_eq!(field(text), named);
        }
    }

    #[test]
    fn a_part_is_not_taken_for_the_whole() {
        let text = r#"{"id": "x", "variables": [{"name": "a", "type": "string"}], "nextLink": "/2"}"#;
        assert_eq!(parse(text).err(), Some(Unreadable::Part { by: "nextLink".to_owned() }));
        assert!(parse(r#"{"id": "x", "variables": null, "total": 4}"#).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_answer_is_a_panic(text in r#"[{\[]("(id|variables|name|next)": ?)?[\]{}\[",:a-z0-9 .\\-]{0,24}[}\]]|.{0,40}"#) {
            let _ = StoredAction::parse(text.as_bytes());
            let _ = StoredAction::parse(format!(r#"{{"id": 1, "variables": [{text}]}}"#).as_bytes());
        }
    }
}
