//! The entry point of validation: a text in, a report out.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::display;
use crate::document::Document;
use crate::options::{CheckOptions, DocumentFormat};
use crate::reader::{Dialect, SyntaxFault, SyntaxKind, Tree, read_env, read_json, read_yaml};
use crate::rules;
use crate::secret::Secret;
use crate::span::Span;
use crate::vocabulary::Scope;

/// Values of variables that were fetched from elsewhere, by variable name.
pub type Resolved = BTreeMap<String, Secret>;

/// What a check found in one text.
///
/// It refers to the text by byte spans and holds no part of it but names and keys.
#[derive(Clone, Debug)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    pub(crate) shown: Vec<Span>,
    pub(crate) hidden: Vec<Span>,
    pub(crate) has_syntax_error: bool,
    variables: usize,
    encrypted: usize,
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
}

/// What a rule sees.
pub(crate) struct Context<'t> {
    pub(crate) document: &'t Document<'t>,
    pub(crate) options: &'t CheckOptions,
    /// From here on the text is unreliable: after a syntax mistake a value may look like a name.
    first_syntax_error: usize,
}

impl Context<'_> {
    /// The scope that variables may not exceed: option, document, configuration, `action`.
    pub(crate) fn parent_scope(&self) -> Scope {
        let declared = || self.document.declared_parent_scope();
        self.options.parent_scope_override.or_else(declared).or(self.options.parent_scope).unwrap_or_default()
    }

    /// A name or key for a message, or `stand_in` where its text cannot be trusted to be one.
    pub(crate) fn quote(&self, text: &str, span: Span, stand_in: &str) -> String {
        if self.is_reliable(span) { display::quote(text) } else { stand_in.to_owned() }
    }

    /// Whether the text at `span` lies before the first syntax mistake.
    pub(crate) fn is_reliable(&self, span: Span) -> bool {
        span.start() < self.first_syntax_error
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
    check_resolved(input, options, &Resolved::new())
}

/// Checks a text in which some values come from elsewhere, so that they are held to the same rules.
pub fn check_resolved(input: &[u8], options: &CheckOptions, resolved: &Resolved) -> Report {
    let tree = read(input, options);
    let lookup = |name: &str| resolved.get(name).map(Secret::expose);
    let document = Document::decode(&tree, &lookup);
    report(&document, options)
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

pub(crate) fn read<'t>(input: &'t [u8], options: &CheckOptions) -> Tree<'t> {
    let text = readable_text(input);
    if text.len() == input.len() {
        let mut tree = match options.format {
            DocumentFormat::Json => read_json(text, Dialect::Strict, options.limits()),
            DocumentFormat::Jsonc => read_json(text, Dialect::WithComments, options.limits()),
            DocumentFormat::Yaml => read_yaml(text, options.limits()),
            DocumentFormat::Env => read_env(text, options.limits()),
        };
        tree.format = options.format;
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
    let context = Context { document, options, first_syntax_error };
    let mut diagnostics = Vec::new();
    rules::run(&context, &mut diagnostics);
    diagnostics.sort_by(|a, b| (a.span, &a.code).cmp(&(b.span, &b.code)));
    let has_findings = !diagnostics.is_empty();
    Report {
        diagnostics,
        shown: if has_findings { document.public_spans() } else { Vec::new() },
        hidden: if has_findings { document.private_spans() } else { Vec::new() },
        has_syntax_error: !tree.syntax.is_empty(),
        variables: document.len(),
        encrypted: document.variables().filter(|variable| variable.is_encrypted() == Some(true)).count(),
    }
}
