//! Decodes a tree into a document. Records what has the wrong shape, and continues.

use super::keys::Keys;
use super::variable::{Fields, Pointer, Slot, escape_pointer};
use super::{Document, Fault, List, WrongShape, first_of_each, is_text_field};
use crate::base::span::Span;
use crate::base::vocabulary::{DOCUMENT_FIELDS, STATE_ABSENT, Scope, VARIABLE_FIELDS, VariableType};
use crate::document::name;
use crate::document::reference::Kind;
use crate::reader::{Entry, KeyWord, Shape, Value};

impl<'t> Document<'t> {
    pub(super) fn root(&mut self, root: Value<'t>) {
        match root.shape() {
            Shape::Array => self.list(root, ""),
            Shape::Object => self.top_level(root),
            Shape::Unreadable => {}
            _ => self.faults.push(Fault::WrongShape(WrongShape::Document { found: root })),
        }
    }

    fn top_level(&mut self, root: Value<'t>) {
        let mut variables = None;
        let mut keys = Keys::new(root);
        for (position, entry) in root.entries().enumerate() {
            if !self.is_first(&mut keys, position, entry, String::new) {
                continue;
            }
            if entry.word() == KeyWord::Variables {
                variables = Some(entry.value);
                continue;
            }
            self.note_nested(entry, String::new);
            self.is_manifest |=
                matches!(entry.word(), KeyWord::ParentScope | KeyWord::DataAction | KeyWord::Description);
            match entry.word() {
                KeyWord::ParentScope => {
                    self.parent_scope = self.typed(entry, Wanted::Text, || "/parent_scope".to_owned());
                }
                KeyWord::DataAction => self.data_action = self.typed(entry, Wanted::Text, || "/data_action".to_owned()),
                KeyWord::Description => {
                    self.typed(entry, Wanted::Text, || "/description".to_owned());
                }
                _ => self.unknown(entry, String::new(), &DOCUMENT_FIELDS),
            }
        }
        match variables {
            // The list that is missing here could not be read.
            Some(variables) if root.is_damaged() && variables.shape() == Shape::Null => {}
            Some(variables) => self.variables_field(variables),
            None if root.is_damaged() => {}
            None => self.faults.push(Fault::WrongShape(WrongShape::NoVariables { span: root.span() })),
        }
    }

    fn variables_field(&mut self, variables: Value<'t>) {
        match variables.shape() {
            Shape::Array => self.list(variables, "/variables"),
            Shape::Unreadable => {}
            Shape::Object => {
                let mut inner = None;
                let mut keys = Keys::new(variables);
                for (position, entry) in variables.entries().enumerate() {
                    if self.is_first(&mut keys, position, entry, || "/variables".to_owned())
                        && entry.word() == KeyWord::Variables
                    {
                        inner = Some(entry.value).filter(|value| value.shape() == Shape::Array);
                    }
                }
                match inner {
                    Some(inner) => {
                        let fault = WrongShape::Nested { outer: variables, inner };
                        self.faults.push(Fault::WrongShape(fault));
                        self.list(inner, "/variables/variables");
                    }
                    None => self.faults.push(Fault::WrongShape(WrongShape::VariablesNotArray { found: variables })),
                }
            }
            _ => self.faults.push(Fault::WrongShape(WrongShape::VariablesNotArray { found: variables })),
        }
    }

    fn list(&mut self, list: Value<'t>, pointer: &'static str) {
        self.list = Some(List { span: list.span(), pointer });
        // A complete variable has at least seven nodes.
        self.variables.reserve(list.size() / 7);
        // The last variable, if its layout may serve for the next one.
        let mut model: Option<Fields> = None;
        for (index, item) in list.items().enumerate() {
            let pointer = Pointer { base: pointer, index };
            match item.shape() {
                Shape::Object => {
                    let fields = match model.filter(|_| item.is_alike()) {
                        Some(model) => self.alike(model, item, index),
                        None => self.fields(item, pointer),
                    };
                    model = (fields.is_model && fields.state == Slot::ABSENT).then_some(fields);
                    self.variables.push(fields);
                }
                Shape::Unreadable => model = None,
                _ => {
                    model = None;
                    self.note_duplicates(item, &pointer.to_variable());
                    let fault = WrongShape::VariableNotObject { found: item, pointer: pointer.to_variable() };
                    self.faults.push(Fault::WrongShape(fault));
                }
            }
        }
    }

