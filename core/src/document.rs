//! The document as its author meant it: typed, lenient, and every part with its span.
//!
//! Decoding never stops: what has the wrong shape is noted as a [`Fault`] and the rest is read on. The rules in
//! [`crate::rules`] turn faults into findings and look at the decoded variables.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;

use crate::name::{self, Repetition};
use crate::options::DocumentFormat;
use crate::reader::{Entry, KeyWord, Shape, Tree, Value};
use crate::secret::Secret;
use crate::span::Span;
use crate::vocabulary::{Scope, VariableType};

/// Keys of a document's top level.
pub(crate) const DOCUMENT_FIELDS: [&str; 4] = ["variables", "parent_scope", "data_action", "description"];
/// Keys of a variable.
pub(crate) const VARIABLE_FIELDS: [&str; 8] =
    ["name", "type", "value", "encrypted", "scope", "value_from", "secret_version", "state"];
/// The one word that `state` may hold.
pub(crate) const STATE_ABSENT: &str = "absent";

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

    /// The place of a range of the text's bytes; none where it did not come from this source, or where lines were folded
    /// on the way.
    pub(crate) fn place_of(self, start: usize, end: usize) -> Option<Span> {
        let origin = self.origin?;
        Some(Span::new(origin.source_offset(start)?, origin.source_offset(end)?))
    }

    /// As [`Self::place_of`], or the whole value.
    pub(crate) fn span_within(self, start: usize, end: usize) -> Span {
        self.place_of(start, end).unwrap_or(self.span)
    }
}

/// One variable of a document.
#[derive(Clone, Copy)]
pub(crate) struct Variable<'t> {
    document: &'t Document<'t>,
    fields: &'t Fields,
    value: Option<(Text<'t>, Span)>,
}

impl<'t> Variable<'t> {
    /// The whole object.
    pub(crate) fn span(&self) -> Span {
        self.document.tree.at(self.fields.object).span()
    }

    /// JSON Pointer to it.
    pub(crate) fn pointer(&self) -> Pointer {
        Pointer { base: self.document.list.map_or("", |list| list.pointer), index: self.fields.index as usize }
    }

    pub(crate) fn name(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.name)
    }

    /// Whether the name is one that the service takes.
    pub(crate) fn has_valid_name(&self) -> bool {
        self.fields.name_hash.is_some()
    }

    /// The value, which was written out or fetched from elsewhere; none of a variable that is to be removed.
    pub(crate) fn value(&self) -> Option<(Text<'t>, Span)> {
        self.value
    }

    pub(crate) fn type_word(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.type_word)
    }

    pub(crate) fn scope_word(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.scope_word)
    }

    pub(crate) fn secret_version(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.secret_version)
    }

    pub(crate) fn state(&self) -> Option<(&'t str, Span)> {
        self.word(self.fields.state)
    }

    pub(crate) fn value_from(&self) -> Option<(Value<'t>, Span)> {
        let value = self.fields.value_from.get(self.document.tree)?;
        Some((value, value.span()))
    }

    pub(crate) fn encrypted(&self) -> Option<(bool, Span)> {
        let value = self.fields.encrypted.get(self.document.tree)?;
        Some((value.as_bool()?, value.span()))
    }

    /// The type, where the word names one.
    pub(crate) fn variable_type(&self) -> Option<VariableType> {
        self.fields.variable_type
    }

    /// The scope: `action` where the field is absent, none where it is wrong.
    pub(crate) fn scope(&self) -> Option<Scope> {
        self.fields.scope
    }

    /// Whether the variable is to be encrypted; none where the field is wrong.
    pub(crate) fn is_encrypted(&self) -> Option<bool> {
        match self.fields.encrypted {
            Slot::ABSENT => Some(false),
            _ => self.encrypted().map(|(truth, _)| truth),
        }
    }

    /// Whether `value` is written out in the document, rather than fetched from elsewhere.
    pub(crate) fn value_is_literal(&self) -> bool {
        self.value.is_some_and(|(value, _)| value.is_literal())
    }

    /// Whether the variable is to be removed, so that it needs no value.
    pub(crate) fn is_to_be_absent(&self) -> bool {
        self.fields.state.get(self.document.tree).is_some()
    }

    /// The value, if it is of this type.
    pub(crate) fn value_of_type(&self, wanted: VariableType) -> Option<(Text<'t>, Span)> {
        self.value.filter(|_| self.fields.variable_type == Some(wanted))
    }

    fn word(&self, slot: Slot) -> Option<(&'t str, Span)> {
        let value = slot.get(self.document.tree)?;
        Some((value.as_str()?, value.span()))
    }
}

/// Where a field's value stands in the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Slot(u32);

