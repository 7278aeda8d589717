//! The entry point of validation: a text in, a report out.

pub mod fix;
mod foreign;
pub mod ignore_comments;
pub mod ignores;

use crate::base::display;
use crate::base::span::Span;
use crate::base::vocabulary::Scope;
use crate::check::ignore_comments::Silenced;
use crate::check::ignores::Ignored;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
pub use crate::document::Resolved;
use crate::document::name::Repetition;
use crate::options::{CheckOptions, DocumentFormat, Reading};
use crate::reader::{Dialect, SyntaxFault, SyntaxKind, Tree, read_env, read_json, read_yaml};
use crate::render::mask::Masks;
use crate::rules;

/// What a check found in one text.
///
/// It refers to the text by byte spans and holds no part of it but names and keys.
#[derive(Clone, Debug)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    reading: Reading,
    variables: usize,
    encrypted: usize,
    ignored: Vec<Ignored>,
    silenced: Vec<Silenced>,
    unread: bool,
    foreign: bool,
}

impl Report {
    /// The findings, in the order of the text, then of their codes.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|finding| finding.severity == severity).count()
    }

    /// What a snippet of `text` has to hide; nothing of it may be shown where only a part could be read, because there it
    /// cannot be told what is a name and what is a value.
    pub(crate) fn masks(&self, text: &str) -> Option<Masks> {
        (!self.unread).then(|| Masks::of(text, self.reading))
    }

    /// Adds findings that were made elsewhere.
    pub(crate) fn join(&mut self, diagnostics: Vec<Diagnostic>) {
        self.diagnostics.extend(diagnostics);
        sort(&mut self.diagnostics);
    }

    /// Whether the document may be sent: no finding is an error.
    pub fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// How many variables the document lists.
    pub fn variable_count(&self) -> usize {
        self.variables
    }

    /// How many of them are to be encrypted.
    pub fn encrypted_count(&self) -> usize {
        self.encrypted
    }

    /// What became of the findings that [`CheckOptions::ignores`] is about. Silenced ones are not among the
    /// diagnostics.
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// The findings that comments of the document silenced; they are not among the diagnostics.
    pub fn silenced(&self) -> &[Silenced] {
        &self.silenced
    }

    /// Whether the text could not be read to its end, so that findings may be missing.
    pub fn is_unread(&self) -> bool {
        self.unread
    }

    /// Whether the text plainly is something else than a document: well-formed, and without any field of ours.
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }
}

/// What a rule sees.
pub(crate) struct Context<'t> {
    pub(crate) document: &'t Document<'t>,
    pub(crate) options: &'t CheckOptions,
    /// The scope that variables may not exceed: option, document, configuration, `action`.
    pub(crate) parent_scope: Scope,
    /// Names that repeat an earlier one, to the letter or but for its case.
    pub(crate) repeated_names: Vec<Repetition>,
    /// From here on the text is unreliable: after a syntax mistake a value may look like a name.
    first_syntax_error: usize,
}

impl Context<'_> {
    /// A name or key for a message, or `stand_in` where its text cannot be trusted to be one.
    pub(crate) fn quote(&self, text: &str, span: Span, stand_in: &str) -> String {
        if self.is_reliable(span) { display::quote(text) } else { stand_in.to_owned() }
    }

    /// Whether the text at `span` lies before the first syntax mistake.
    pub(crate) fn is_reliable(&self, span: Span) -> bool {
        span.start() < self.first_syntax_error
    }

    /// Whether a key or entry can be deleted by deleting its characters: in JSON, where layout has no meaning, once the
    /// text is well-formed.
    pub(crate) fn can_delete(&self) -> bool {
        self.first_syntax_error == usize::MAX
            && matches!(self.options.format, DocumentFormat::Json | DocumentFormat::Jsonc)
    }

    /// The pointer to a key of the document itself, without the key where that cannot be trusted to be one.
    pub(crate) fn pointer_to_key(&self, parent: &str, key: &str, span: Span) -> String {
        if self.is_reliable(span) {
            format!("{parent}/{}", crate::document::escape_pointer(key))
        } else {
            parent.to_owned()
        }
    }
}

/// Checks a text.
///
/// Never fails and never panics: whatever the text holds, the answer is a report. A text that is not UTF-8 is a
/// finding like any other.
pub fn check(input: &[u8], options: &CheckOptions) -> Report {
    let tree = read(input, options.reading());
    report(&Document::decode(&tree, None), options)
}

/// Checks a text in which some values come from elsewhere, so that they are held to the same rules.
pub fn check_resolved(input: &[u8], options: &CheckOptions, resolved: &Resolved) -> Report {
    let tree = read(input, options.reading());
    report(&Document::decode(&tree, Some(resolved)), options)
}

/// The part of the input that is text: all of it, or what comes before the first byte that is not UTF-8.
pub fn readable_text(input: &[u8]) -> &str {
    match std::str::from_utf8(input) {
        Ok(text) => text,
        Err(error) => {
            let (valid, _) = input.split_at_checked(error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
    }
}

pub(crate) fn read(input: &[u8], reading: Reading) -> Tree<'_> {
    let text = readable_text(input);
    if text.len() == input.len() {
        let mut tree = match reading.format {
            DocumentFormat::Json => read_json(text, Dialect::Strict, reading.limits),
            DocumentFormat::Jsonc => read_json(text, Dialect::WithComments, reading.limits),
            DocumentFormat::Yaml => read_yaml(text, reading.limits),
            DocumentFormat::Env => read_env(text, reading.limits),
        };
        tree.format = reading.format;
        return tree;
    }
    let kind = match input {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => SyntaxKind::Utf16,
        _ => SyntaxKind::NotUtf8,
    };
    let mut tree = Tree::unread(text);
    tree.syntax.push(SyntaxFault { span: Span::point(text.len()), kind, opener: None });
    tree
}

pub(crate) fn report<'t>(document: &'t Document<'t>, options: &'t CheckOptions) -> Report {
    let tree = document.tree;
    let first_syntax_error = tree.syntax.iter().map(|fault| fault.span.start()).min().unwrap_or(usize::MAX);
    let context = Context {
        document,
        options,
        parent_scope: parent_scope(document, options),
        repeated_names: document.repeated_names(),
        first_syntax_error,
    };
    let mut diagnostics = Vec::new();
    rules::run(&context, &mut diagnostics);
    sort(&mut diagnostics);
    let (silenced, idle) = ignore_comments::silence(&mut diagnostics, &context);
    if !idle.is_empty() {
        rules::run_over_comments(&context, &idle, &mut diagnostics);
        sort(&mut diagnostics);
    }
    let ignored = ignores::silence(&mut diagnostics, &context);
    Report {
        diagnostics,
        reading: options.reading(),
        variables: document.len(),
        encrypted: document.encrypted_count(),
        ignored,
        silenced,
        unread: !tree.syntax.is_empty() || tree.cap.is_some(),
        foreign: foreign::is_foreign(document),
    }
}

/// The scope that variables may not exceed.
pub(crate) fn parent_scope(document: &Document<'_>, options: &CheckOptions) -> Scope {
    let declared = || document.declared_parent_scope();
    options.parent_scope_override.or_else(declared).or(options.parent_scope).unwrap_or_default()
}

/// By position, then by code.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| (a.span, &a.code).cmp(&(b.span, &b.code)));
}
