//! The file beside a document that says what a policy finds in it.

use std::fs;
use std::io;
use std::path::Path;

use cxvars_core::base::display::escape;
use cxvars_core::policy::TargetAction;
use serde::{Deserialize, Serialize};

use crate::cli::exit::CommandError;
use crate::command::plugin::trial::Found;
use crate::project::input::{cannot_read, shown};
use crate::system::files::{self, Draft, Readers};

/// What a policy learns about a document, and what it has to find.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    /// The environment; by default that of `--env`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
    /// The action; by default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<Action>,
    /// The path; by default that of the document from the folder of the tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    findings: Vec<Finding>,
}

/// An action.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
}

impl From<Action> for TargetAction {
    fn from(Action { id, alias }: Action) -> Self {
        Self { id, alias }
    }
}

/// An expected finding. Only the keys that it has are compared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finding {
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Finding {
    fn of(found: &Found) -> Self {
        let Found { code, severity, variable, pointer, message, help } = found.clone();
        let [severity, pointer, message] = [severity.to_owned(), pointer, message].map(Some);
        Self { code, severity, variable, pointer, message, help }
    }

    /// The optional keys, in the order of a finding.
    fn keys(&self) -> [Option<&str>; 5] {
        [&self.severity, &self.variable, &self.pointer, &self.message, &self.help].map(Option::as_deref)
    }

    fn fits(&self, found: &Found) -> bool {
        let of_found = Self::of(found);
        let pairs = self.keys().into_iter().zip(of_found.keys());
        self.code == found.code && pairs.into_iter().all(|(expected, found)| expected.is_none() || expected == found)
    }

    /// The finding on one line.
    pub(super) fn line(&self) -> String {
        let mut line = self.code.clone();
        if let Some(severity) = &self.severity {
            line = format!("{severity}[{line}]");
        }
        for (before, text) in
            [(" at ", &self.pointer), (" of ", &self.variable), (": ", &self.message), ("; ", &self.help)]
        {
            if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
                line += &format!("{before}{text}");
            }
        }
        escape(&line)
    }
}

/// The differences between what is expected and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Differences {
    pub(super) missing: Vec<Finding>,
    pub(super) unexpected: Vec<Finding>,
}

impl Expected {
    /// Reads the file. `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, CommandError> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
                CommandError::usage(format!(
                    "`{}` is not a file of expected findings: {}",
                    shown(path),
                    escape(&error.to_string())
                ))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot_read(path, &error).into()),
        }
    }

    /// The same with these findings.
    pub(super) fn with(self, found: &[Found]) -> Self {
        Self { findings: found.iter().map(Finding::of).collect(), ..self }
    }

    /// Writes the file.
    pub(super) fn write(&self, path: &Path) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(self).map_err(CommandError::io)? + "\n";
        let write = || {
            let mut draft = Draft::beside(path, Readers::ByUmask)?;
            draft.write(text.as_bytes())?;
            draft.place()
        };
        write()
            .map_err(|error| CommandError::io(format!("cannot write `{}`: {}", shown(path), files::describe(&error))))
    }

    /// Compares. Each finding is expected once; those that say most are looked for first.
    pub(super) fn compare(&self, found: &[Found]) -> Differences {
        let mut expected: Vec<&Finding> = self.findings.iter().collect();
        expected.sort_by_key(|finding| finding.keys().iter().filter(|key| key.is_none()).count());
        let mut left: Vec<&Found> = found.iter().collect();
        let mut missing = Vec::new();
        for finding in expected {
            match left.iter().position(|found| finding.fits(found)) {
                Some(at) => drop(left.remove(at)),
                None => missing.push(finding.clone()),
            }
        }
        Differences { missing, unexpected: left.into_iter().map(Finding::of).collect() }
    }
}