impl Slot {
    /// The field is not there.
    const ABSENT: Self = Self(u32::MAX);
    /// The field is there, but of the wrong JSON type; the fault is noted.
    const WRONG: Self = Self(u32::MAX - 1);

    fn get<'t>(self, tree: &'t Tree<'t>) -> Option<Value<'t>> {
        (self.0 < Self::WRONG.0).then(|| tree.at(self.0))
    }
}

/// The fields of a variable. Kept for every variable of a document, so it is small.
#[derive(Clone, Copy)]
struct Fields {
    /// The variable itself.
    object: u32,
    /// Its place in the list.
    index: u32,
    name: Slot,
    type_word: Slot,
    value: Slot,
    encrypted: Slot,
    scope_word: Slot,
    value_from: Slot,
    secret_version: Slot,
    state: Slot,
    /// Hash of the name, if that is valid.
    name_hash: Option<NonZeroU32>,
    variable_type: Option<VariableType>,
    scope: Option<Scope>,
    /// Whether every field is of the right type, so that one laid out the same needs no second look.
    is_model: bool,
}

impl Fields {
    fn new(object: Value<'_>, index: usize) -> Self {
        let absent = Slot::ABSENT;
        Self {
            object: object.index(),
            index: index as u32,
            name: absent,
            type_word: absent,
            value: absent,
            encrypted: absent,
            scope_word: absent,
            value_from: absent,
            secret_version: absent,
            state: absent,
            name_hash: None,
            variable_type: None,
            scope: None,
            is_model: false,
        }
    }
}

/// A JSON Pointer (RFC 6901) below the list of variables, put together only when a finding needs it.
#[derive(Clone, Copy)]
pub(crate) struct Pointer {
    base: &'static str,
    index: usize,
}

impl Pointer {
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

/// What is wrong with the structure. One kind each for the rules CX002 to CX005 and CX007; CX001 and CX006 read the tree.
pub(crate) enum Fault<'t> {
    WrongShape(WrongShape<'t>),
    /// A key that its object has already; `entry` is the key with its value.
    Duplicate {
        field: &'t str,
        span: Span,
        entry: Span,
        first: Span,
        parent: String,
    },
    Unknown {
        field: &'t str,
        span: Span,
        parent: String,
        known: &'static [&'static str],
    },
    Missing {
        field: &'static str,
        span: Span,
        pointer: String,
    },
    /// An unquoted YAML scalar that is no string, where one belongs.
    Unquoted {
        field: &'t str,
        found: Value<'t>,
        pointer: String,
    },
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

/// Values of variables that were fetched from elsewhere, by variable name; they stand in for `value`.
pub type Resolved = BTreeMap<String, Secret>;

/// A decoded document. No `Debug`: it holds values.
pub(crate) struct Document<'t> {
    pub(crate) tree: &'t Tree<'t>,
    pub(crate) list: Option<List>,
    variables: Vec<Fields>,
    resolved: Option<&'t Resolved>,
    parent_scope: Slot,
    data_action: Slot,
    pub(crate) faults: Vec<Fault<'t>>,
    /// Whether it is in another format than JSON, or has a key that only a manifest has.
    pub(crate) is_manifest: bool,
}

impl<'t> Document<'t> {
    /// Decodes a tree.
    pub(crate) fn decode(tree: &'t Tree<'t>, resolved: Option<&'t Resolved>) -> Self {
        let mut document = Self {
            tree,
            list: None,
            variables: Vec::new(),
            resolved,
            parent_scope: Slot::ABSENT,
            data_action: Slot::ABSENT,
            faults: Vec::new(),
            is_manifest: tree.format != DocumentFormat::Json,
        };
        if let Some(root) = tree.root() {
            document.root(root);
        }
        document
    }

    /// How many variables it lists.
    pub(crate) fn len(&self) -> usize {
        self.variables.len()
    }

