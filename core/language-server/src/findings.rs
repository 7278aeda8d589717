//! Findings in the form of the protocol.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::str::FromStr as _;
use std::sync::Arc;

use cxvars_core::check::Report;
use cxvars_core::diagnostic::{Diagnostic as Finding, Related, Severity};
use cxvars_core::options::rule::CustomRules;
use cxvars_core::render::MAX_SHOWN;
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range, Uri,
};

use crate::client::Client;
use crate::links::Links;
use crate::text::{Encoding, Text};

/// The findings of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Findings {
    pub(crate) items: Vec<Diagnostic>,
    /// Equal for equal items.
    id: u64,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

/// How findings are shown to the client.
#[derive(Clone)]
pub(crate) struct Shape {
    encoding: Encoding,
    shows_related: bool,
    links: Arc<Links>,
}

impl Shape {
    pub(crate) fn of(client: &Client, links: Arc<Links>) -> Self {
        Self { encoding: client.encoding, shows_related: client.shows_related, links }
    }
}

impl Findings {
    pub(crate) fn new(items: Vec<Diagnostic>) -> Self {
        let count = |severity| items.iter().filter(|item| item.severity == Some(severity)).count();
        let (errors, warnings) = (count(DiagnosticSeverity::ERROR), count(DiagnosticSeverity::WARNING));
        Self { id: id(&items), errors, warnings, items }
    }

    /// The findings of a report, at most as many as reports show.
    pub(crate) fn of(report: &Report, text: &Text, uri: &Uri, shape: &Shape) -> Self {
        let count = |severity| report.count(severity);
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let rules = report.custom_rules();
        let shown = report.diagnostics().iter().take(MAX_SHOWN);
        let items = shown.map(|finding| item(finding, text, uri, shape, rules)).collect();
        Self { errors, warnings, ..Self::new(items) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The identifier by which the client names these findings.
    pub(crate) fn result_id(&self) -> String {
        format!("{:016x}", self.id)
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    /// These findings and those of another origin.
    pub(crate) fn with(mut self, others: Vec<Diagnostic>) -> Self {
        self.items.extend(others);
        Self::new(self.items)
    }
}

/// A finding outside documents, such as a mistake in the configuration.
pub(crate) fn plain(range: Range, severity: DiagnosticSeverity, message: String) -> Diagnostic {
    Diagnostic { range, severity: Some(severity), source: Some(SOURCE.to_owned()), message, ..Diagnostic::default() }
}

const SOURCE: &str = "cxvars";

/// The page of a rule of the team's own, if the rule names one.
fn page_of_team(code: &str, rules: &CustomRules) -> Option<CodeDescription> {
    Some(CodeDescription { href: Uri::from_str(rules.find(code)?.url()?).ok()? })
}

fn item(finding: &Finding, text: &Text, uri: &Uri, shape: &Shape, rules: &CustomRules) -> Diagnostic {
    let help = finding.help.as_deref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let related = |related: &Related| DiagnosticRelatedInformation {
        location: Location { uri: uri.clone(), range: text.range(related.span, shape.encoding) },
        message: related.message.to_string(),
    };
    let shows_related = shape.shows_related && !finding.related.is_empty();
    Diagnostic {
        severity: Some(of(finding.severity)),
        code: Some(NumberOrString::String(finding.code.to_string())),
        code_description: shape.links.page(&finding.code).or_else(|| page_of_team(&finding.code, rules)),
        related_information: shows_related.then(|| finding.related.iter().map(related).collect()),
        ..plain(text.range(finding.span, shape.encoding), of(finding.severity), format!("{}{help}", finding.message))
    }
}

/// A severity in the form of the protocol.
pub(crate) fn of(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    }
}

fn id(items: &[Diagnostic]) -> u64 {
    if items.is_empty() {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    for Diagnostic { range, severity, code, message, related_information, .. } in items {
        let place = |range: &Range| (range.start.line, range.start.character, range.end.line, range.end.character);
        (place(range), *severity == Some(DiagnosticSeverity::ERROR), message).hash(&mut hasher);
        if let Some(NumberOrString::String(code)) = code {
            code.hash(&mut hasher);
        }
        for related in related_information.iter().flatten() {
            (place(&related.location.range), &related.message).hash(&mut hasher);
        }
    }
    hasher.finish()
}
