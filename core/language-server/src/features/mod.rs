//! What the client asks about an open document: the functions of [`cxvars_core::editor`] in the form of the protocol.

mod actions;
mod completion;
mod definition;
mod hover;
mod left_out;
mod rename;
mod symbols;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::check::{Checked, Source};
use cxvars_core::diagnostic::Edit;
use cxvars_core::editor::Facts;
use cxvars_core::editor::completion::is_begun;
use cxvars_core::editor::symbols::names;
use lsp_types::{Position, TextEdit, Uri};

pub(crate) use self::actions::actions;
pub(crate) use self::completion::completion;
pub(crate) use self::definition::definition;
pub(crate) use self::hover::hover;
pub(crate) use self::left_out::left_out;
pub(crate) use self::rename::{prepare as prepare_rename, rename};
pub(crate) use self::symbols::{folding, symbols};
use crate::check::{self, Subject};
use crate::documents::Document;
use crate::projects::{InForce, Loaded};
use crate::text::{Encoding, Text};
use crate::view::View;

/// Up to this length, a text has just been begun.
const BEGUN_BYTES: usize = 40;

/// An open document that a request is about, with its project.
pub(crate) struct Asked<'s> {
    document: &'s Document,
    path: PathBuf,
    loaded: Arc<Loaded>,
    encoding: Encoding,
}

impl<'s> Asked<'s> {
    /// The document; none if it is not open.
    pub(crate) fn about(view: &View<'s>, uri: &Uri) -> Option<Self> {
        let document = view.documents.get(uri)?;
        let path = view.path_of(document);
        let loaded = view.project_of(document);
        Some(Self { document, path, loaded, encoding: view.client.encoding })
    }

    fn text(&self) -> &'s Text {
        &self.document.text
    }

    fn offset(&self, position: Position) -> usize {
        self.text().offset(position, self.encoding)
    }

    /// The project, if it checks the document.
    fn checked_by(&self) -> Option<&InForce> {
        self.judged_by(self.document.is_wanted)
    }

    /// The project, if it checks the document or would if it were wanted.
    fn judged_by(&self, is_wanted: bool) -> Option<&InForce> {
        let document = self.document;
        document.format().filter(|_| !document.is_configuration())?;
        let subject = Subject { is_wanted, ..Subject::of(document, &self.path) };
        check::judge(&subject, &self.loaded).ok()
    }

    /// Checks the document for `work`; none if it is not checked at all.
    fn with_checked<R>(&self, work: impl FnOnce(&Checked<'_>) -> R) -> Option<R> {
        let InForce { project, policies } = self.checked_by()?;
        Some(project.check(Some(&self.path), self.text().content().as_bytes(), policies.as_ref(), work))
    }

    /// Reads the document for `work`, without the rules; none if it is not checked at all.
    fn with_source<R>(&self, work: impl FnOnce(&Source<'_>) -> R) -> Option<R> {
        self.checked_by().map(|in_force| self.read(in_force, work))
    }

    /// The same, also for a text that is half typed, so that nobody can say yet what it is.
    fn with_begun_source<R>(&self, work: impl FnOnce(&Source<'_>) -> R) -> Option<R> {
        let in_force = self.judged_by(true)?;
        let Document { is_wanted, path, .. } = self.document;
        if !is_wanted && path.is_some() && !in_force.project.selection().has_file(&self.path) {
            return None;
        }
        let is_short = self.text().content().trim().len() <= BEGUN_BYTES;
        let may_be_ours = |source: &Source<'_>| is_short || is_begun(source) || !source.is_foreign();
        self.read(in_force, |source| (*is_wanted || may_be_ours(source)).then(|| work(source)))
    }

    fn read<R>(&self, in_force: &InForce, work: impl FnOnce(&Source<'_>) -> R) -> R {
        let options = in_force.project.options_for(Some(&self.path));
        work(&Source::read(self.text().content().as_bytes(), &options))
    }

    /// Calls `work` with what the project knows.
    fn with_facts<R>(&self, view: &View<'s>, work: impl FnOnce(&Facts<'_>) -> R) -> R {
        let Some(InForce { project, policies }) = self.loaded.in_force.as_ref() else { return work(&Facts::default()) };
        let options = project.options_for(Some(&self.path));
        let contracts: BTreeMap<String, String> =
            project.contracts().iter().map(|(name, path)| (name.clone(), project.shown(path))).collect();
        let environment_variables = view.overlay().host().environment_names();
        let variables = if self.document.is_configuration() { self.variables(view) } else { Vec::new() };
        work(&Facts {
            params: options.params.as_ref(),
            environment_variables: &environment_variables,
            contracts: Some(&contracts),
            policy_rules: &policies.rules(),
            variables: &variables,
            custom_rules: Some(&options.custom_rules),
        })
    }

    /// The names of the variables of the project's open documents, sorted.
    fn variables(&self, view: &View<'s>) -> Vec<String> {
        let found = self.others(view).flat_map(|other| other.with_source(names).unwrap_or_default());
        found.collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// The other open documents of the project.
    fn others(&self, view: &View<'s>) -> impl Iterator<Item = Asked<'s>> {
        let view = *view;
        let others = view.documents.all().filter(|other| other.uri != self.document.uri);
        let asked = others.filter_map(move |other| Asked::about(&view, &other.uri));
        asked.filter(|other| other.loaded.key == self.loaded.key)
    }

    /// The path of the document from the project's folder, with `/` as separator.
    fn path_in_project(&self) -> Option<String> {
        self.in_project(self.document.path.as_deref()?)
    }

    /// A path from the project's folder, with `/` as separator.
    fn in_project(&self, path: &Path) -> Option<String> {
        let path = path.strip_prefix(&self.loaded.key.folder).ok()?;
        let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Some(parts.join("/"))
    }
}

/// Edits of a text in the form of the protocol.
fn text_edits(edits: &[Edit], text: &Text, encoding: Encoding) -> Vec<TextEdit> {
    edits.iter().map(|edit| TextEdit::new(text.range(edit.span, encoding), edit.text.clone())).collect()
}

/// The text of a configuration as the editor shows it.
fn configuration_text(view: &View<'_>, path: &Path) -> Option<Arc<Text>> {
    view.overlay().text(path)
}
