//! What a rule can see.

use std::cell::{OnceCell, Ref, RefCell};
use std::ops::Range;

use crate::base::display;
use crate::base::span::Span;
use crate::base::swar;
use crate::base::vocabulary::Scope;
use crate::diagnostic::rule::{InForce, Rule};
use crate::document::name::Repetition;
use crate::document::{self, Document, Text};
use crate::options::CheckOptions;
use crate::reader::{Dialect, Tree, read_json};

/// A document and the options of its check.
pub(crate) struct Context<'t> {
    pub(crate) document: &'t Document<'t>,
    pub(crate) options: &'t CheckOptions,
    /// The scope that variables may not exceed; see [`parent_scope`].
    pub(crate) parent_scope: Scope,
    /// Names that repeat an earlier name, exactly or in another letter case.
    pub(crate) repeated_names: Vec<Repetition>,
    /// Offset of the first syntax mistake in bytes. The text after it is unreliable: a value may look like a name.
    first_syntax_error: usize,
    /// Whether the document can be sent as far as it was read; see [`Document::is_whole`].
    is_whole: OnceCell<bool>,
    /// Where the text is, if it is JSON in ASCII, so that only escapes can put a character into a value that nobody
    /// sees.
    /// Empty otherwise.
    plain_text: Range<*const u8>,
    /// Where the value of an object is that was parsed last, and its tree. Several rules look into it.
    object: RefCell<(*const u8, Tree<'t>)>,
}

/// Rules whose findings say that a document, or a part of it, cannot be read.
const READING: [&str; 8] = ["CX001", "CX002", "CX005", "CX006", "CX007", "CX201", "CX301", "CX601"];

impl<'t> Context<'t> {
    pub(crate) fn new(document: &'t Document<'t>, options: &'t CheckOptions) -> Self {
        Self {
            document,
            options,
            parent_scope: parent_scope(document, options),
            repeated_names: document.repeated_names(),
            first_syntax_error: document.tree.syntax.iter().map(|fault| fault.span.start()).min().unwrap_or(usize::MAX),
            is_whole: OnceCell::new(),
            plain_text: plain_text(document.tree),
            object: RefCell::new((std::ptr::null(), Tree::unread(""))),
        }
    }

    /// Whether findings of this code can be neither silenced nor weakened, because they say why the document cannot be
    /// sent. Otherwise a document would be valid that `apply` refuses without a reason.
    pub(crate) fn is_binding(&self, code: &str) -> bool {
        READING.contains(&code) && !*self.is_whole.get_or_init(|| self.document.is_whole())
    }

    /// The severity in force for a rule; `None` if the rule is off.
    pub(crate) fn severity_of(&self, rule: &Rule) -> Option<InForce> {
        let in_force = self.options.severity_of(rule);
        let is_weaker = in_force.is_none_or(|in_force| in_force.severity < rule.severity);
        if is_weaker && self.is_binding(rule.code) {
            return Some(InForce { severity: rule.severity, is_configured: false });
        }
        in_force
    }

    /// The value of an object, parsed as JSON.
    pub(crate) fn object_of(&self, value: Text<'t>) -> Ref<'_, Tree<'t>> {
        let place = value.text.as_ptr();
        if self.object.borrow().0 != place {
            let tree = read_json(value.text, Dialect::Strict, self.options.limits());
            self.object.replace((place, tree));
        }
        Ref::map(self.object.borrow(), |(_, tree)| tree)
    }

    /// Whether a value cannot hold a character that nobody sees, because the source, which is ASCII, has it unescaped.
    pub(crate) fn shows_all_of(&self, value: Text<'_>) -> bool {
        self.plain_text.contains(&value.text.as_ptr())
    }

    /// Quotes a name or key for a message. Returns `stand_in` if the text is after a syntax mistake, where it may be a
    /// value.
    pub(crate) fn quote(&self, text: &str, span: Span, stand_in: &str) -> String {
        if self.is_reliable(span) { display::quote(text) } else { stand_in.to_owned() }
    }

    /// Whether the text at `span` is before the first syntax mistake.
    pub(crate) fn is_reliable(&self, span: Span) -> bool {
        span.start() < self.first_syntax_error
    }

    /// Whether a key or entry can be deleted by deleting its characters. This holds for well-formed JSON, where layout
    /// has no meaning.
    pub(crate) fn can_delete(&self) -> bool {
        self.first_syntax_error == usize::MAX && self.options.format.is_json()
    }

    /// The pointer to a key of the object at `parent`. Returns `parent` if the key is after a syntax mistake, where it
    /// may be a value.
    pub(crate) fn pointer_to_key(&self, parent: &str, key: &str, span: Span) -> String {
        if self.is_reliable(span) { format!("{parent}/{}", document::escape_pointer(key)) } else { parent.to_owned() }
    }
}

/// Where a text is, if it is JSON in ASCII without U+007F, the one character of a string that nobody sees and that JSON
/// takes without an escape; an empty range otherwise.
fn plain_text(tree: &Tree<'_>) -> Range<*const u8> {
    let is_plain = tree.format.is_json() && swar::is_ascii_without_delete(tree.source().as_bytes());
    if is_plain { tree.source() } else { "" }.as_bytes().as_ptr_range()
}

/// The scope that variables may not exceed. The first of these sets it: the overriding option, the document, the
/// configuration. Otherwise it is `action`.
pub(crate) fn parent_scope(document: &Document<'_>, options: &CheckOptions) -> Scope {
    let declared = || document.declared_parent_scope();
    options.parent_scope_override.or_else(declared).or(options.validate.parent_scope).unwrap_or_default()
}
