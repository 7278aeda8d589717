//! The document as its author meant it: typed, lenient, and every part with its span.
//!
//! Decoding never stops: what has the wrong shape is noted as a [`Fault`] and the rest is read on. The rules in
//! [`crate::rules`] turn faults into findings and look at the decoded variables.

use std::collections::{HashMap, hash_map};

use crate::reader::{Entry, Shape, Tree, Value};
use crate::span::Span;
use crate::vocabulary::{Scope, VariableType};

/// Keys of a document's top level.
pub(crate) const DOCUMENT_FIELDS: [&str; 4] = ["variables", "parent_scope", "data_action", "description"];
/// Keys of a variable.
pub(crate) const VARIABLE_FIELDS: [&str; 8] =
    ["name", "type", "value", "encrypted", "scope", "value_from", "secret_version", "state"];
/// Keys that only a manifest has.
const MANIFEST_FIELDS: [&str; 6] =
    ["value_from", "secret_version", "state", "parent_scope", "data_action", "description"];
/// The one word that `state` may hold.
pub(crate) const STATE_ABSENT: &str = "absent";

/// A field of a variable or a document.
#[derive(Clone, Copy)]
pub(crate) enum Field<T> {
    /// Not there.
    Absent,
    /// There, but of the wrong JSON type; the fault is noted.
    Wrong,
    /// There.
    Here { value: T, span: Span },
}

impl<T: Copy> Field<T> {
    pub(crate) fn get(self) -> Option<(T, Span)> {
        match self {
            Self::Here { value, span } => Some((value, span)),
            Self::Absent | Self::Wrong => None,
        }
    }

    pub(crate) fn is_absent(self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// A string with the place that it came from. No `Debug`: it may be a variable's value.
#[derive(Clone, Copy)]
pub(crate) struct Text<'t> {
    pub(crate) text: &'t str,
    origin: Option<Value<'t>>,
    span: Span,
}

impl<'t> Text<'t> {
    /// Whether the text is written out in the document, so that an edit there changes it.
    pub(crate) fn is_literal(self) -> bool {
        self.origin.is_some()
    }

    /// The place of a range of the text's bytes; the whole value where it did not come from this source.
    pub(crate) fn span_within(self, start: usize, end: usize) -> Span {
        match self.origin {
            Some(value) => Span::new(value.source_offset(start), value.source_offset(end)),
            None => self.span,
        }
    }
}

/// One variable of a document.
pub(crate) struct Variable<'t> {
    /// The whole object.
    pub(crate) span: Span,
    /// JSON Pointer to it.
    pub(crate) pointer: Pointer,
    pub(crate) name: Field<&'t str>,
    pub(crate) type_word: Field<&'t str>,
    pub(crate) value: Field<Text<'t>>,
    pub(crate) encrypted: Field<bool>,
    pub(crate) scope_word: Field<&'t str>,
    pub(crate) value_from: Field<Value<'t>>,
    pub(crate) secret_version: Field<&'t str>,
    pub(crate) state: Field<&'t str>,
}

impl<'t> Variable<'t> {
    /// The type, where the word names one.
    pub(crate) fn variable_type(&self) -> Option<VariableType> {
        VariableType::parse(self.type_word.get()?.0)
    }

    /// The scope: `action` where the field is absent, none where it is wrong.
    pub(crate) fn scope(&self) -> Option<Scope> {
        match self.scope_word {
            Field::Absent => Some(Scope::default()),
            Field::Wrong => None,
            Field::Here { value, .. } => Scope::parse(value),
        }
    }

    /// Whether the variable is to be encrypted; none where the field is wrong.
    pub(crate) fn is_encrypted(&self) -> Option<bool> {
        match self.encrypted {
            Field::Absent => Some(false),
            Field::Wrong => None,
            Field::Here { value, .. } => Some(value),
        }
    }

    /// Whether `value` is written out in the document, rather than fetched from elsewhere.
    pub(crate) fn value_is_literal(&self) -> bool {
        self.value.get().is_some_and(|(value, _)| value.is_literal())
    }

    /// Whether the variable is to be removed, so that it needs no value.
    pub(crate) fn is_to_be_absent(&self) -> bool {
        self.state.get().is_some_and(|(state, _)| state == STATE_ABSENT)
    }

    /// The value, if it is of this type.
    pub(crate) fn value_of_type(&self, wanted: VariableType) -> Option<(Text<'t>, Span)> {
        (self.variable_type() == Some(wanted)).then(|| self.value.get()).flatten()
    }
}

/// A JSON Pointer (RFC 6901) below the list of variables, put together only when a finding needs it.
#[derive(Clone, Copy)]
pub(crate) struct Pointer {
    base: &'static str,
    index: usize,
}