    /// The variables, in the order of the list.
    pub(crate) fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        self.variables.iter().map(|fields| self.variable(fields))
    }

    /// The valid names that repeat an earlier one.
    pub(crate) fn repeated_names(&self) -> Vec<Repetition> {
        let name_at = |position: usize| self.variables.get(position).and_then(|fields| self.text(fields.name));
        let hashes = self.variables.iter().map(|fields| fields.name_hash);
        name::repetitions(hashes, |position| name_at(position).unwrap_or_default())
    }

    /// How many variables are to be encrypted.
    pub(crate) fn encrypted_count(&self) -> usize {
        let is_encrypted = |fields: &&Fields| fields.encrypted.get(self.tree).and_then(Value::as_bool) == Some(true);
        self.variables.iter().filter(is_encrypted).count()
    }

    /// The variable at an index of the list, of whose elements some may not be objects.
    pub(crate) fn variable_in_list(&self, index: usize) -> Option<Variable<'_>> {
        let index = u32::try_from(index).ok()?;
        self.variable_at(self.variables.binary_search_by_key(&index, |fields| fields.index).ok()?)
    }

    /// The variable at a place among [`Self::variables`].
    pub(crate) fn variable_at(&self, position: usize) -> Option<Variable<'_>> {
        self.variables.get(position).map(|fields| self.variable(fields))
    }

    fn variable<'d>(&'d self, fields: &'d Fields) -> Variable<'d> {
        let value = match self.resolved {
            // What is to be removed needs no value, so nothing can be wrong with one.
            _ if fields.state.get(self.tree).is_some() => None,
            Some(_) => self.fetched(fields).or_else(|| self.written(fields)),
            None => self.written(fields),
        };
        Variable { document: self, fields, value }
    }

    fn written(&self, fields: &Fields) -> Option<(Text<'_>, Span)> {
        let origin = fields.value.get(self.tree)?;
        let span = origin.span();
        Some((Text { text: origin.as_str()?, origin: Some(origin), span }, span))
    }

    fn fetched(&self, fields: &Fields) -> Option<(Text<'_>, Span)> {
        let text = self.resolved?.get(self.text(fields.name)?)?.expose();
        let span = fields.value_from.get(self.tree).unwrap_or_else(|| self.tree.at(fields.object)).span();
        Some((Text { text, origin: None, span }, span))
    }

    fn text(&self, slot: Slot) -> Option<&'t str> {
        slot.get(self.tree)?.as_str()
    }

    pub(crate) fn parent_scope(&self) -> Option<(&'t str, Span)> {
        let value = self.parent_scope.get(self.tree)?;
        Some((value.as_str()?, value.span()))
    }

    pub(crate) fn data_action(&self) -> Option<&'t str> {
        self.data_action.get(self.tree)?.as_str()
    }

    /// The parent scope that the document names.
    pub(crate) fn declared_parent_scope(&self) -> Option<Scope> {
        Scope::parse(self.parent_scope()?.0)
    }

    /// Scalars that a snippet may show: names, and the words of the vocabulary in the fields where they belong.
    pub(crate) fn public_spans(&self) -> Vec<Span> {
        let public = |variable: Variable<'_>| {
            [
                variable.name().map(|(_, span)| span),
                variable.type_word().filter(|_| variable.variable_type().is_some()).map(|(_, span)| span),
                variable.scope_word().filter(|_| variable.scope().is_some()).map(|(_, span)| span),
                variable.state().map(|(_, span)| span),
                variable.encrypted().map(|(_, span)| span),
            ]
        };
        let mut spans: Vec<Span> = self.variables().flat_map(public).flatten().collect();
        spans.extend(self.parent_scope().filter(|_| self.declared_parent_scope().is_some()).map(|(_, span)| span));
        // The head of a block scalar may end with a comment, and that may hold anything.
        spans.retain(|span| !self.tree.written(*span).starts_with(['|', '>']));
        spans.sort_unstable();
        spans
    }

    /// What a snippet may not show unless it is public: scalars, comments, and containers where a text belongs, whose keys
    /// are part of a value. Sorted and apart from each other.
    pub(crate) fn private_spans(&self) -> Vec<Span> {
        let comments = self.tree.comments.iter().copied();
        let all = self.tree.scalar_spans().chain(self.tree.containers_below(is_text_field)).chain(comments);
        apart(all.filter(|span| span.start() < span.end()).collect())
    }

    fn root(&mut self, root: Value<'t>) {
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
        // A complete variable takes at least seven nodes.
        self.variables.reserve(list.size() / 7);
        // The last variable, where the next one may be laid out as it is.
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

    /// The fields of a variable that is laid out as the one before it: the same number of nodes further on.
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

    /// What the rules ask of every variable's words.
    fn read_words(&self, fields: &mut Fields) {
        fields.name_hash = self.text(fields.name).and_then(name::folded_hash);
        fields.variable_type = self.text(fields.type_word).and_then(VariableType::parse);
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
            // A field that is there already is the only way in which a known key can be a duplicate.
            if *slot != Slot::ABSENT && !self.is_first(&mut keys, position, entry, || pointer.to_variable()) {
                continue;
            }
            self.note_nested(entry, || pointer.to_variable());
            *slot = self.typed(entry, wanted, || pointer.to_field(entry.key()));
        }
        if let Some(reference) = fields.value_from.get(self.tree)
            && self.tree.format == DocumentFormat::Yaml
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

    /// The slot of a field, whose fault is noted where it is of the wrong type.
    fn typed(&mut self, entry: Entry<'t>, wanted: Wanted, pointer: impl Fn() -> String) -> Slot {
        let shape = entry.shape();
        let fits = match wanted {
            Wanted::Text | Wanted::State => shape == Shape::String,
            Wanted::Truth => matches!(shape, Shape::Boolean(_)),
            Wanted::Object => shape == Shape::Object,
        };
        if !fits {
            // What could not be read at all has its syntax finding already.
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

    /// Whether a value is a YAML scalar without quotes that is no string.
    fn is_unquoted(&self, value: Value<'t>) -> bool {
        let is_scalar = matches!(value.shape(), Shape::Null | Shape::Boolean(_) | Shape::Number | Shape::Ambiguous);
        self.tree.format == DocumentFormat::Yaml && is_scalar
    }

    /// Whether a reference has a member that should have been quoted; each is noted.
    fn note_unquoted(&mut self, reference: Value<'t>, pointer: &str) -> bool {
        let mut any = false;
        for entry in first_of_each(reference) {
            let pointer = format!("{pointer}/{}", escape_pointer(entry.key()));
            if self.is_unquoted(entry.value) {
                self.faults.push(Fault::Unquoted { field: entry.key(), found: entry.value, pointer });
                any = true;
            } else if entry.key() == "vault" {
                any |= self.note_unquoted(entry.value, &pointer);
            }
        }
        any
    }

    fn unknown(&mut self, entry: Entry<'t>, parent: String, known: &'static [&'static str]) {
        self.faults.push(Fault::Unknown { field: entry.key(), span: entry.key_span(), parent, known });
    }

    /// Whether an entry's key is new in its object; a duplicate is noted.
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

    /// Duplicate keys of every object in a value, at any depth. The reader's cap bounds the recursion.
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

    /// Duplicate keys below an entry of the object at `parent`, unless they are part of a value.
    fn note_nested(&mut self, entry: Entry<'t>, parent: impl Fn() -> String) {
        if !is_text_field(entry.key()) && entry.shape().is_container() {
            self.note_duplicates(entry.value, &format!("{}/{}", parent(), escape_pointer(entry.key())));
        }
    }
}

/// Whether a container has no place below this key: what stands there may be a value that was meant as a text.
fn is_text_field(key: &str) -> bool {
    !matches!(key, "variables" | "value_from" | "vault")
}

/// The spans in order, overlapping ones as one.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut().filter(|last| span.overlaps(**last)) {
            Some(last) => *last = Span::new(last.start(), last.end().max(span.end())),
            None => apart.push(span),
        }
    }
    apart
}

