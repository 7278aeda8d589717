//! The validator as a component: the world `validator` of `wasm/wit`.
//!
//! It imports nothing. Its functions and records are described in `wasm/wit`; this crate only translates.

mod options;
mod report;

mod generated {
    wit_bindgen::generate!({ path: "../wit/v1", world: "validator" });
}

use cxvars_core::check::check;
use cxvars_core::diagnostic::Severity;
use cxvars_core::reader::readable_text;
use cxvars_core::render::json_v1::FileReport;
use cxvars_core::rules;

use generated::exports::cxvars::validator::engine as wit;

/// Implements the exports of the component.
pub struct Engine;

impl wit::Guest for Engine {
    fn check(path: String, document: Vec<u8>, options: wit::Options) -> Result<wit::FileReport, String> {
        checked(path, &document, options, NO_PROJECT)
    }

    fn check_text(path: String, document: String, options: wit::Options) -> Result<wit::FileReport, String> {
        checked(path, document.as_bytes(), options, NO_PROJECT)
    }

    fn check_in_project(
        path: String,
        document: Vec<u8>,
        options: wit::Options,
        project: wit::Project,
    ) -> Result<wit::FileReport, String> {
        checked(path, &document, options, project)
    }

    fn explain(code: String) -> Option<String> {
        rules::find(&code).map(|rule| format!("# {} {}\n\n{}", rule.code, rule.name, rule.markdown()))
    }

    fn rules() -> Vec<wit::Rule> {
        let one = |rule: &&cxvars_core::diagnostic::rule::Rule| wit::Rule {
            code: rule.code.to_owned(),
            name: rule.name.to_owned(),
            severity: severity(rule.severity),
            summary: rule.summary().to_owned(),
        };
        rules::ALL.iter().map(one).collect()
    }

    fn version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }
}

/// Of a document that is in no project, nothing else is known.
const NO_PROJECT: wit::Project = wit::Project { config: None, environment: None, action: None };

fn checked(
    path: String,
    document: &[u8],
    options: wit::Options,
    project: wit::Project,
) -> Result<wit::FileReport, String> {
    let options = options::read(&path, options, project)?;
    let report = check(document, &options);
    Ok(report::file(FileReport::new(path, readable_text(document), &report)))
}

fn severity(severity: Severity) -> wit::Severity {
    match severity {
        Severity::Warning => wit::Severity::Warning,
        Severity::Error => wit::Severity::Error,
    }
}

/// The functions that a host calls. Linkers of other targets reject their names, so they exist only on wasm32.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "what crosses the boundary is read and written by generated code")]
mod exported {
    use crate::{Engine, generated};

    generated::export!(Engine with_types_in generated);
}