    /// The fields of a variable with the same layout as the one before it: the same slots, moved by a fixed number of
    /// nodes.
    fn alike(&self, model: Fields, item: Value<'t>, index: usize) -> Fields {
        let further = item.index() - model.object;
        let shift = |slot: Slot| if slot == Slot::ABSENT { slot } else { Slot(slot.0 + further) };
        let mut fields = Fields {
            object: item.index(),
            index: index as u32,
            name: shift(model.name),
            type_word: shift(model.type_word),
            value: shift(model.value),
            encrypted: shift(model.encrypted),
            scope_word: shift(model.scope_word),
            value_from: shift(model.value_from),
            secret_version: shift(model.secret_version),
            ..model
        };
        self.read_words(&mut fields);
        fields
    }

    /// Sets the fields that rules need for every variable: name hash, type, scope and whether it is to be encrypted.
    fn read_words(&self, fields: &mut Fields) {
        fields.name_hash = self.text(fields.name).and_then(name::folded_hash);
        fields.variable_type = self.text(fields.type_word).and_then(VariableType::parse);
        fields.is_encrypted = match fields.encrypted {
            Slot::ABSENT => Some(false),
            flag => flag.get(self.tree).and_then(Value::as_bool),
        };
        fields.scope = match fields.scope_word {
            Slot::ABSENT => Some(Scope::default()),
            word => self.text(word).and_then(Scope::parse),
        };
    }

    fn fields(&mut self, item: Value<'t>, pointer: Pointer) -> Fields {
        let faults = self.faults.len();
        let mut fields = Fields::new(item, pointer.index);
        let mut keys = Keys::new(item);
        for (position, entry) in item.entries().enumerate() {
            let (slot, wanted) = match entry.word() {
                KeyWord::Name => (&mut fields.name, Wanted::Text),
                KeyWord::Type => (&mut fields.type_word, Wanted::Text),
                KeyWord::Value => (&mut fields.value, Wanted::Text),
                KeyWord::Encrypted => (&mut fields.encrypted, Wanted::Truth),
                KeyWord::Scope => (&mut fields.scope_word, Wanted::Text),
                KeyWord::ValueFrom => (&mut fields.value_from, Wanted::Object),
                KeyWord::SecretVersion => (&mut fields.secret_version, Wanted::Text),
                KeyWord::State => (&mut fields.state, Wanted::State),
                _ => {
                    if self.is_first(&mut keys, position, entry, || pointer.to_variable()) {
                        self.note_nested(entry, || pointer.to_variable());
                        self.unknown(entry, pointer.to_variable(), &VARIABLE_FIELDS);
                    }
                    continue;
                }
            };
            // A known key can be a duplicate only if its slot is filled already.
            if *slot != Slot::ABSENT && !self.is_first(&mut keys, position, entry, || pointer.to_variable()) {
                continue;
            }
            self.note_nested(entry, || pointer.to_variable());
            *slot = self.typed(entry, wanted, || pointer.to_field(entry.key()));
        }
        if let Some(reference) = fields.value_from.get(self.tree)
            && self.tree.format.is_yaml()
            && self.note_unquoted(reference, &pointer.to_field("value_from"))
        {
            fields.value_from = Slot::WRONG;
        }
        let Fields { value_from, secret_version, state, .. } = fields;
        self.read_words(&mut fields);
        self.is_manifest |= [value_from, secret_version, state].iter().any(|slot| *slot != Slot::ABSENT);
        if !item.is_damaged() {
            self.note_missing(&fields, item, pointer);
        }
        fields.is_model = !item.is_damaged() && self.faults.len() == faults;
        fields
    }