/// What a field has to hold.
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

/// The entries of an object, each key once: the first counts.
pub(crate) fn first_of_each<'t>(object: Value<'t>) -> impl Iterator<Item = Entry<'t>> {
    let mut keys = Keys::new(object);
    let entries = object.entries().enumerate();
    entries.filter(move |(position, entry)| keys.earlier(*position, *entry).is_none()).map(|(_, entry)| entry)
}

/// The keys of an object: compared with each other while there are few, looked up in a map where there are many.
struct Keys<'t> {
    object: Value<'t>,
    /// The first place of each key, made when it is first needed.
    firsts: Option<HashMap<&'t str, (usize, Span)>>,
}

impl<'t> Keys<'t> {
    /// Up to so many keys, comparing with each one before is quicker than hashing.
    const FEW: usize = 16;

    fn new(object: Value<'t>) -> Self {
        Self { object, firsts: None }
    }

    /// The place of the same key earlier in the object.
    fn earlier(&mut self, position: usize, entry: Entry<'t>) -> Option<Span> {
        if position < Self::FEW {
            let mut before = self.object.entries().take(position);
            return before.find(|earlier| earlier.key() == entry.key()).map(Entry::key_span);
        }
        let firsts = self.firsts.get_or_insert_with(|| {
            let mut firsts = HashMap::new();
            for (position, entry) in self.object.entries().enumerate() {
                firsts.entry(entry.key()).or_insert((position, entry.key_span()));
            }
            firsts
        });
        firsts.get(entry.key()).filter(|(first, _)| *first < position).map(|(_, span)| *span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::CheckOptions;
    use crate::reader::{Dialect, read_json};

    proptest::proptest! {
        #[test]
        fn what_is_laid_out_alike_decodes_as_if_it_were_not(
            variables in proptest::collection::vec(
                "[{](\"(name|type|value|scope|encrypted|state|x)\":(\"(a|b|string|action|absent)\"|true|false|1),?){0,3}[}]", 1..4),
            copies in 2_usize..4,
        ) {
            let list: Vec<_> = (0..copies).flat_map(|_| variables.iter()).flat_map(|one| [one.as_str(); 2]).collect();
            let alike = format!("[{}]", list.join(","));
            // A number between two objects keeps the second from being taken for a copy of the first.
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