impl Pointer {
    /// The variable's place in the list.
    pub(crate) fn index(self) -> usize {
        self.index
    }

    pub(crate) fn to_variable(self) -> String {
        format!("{}/{}", self.base, self.index)
    }

    pub(crate) fn to_field(self, field: &str) -> String {
        format!("{}/{}/{}", self.base, self.index, escape_pointer(field))
    }
}

/// `~` and `/` in a reference token (RFC 6901 section 3).
pub(crate) fn escape_pointer(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// What is wrong with the structure. One kind each for the rules CX002 to CX005; CX001 and CX006 read the tree.
pub(crate) enum Fault<'t> {
    WrongShape(WrongShape<'t>),
    Duplicate { field: &'t str, span: Span, first: Span, parent: String },
    Unknown { field: &'t str, span: Span, parent: String, known: &'static [&'static str] },
    Missing { field: &'static str, span: Span, pointer: String },
}

/// The ways in which something has the wrong shape.
pub(crate) enum WrongShape<'t> {
    /// The document is neither an array nor an object.
    Document { found: Value<'t> },
    /// An object without `variables`.
    NoVariables { span: Span },
    /// `variables` is no array.
    VariablesNotArray { found: Value<'t> },
    /// `{"variables": {"variables": […]}}`; the array inside was taken.
    Nested { outer: Value<'t>, inner: Value<'t> },
    /// An element of the list is no object.
    VariableNotObject { found: Value<'t>, pointer: String },
    /// A field of the wrong JSON type.
    Field { field: &'t str, found: Value<'t>, pointer: String, wanted: &'static str },
    /// `state` is not the one word that it may be.
    State { span: Span, pointer: String },
}

/// Where the list of variables stands.
#[derive(Clone, Copy)]
pub(crate) struct List {
    /// The array.
    pub(crate) span: Span,
    /// JSON Pointer to it.
    pub(crate) pointer: &'static str,
}

/// A decoded document. No `Debug`: it holds values.
pub(crate) struct Document<'t> {
    pub(crate) tree: &'t Tree<'t>,
    pub(crate) list: Option<List>,
    pub(crate) variables: Vec<Variable<'t>>,
    pub(crate) parent_scope: Field<&'t str>,
    pub(crate) data_action: Field<&'t str>,
    pub(crate) description: Field<&'t str>,
    pub(crate) faults: Vec<Fault<'t>>,
    /// Whether it has a key that only a manifest has.
    pub(crate) is_manifest: bool,
}

impl<'t> Document<'t> {
    /// Decodes a tree. `resolved` holds values from elsewhere by variable name; they stand in for `value`.
    pub(crate) fn decode(tree: &'t Tree<'t>, resolved: &dyn Fn(&str) -> Option<&'t str>) -> Self {
        let mut document = Self {
            tree,
            list: None,
            variables: Vec::new(),
            parent_scope: Field::Absent,
            data_action: Field::Absent,
            description: Field::Absent,
            faults: Vec::new(),
            is_manifest: false,
        };
        if let Some(root) = tree.root() {
            document.root(root, resolved);
            document.note_duplicates(root, "");
        }
        document
    }

    /// The parent scope that the document names.
    pub(crate) fn declared_parent_scope(&self) -> Option<Scope> {
        Scope::parse(self.parent_scope.get()?.0)
    }

    /// Scalars that a snippet may show: names, and the words of the vocabulary in the fields where they belong.
    pub(crate) fn public_spans(&self) -> Vec<Span> {
        let word = |field: Field<&'t str>, known: bool| field.get().filter(|_| known).map(|(_, span)| span);
        let mut spans: Vec<Span> = self
            .variables
            .iter()
            .flat_map(|variable| {
                [
                    word(variable.name, true),
                    word(variable.type_word, variable.variable_type().is_some()),
                    word(variable.scope_word, variable.scope().is_some()),
                    word(variable.state, true),
                    variable.encrypted.get().map(|(_, span)| span),
                ]
            })
            .flatten()
            .collect();
        spans.extend(word(self.parent_scope, self.declared_parent_scope().is_some()));
        spans.sort_unstable();
        spans
    }

    fn root(&mut self, root: Value<'t>, resolved: &dyn Fn(&str) -> Option<&'t str>) {
        match root.shape() {
            Shape::Array => self.list(root, "", resolved),
            Shape::Object => self.top_level(root, resolved),
            Shape::Unreadable => {}
            _ => self.faults.push(Fault::WrongShape(WrongShape::Document { found: root })),
        }
    }

    fn top_level(&mut self, root: Value<'t>, resolved: &dyn Fn(&str) -> Option<&'t str>) {
        let mut variables = None;
        for entry in first_of_each(root) {
            self.is_manifest |= MANIFEST_FIELDS.contains(&entry.key);
            match entry.key {
                "variables" => variables = Some(entry.value),
                "parent_scope" => self.parent_scope = self.string_field(entry, "/parent_scope"),
                "data_action" => self.data_action = self.string_field(entry, "/data_action"),
                "description" => self.description = self.string_field(entry, "/description"),
                _ => self.unknown(entry, String::new(), &DOCUMENT_FIELDS),
            }
        }
        match variables {
            Some(variables) => self.variables_field(variables, resolved),
            None if root.is_damaged() => {}
            None => self.faults.push(Fault::WrongShape(WrongShape::NoVariables { span: root.span() })),
        }
    }

    fn variables_field(&mut self, variables: Value<'t>, resolved: &dyn Fn(&str) -> Option<&'t str>) {
        match variables.shape() {
            Shape::Array => self.list(variables, "/variables", resolved),
            Shape::Unreadable => {}
            Shape::Object => {
                let inner = first_of_each(variables).find(|entry| entry.key == "variables").map(|entry| entry.value);
                match inner.filter(|inner| inner.shape() == Shape::Array) {
                    Some(inner) => {
                        let fault = WrongShape::Nested { outer: variables, inner };
                        self.faults.push(Fault::WrongShape(fault));
                        self.list(inner, "/variables/variables", resolved);
                    }
                    None => self.faults.push(Fault::WrongShape(WrongShape::VariablesNotArray { found: variables })),
                }
            }
            _ => self.faults.push(Fault::WrongShape(WrongShape::VariablesNotArray { found: variables })),
        }
    }

    fn list(&mut self, list: Value<'t>, pointer: &'static str, resolved: &dyn Fn(&str) -> Option<&'t str>) {
        self.list = Some(List { span: list.span(), pointer });
        for (index, item) in list.items().enumerate() {
            let pointer = Pointer { base: pointer, index };
            match item.shape() {
                Shape::Object => {
                    let variable = self.variable(item, pointer, resolved);
                    self.variables.push(variable);
                }
                Shape::Unreadable => {}
                _ => {
                    let fault = WrongShape::VariableNotObject { found: item, pointer: pointer.to_variable() };
                    self.faults.push(Fault::WrongShape(fault));
                }
            }
        }
    }

    fn variable(
        &mut self,
        item: Value<'t>,
        pointer: Pointer,
        resolved: &dyn Fn(&str) -> Option<&'t str>,
    ) -> Variable<'t> {
        let mut variable = Variable {
            span: item.span(),
            pointer,
            name: Field::Absent,
            type_word: Field::Absent,
            value: Field::Absent,
            encrypted: Field::Absent,
            scope_word: Field::Absent,
            value_from: Field::Absent,
            secret_version: Field::Absent,
            state: Field::Absent,
        };
        for entry in first_of_each(item) {
            self.is_manifest |= MANIFEST_FIELDS.contains(&entry.key);
            let at = |field: &str| pointer.to_field(field);
            match entry.key {
                "name" => variable.name = self.string_field_at(entry, at),
                "type" => variable.type_word = self.string_field_at(entry, at),
                "scope" => variable.scope_word = self.string_field_at(entry, at),
                "secret_version" => variable.secret_version = self.string_field_at(entry, at),
                "state" => variable.state = self.state_field(entry, at),
                "value" => {
                    let field = self.string_field_at(entry, at);
                    variable.value = with_origin(field, entry.value);
                }
                "encrypted" => variable.encrypted = self.boolean_field(entry, at),
                "value_from" => variable.value_from = self.object_field(entry, at),
                _ => self.unknown(entry, pointer.to_variable(), &VARIABLE_FIELDS),
            }
        }
        if let Some((name, _)) = variable.name.get()
            && let Some(text) = resolved(name)
        {
            let span = variable.value_from.get().map_or(variable.span, |(_, span)| span);
            variable.value = Field::Here { value: Text { text, origin: None, span }, span };
        }
        if !item.is_damaged() {
            self.note_missing(&variable);
        }
        variable
    }

    fn note_missing(&mut self, variable: &Variable<'t>) {
        let has_value = !variable.value.is_absent() || !variable.value_from.is_absent();
        let needs_value = !variable.is_to_be_absent();
        let fields = [
            ("name", variable.name.is_absent()),
            ("type", needs_value && variable.type_word.is_absent()),
            ("value", needs_value && !has_value),
        ];
        for (field, missing) in fields {
            if missing {
                let pointer = variable.pointer.to_variable();
                self.faults.push(Fault::Missing { field, span: variable.span, pointer });
            }
        }
    }

    fn wrong(&mut self, entry: Entry<'t>, pointer: String, wanted: &'static str) {
        // What could not be read at all has its syntax finding already.
        if entry.value.shape() != Shape::Unreadable {
            let fault = WrongShape::Field { field: entry.key, found: entry.value, pointer, wanted };
            self.faults.push(Fault::WrongShape(fault));
        }
    }

    fn string_field(&mut self, entry: Entry<'t>, pointer: &'static str) -> Field<&'t str> {
        self.string_field_at(entry, |_| pointer.to_owned())
    }

    fn string_field_at(&mut self, entry: Entry<'t>, pointer: impl Fn(&str) -> String) -> Field<&'t str> {
        if let Some(value) = entry.value.as_str() {
            return Field::Here { value, span: entry.value.span() };
        }
        self.wrong(entry, pointer(entry.key), "a string");
        Field::Wrong
    }

    fn boolean_field(&mut self, entry: Entry<'t>, pointer: impl Fn(&str) -> String) -> Field<bool> {
        if let Some(value) = entry.value.as_bool() {
            return Field::Here { value, span: entry.value.span() };
        }
        self.wrong(entry, pointer(entry.key), "`true` or `false`");
        Field::Wrong
    }

    fn object_field(&mut self, entry: Entry<'t>, pointer: impl Fn(&str) -> String) -> Field<Value<'t>> {
        if entry.value.shape() == Shape::Object {
            return Field::Here { value: entry.value, span: entry.value.span() };
        }
        self.wrong(entry, pointer(entry.key), "an object");
        Field::Wrong
    }

    fn state_field(&mut self, entry: Entry<'t>, pointer: impl Fn(&str) -> String) -> Field<&'t str> {
        let field = self.string_field_at(entry, &pointer);
        if field.get().is_some_and(|(word, _)| word != STATE_ABSENT) {
            let fault = WrongShape::State { span: entry.value.span(), pointer: pointer(entry.key) };
            self.faults.push(Fault::WrongShape(fault));
            return Field::Wrong;
        }
        field
    }

    fn unknown(&mut self, entry: Entry<'t>, parent: String, known: &'static [&'static str]) {
        self.faults.push(Fault::Unknown { field: entry.key, span: entry.key_span, parent, known });
    }

    /// Duplicate keys of every object, at any depth. The reader's cap bounds the recursion.
    fn note_duplicates(&mut self, value: Value<'t>, pointer: &str) {
        for (index, item) in value.items().enumerate() {
            if matches!(item.shape(), Shape::Array | Shape::Object) {
                self.note_duplicates(item, &format!("{pointer}/{index}"));
            }
        }
        let mut seen = Seen::new(value);
        for (position, entry) in value.entries().enumerate() {
            if let Some(first) = seen.earlier(position, entry) {
                let parent = pointer.to_owned();
                self.faults.push(Fault::Duplicate { field: entry.key, span: entry.key_span, first, parent });
            }
            if matches!(entry.value.shape(), Shape::Array | Shape::Object) {
                self.note_duplicates(entry.value, &format!("{pointer}/{}", escape_pointer(entry.key)));
            }
        }
    }
}

/// The entries of an object, each key once: the first counts.
pub(crate) fn first_of_each<'t>(object: Value<'t>) -> impl Iterator<Item = Entry<'t>> {
    let mut seen = Seen::new(object);
    object
        .entries()
        .enumerate()
        .filter(move |(position, entry)| seen.earlier(*position, *entry).is_none())
        .map(|(_, entry)| entry)
}

/// The keys of an object met so far: looked up again while there are few, in a map where there are many.
struct Seen<'t> {
    object: Value<'t>,
    many: Option<HashMap<&'t str, Span>>,
}

impl<'t> Seen<'t> {
    /// Up to so many keys, comparing with each one before is quicker than hashing.
    const FEW: usize = 16;

    fn new(object: Value<'t>) -> Self {
        let many = object.entries().nth(Self::FEW).map(|_| HashMap::new());
        Self { object, many }
    }

    /// The place of the same key earlier in the object.
    fn earlier(&mut self, position: usize, entry: Entry<'t>) -> Option<Span> {
        let Some(many) = &mut self.many else {
            let mut before = self.object.entries().take(position);
            return before.find(|earlier| earlier.key == entry.key).map(|earlier| earlier.key_span);
        };
        match many.entry(entry.key) {
            hash_map::Entry::Occupied(first) => Some(*first.get()),
            hash_map::Entry::Vacant(place) => {
                place.insert(entry.key_span);
                None
            }
        }
    }
}

fn with_origin<'t>(field: Field<&'t str>, origin: Value<'t>) -> Field<Text<'t>> {
    match field {
        Field::Here { value, span } => Field::Here { value: Text { text: value, origin: Some(origin), span }, span },
        Field::Wrong => Field::Wrong,
        Field::Absent => Field::Absent,
    }
}
