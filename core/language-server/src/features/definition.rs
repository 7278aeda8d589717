//! `textDocument/definition`: where a parameter, a contract or a file is.

use std::path::Path;

use cxvars_core::base::span::Span;
use cxvars_core::editor::configuration::definition::file_at;
use cxvars_core::editor::configuration::places;
use cxvars_core::editor::definition::{self as editor, Target};
use cxvars_project::files::Files as _;
use cxvars_project::paths::clean;
use lsp_types::{GotoDefinitionParams, GotoDefinitionResponse, Location, Range};

use super::{Asked, configuration_text};
use crate::outbox::Answer;
use crate::uri;
use crate::view::View;

pub(crate) fn definition(view: &View<'_>, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    let at = params.text_document_position_params;
    let places = Asked::about(view, &at.text_document.uri).and_then(|asked| {
        let offset = asked.offset(at.position);
        if asked.document.is_configuration() {
            let (_, path) = file_at(asked.text().content(), offset)?;
            return Some(file(view, &asked, Path::new(&path)));
        }
        let found = asked.with_checked(|checked| editor::definition(checked, offset)).flatten()?;
        Some(match found.target {
            Target::Param { name } => params_named(view, &asked, &name),
            Target::Contract { variable } => contract(view, &asked, &variable),
            Target::File { path } => file(view, &asked, Path::new(&path)),
        })
    });
    Ok(places.filter(|places| !places.is_empty()).map(GotoDefinitionResponse::Array))
}

/// Where the environments define a parameter.
fn params_named(view: &View<'_>, asked: &Asked<'_>, name: &str) -> Vec<Location> {
    let Some(configuration) = asked.loaded.key.configuration.as_deref() else { return Vec::new() };
    let Some(text) = configuration_text(view, configuration) else { return Vec::new() };
    let found = places::param_places(text.content(), name).unwrap_or_default();
    let at = |span: Span| Some(Location::new(view.uri_of(configuration)?, text.range(span, asked.encoding)));
    found.into_iter().filter_map(|place| at(place.span)).collect()
}

/// The schema of a variable, else the line that names it.
fn contract(view: &View<'_>, asked: &Asked<'_>, variable: &str) -> Vec<Location> {
    let project = asked.loaded.in_force.as_ref().map(|in_force| &in_force.project);
    let path = project.and_then(|project| Some(clean(&project.folder().join(project.contracts().get(variable)?))));
    path.and_then(|path| view.uri_of(&path)).map(whole).into_iter().collect()
}

/// A file that is named from the folder of the document.
fn file(view: &View<'_>, asked: &Asked<'_>, path: &Path) -> Vec<Location> {
    let folder = asked.document.path.as_deref().and_then(Path::parent);
    let Some(target) = folder.map(|folder| clean(&folder.join(path))) else { return Vec::new() };
    match view.overlay().exists(&target) {
        Ok(true) => uri::uri_of(&target).map(whole).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn whole(uri: lsp_types::Uri) -> Location {
    Location::new(uri, Range::default())
}