    fn note_missing(&mut self, fields: &Fields, item: Value<'t>, pointer: Pointer) {
        let needs_value = fields.state.get(self.tree).is_none();
        let has_value = fields.value != Slot::ABSENT || fields.value_from != Slot::ABSENT;
        let missing = [
            ("name", fields.name == Slot::ABSENT),
            ("type", needs_value && fields.type_word == Slot::ABSENT),
            ("value", needs_value && !has_value),
        ];
        for (field, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            self.faults.push(Fault::Missing { field, span: item.span(), pointer: pointer.to_variable() });
        }
    }

    /// The slot of a field. A value of the wrong type is recorded as a fault.
    fn typed(&mut self, entry: Entry<'t>, wanted: Wanted, pointer: impl Fn() -> String) -> Slot {
        let shape = entry.shape();
        let fits = match wanted {
            Wanted::Text | Wanted::State => shape == Shape::String,
            Wanted::Truth => matches!(shape, Shape::Boolean(_)),
            Wanted::Object => shape == Shape::Object,
        };
        if !fits {
            // An unreadable value has a syntax finding already.
            if wanted.is_text() && self.is_unquoted(entry.value) {
                self.faults.push(Fault::Unquoted { field: entry.key(), found: entry.value, pointer: pointer() });
            } else if shape != Shape::Unreadable {
                let (field, wanted) = (entry.key(), wanted.in_words());
                let fault = WrongShape::Field { field, found: entry.value, pointer: pointer(), wanted };
                self.faults.push(Fault::WrongShape(fault));
            }
            return Slot::WRONG;
        }
        if wanted == Wanted::State && entry.value.as_str() != Some(STATE_ABSENT) {
            let fault = WrongShape::State { span: entry.value.span(), pointer: pointer() };
            self.faults.push(Fault::WrongShape(fault));
            return Slot::WRONG;
        }
        Slot(entry.value.index())
    }

    /// Whether a value is an unquoted YAML scalar that is not a string.
    fn is_unquoted(&self, value: Value<'t>) -> bool {
        let is_scalar = matches!(value.shape(), Shape::Null | Shape::Boolean(_) | Shape::Number | Shape::Ambiguous);
        self.tree.format.is_yaml() && is_scalar
    }

    /// Records each member of a reference that should have been quoted, and returns whether there is one.
    fn note_unquoted(&mut self, reference: Value<'t>, pointer: &str) -> bool {
        let mut any = false;
        for entry in first_of_each(reference) {
            let pointer = format!("{pointer}/{}", escape_pointer(entry.key()));
            if self.is_unquoted(entry.value) {
                self.faults.push(Fault::Unquoted { field: entry.key(), found: entry.value, pointer });
                any = true;
            } else if Kind::has_members(entry.key()) {
                any |= self.note_unquoted(entry.value, &pointer);
            }
        }
        any
    }

    fn unknown(&mut self, entry: Entry<'t>, parent: String, known: &'static [&'static str]) {
        self.faults.push(Fault::Unknown { field: entry.key(), span: entry.key_span(), parent, known });
    }

    /// Whether an entry is the first with its key in the object. A duplicate is recorded as a fault.
    fn is_first(
        &mut self,
        keys: &mut Keys<'t>,
        position: usize,
        entry: Entry<'t>,
        parent: impl Fn() -> String,
    ) -> bool {
        let Some(first) = keys.earlier(position, entry) else { return true };
        self.note_nested(entry, &parent);
        let (field, span) = (entry.key(), entry.key_span());
        let entry = Span::new(span.start(), entry.value.span().end());
        self.faults.push(Fault::Duplicate { field, span, entry, first, parent: parent() });
        false
    }

    /// Records the duplicate keys of every object in a value, at any depth. The depth limit of the reader bounds the
    /// recursion.
    fn note_duplicates(&mut self, value: Value<'t>, pointer: &str) {
        for (index, item) in value.items().enumerate().filter(|(_, item)| item.shape().is_container()) {
            self.note_duplicates(item, &format!("{pointer}/{index}"));
        }
        let mut keys = Keys::new(value);
        for (position, entry) in value.entries().enumerate() {
            if self.is_first(&mut keys, position, entry, || pointer.to_owned()) {
                self.note_nested(entry, || pointer.to_owned());
            }
        }
    }

    /// Records the duplicate keys below an entry of the object at `parent`, unless they are part of a variable's value.
    fn note_nested(&mut self, entry: Entry<'t>, parent: impl Fn() -> String) {
        if !is_text_field(entry.key()) && entry.shape().is_container() {
            self.note_duplicates(entry.value, &format!("{}/{}", parent(), escape_pointer(entry.key())));
        }
    }
}

/// The type that a field must have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Text,
    Truth,
    Object,
    State,
}

impl Wanted {
    fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::State)
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Text | Self::State => "a string",
            Self::Truth => "`true` or `false`",
            Self::Object => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Variable;
    use crate::options::CheckOptions;
    use crate::reader::{Dialect, read_json};

    #[test]
    fn a_wrong_type_is_seen_again_after_variables_of_the_right_one() {
        let variable = |value: &str| format!(r#"{{"name": "a", "type": "string", "value": {value}}}"#);
        for (wrong, right) in [("1", "\"x\""), ("true", "\"\\n\""), ("null", "\"\"")] {
            let text = format!("[{}]", [wrong, right, right, wrong, right, wrong].map(variable).join(", "));
            let tree = read_json(&text, Dialect::Strict, CheckOptions::default().limits());
            let document = Document::decode(&tree, None);
            let is_wrong = |fault: &&Fault<'_>| matches!(fault, Fault::WrongShape(WrongShape::Field { .. }));
            assert_eq!(document.faults.iter().filter(is_wrong).count(), 3, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_laid_out_alike_decodes_as_if_it_were_not(
            variables in proptest::collection::vec(
                proptest::prop_oneof![
                    "[{](\"(name|type|value|scope|encrypted|state|x)\":(\"(a|b|string|action|absent)\"|true|false|1),?){0,3}[}]",
                    "[{]\"name\":(\"a\"|1),\"type\":\"string\",\"value\":(\"a\"|true|1)[}]",
                ], 1..4),
            copies in 2_usize..4,
        ) {
            let list: Vec<_> = (0..copies).flat_map(|_| variables.iter()).flat_map(|one| [one.as_str(); 2]).collect();
            let alike = format!("[{}]", list.join(","));
            // A number between two objects keeps the reader from using the pattern of the first for the second.
            let apart = format!("[{}]", list.join(",0,"));
            let limits = CheckOptions::default().limits();
            let (alike, apart) = (read_json(&alike, Dialect::Strict, limits), read_json(&apart, Dialect::Strict, limits));
            let (alike, apart) = (Document::decode(&alike, None), Document::decode(&apart, None));
            proptest::prop_assert_eq!(alike.is_manifest, apart.is_manifest);
            let faults = |document: &Document<'_>| {
                document.faults.iter().filter(|fault| !matches!(fault, Fault::WrongShape(WrongShape::VariableNotObject { .. }))).count()
            };
            proptest::prop_assert_eq!(faults(&alike), faults(&apart));
            for (one, other) in alike.variables().zip(apart.variables()) {
                let words = |variable: &Variable<'_>| {
                    let text = |word: Option<(&str, Span)>| word.map(|(text, _)| text.to_owned());
                    [text(variable.name()), text(variable.type_word()), text(variable.scope_word()), text(variable.state()),
                        variable.value().map(|(value, _)| value.text.to_owned())]
                };
                proptest::prop_assert_eq!(words(&one), words(&other));
                proptest::prop_assert_eq!(one.is_encrypted(), other.is_encrypted());
                proptest::prop_assert_eq!((one.scope(), one.variable_type()), (other.scope(), other.variable_type()));
            }
        }
    }
}
