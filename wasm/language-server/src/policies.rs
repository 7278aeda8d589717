//! The policies of projects. The extension runs them in threads and hands over what they answer; until then, a document
//! has no findings of theirs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cxvars_core::check::Checked;
use cxvars_core::policy::{Description, PassedSetting, PolicyRule, Subject, Verdict};
use cxvars_language_server::Policies;
use cxvars_project::paths::clean;
use cxvars_project::{Judge, Project};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most answers that are kept while nothing is to be done. Documents have the same facts again and again: a change of a
/// value rarely changes them.
const MAX_ANSWERS: usize = 2_000;

/// Something that the server wants of policies. The answer has the same `id`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Want {
    /// Opens the policies of a configuration.
    Policies { id: usize, plugins: Value },
    /// Asks the policies that were opened under an `id` about a document.
    Verdicts { id: usize, policies: usize, facts: Value },
}

/// Whether policies could be opened.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Opened {
    Descriptions(Vec<Description>),
    Problem(String),
}

/// What is known of policies, and what is wanted. All policies of the server share it.
#[derive(Clone, Default)]
pub(crate) struct EditorPolicies {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The policies of configurations, by what these say of them.
    sets: BTreeMap<String, Set>,
    /// The answers about documents, by policies and facts; none if the policies were asked.
    answers: BTreeMap<(usize, String), Option<Vec<Verdict>>>,
    /// What the questions were about.
    asked: BTreeMap<usize, Asked>,
    wanted: Vec<Want>,
    last_id: usize,
    has_news: bool,
}

enum Asked {
    Policies(String),
    Verdicts((usize, String)),
}

struct Set {
    id: usize,
    paths: Vec<PathBuf>,
    /// None as long as it is not known.
    opened: Option<Result<Vec<Description>, String>>,
}

/// The policies of one configuration.
struct OfProject {
    id: usize,
    rules: Vec<PolicyRule>,
    /// Whether they are open.
    is_open: bool,
    all: EditorPolicies,
}

impl EditorPolicies {
    /// The policies of a project, as far as they are known.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub(crate) fn of(&self, project: &Project) -> Result<Policies, String> {
        let plugins = plugins(project);
        let key = plugins.to_string();
        let mut state = self.state();
        if !state.sets.contains_key(&key) {
            let id = state.ask(Asked::Policies(key.clone()), |id| Want::Policies { id, plugins });
            let paths = project.plugins().iter().map(|plugin| clean(&plugin.path)).collect();
            state.sets.insert(key.clone(), Set { id, paths, opened: None });
        }
        let set = state.sets.get(&key).map(|set| (set.id, set.opened.clone()));
        drop(state);
        let (id, opened) = set.unwrap_or_default();
        let is_open = opened.is_some();
        let rules = opened.transpose()?.unwrap_or_default().into_iter().flat_map(|policy| policy.rules).collect();
        Ok(Arc::new(OfProject { id, rules, is_open, all: self.clone() }))
    }

    /// What to ask the extension for. Each thing is named once.
    pub(crate) fn take_wanted(&self) -> Vec<Want> {
        std::mem::take(&mut self.state().wanted)
    }

    /// Whether something has not been answered yet.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.state().asked.is_empty()
    }

    /// Whether policies have answered about documents since the last call, and none is being asked.
    pub(crate) fn take_news(&self) -> bool {
        let mut state = self.state();
        state.asked.is_empty() && std::mem::take(&mut state.has_news)
    }

    /// Takes the answer to a question. Returns the files of policies that have been opened, or have been refused.
    pub(crate) fn answer(&self, id: usize, answer: &str) -> Vec<PathBuf> {
        let mut state = self.state();
        match state.asked.remove(&id) {
            Some(Asked::Policies(key)) => {
                let opened = match serde_json::from_str(answer) {
                    Ok(Opened::Descriptions(descriptions)) => Ok(descriptions),
                    Ok(Opened::Problem(problem)) => Err(problem),
                    Err(error) => Err(error.to_string()),
                };
                let Some(set) = state.sets.get_mut(&key).filter(|set| set.id == id) else { return Vec::new() };
                set.opened = Some(opened);
                set.paths.clone()
            }
            Some(Asked::Verdicts(about)) => {
                state.answers.insert(about, Some(serde_json::from_str(answer).unwrap_or_default()));
                state.has_news = true;
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Forgets the answers if there are many. While files are checked, it would ask for the same ones again and again.
    pub(crate) fn forget_many(&self) {
        let mut state = self.state();
        if state.answers.len() > MAX_ANSWERS {
            state.answers.clear();
        }
    }

    /// A file or a folder was changed, created or deleted. Policies of which a file is there are opened again.
    pub(crate) fn changed(&self, path: &Path) {
        self.state().sets.retain(|_, set| !set.paths.iter().any(|file| file.starts_with(path)));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn ask(&mut self, about: Asked, want: impl FnOnce(usize) -> Want) -> usize {
        self.last_id += 1;
        self.asked.insert(self.last_id, about);
        self.wanted.push(want(self.last_id));
        self.last_id
    }

    /// The verdicts about facts. Asks for them if they are not known.
    fn verdicts(&mut self, policies: usize, facts: Value) -> Vec<Verdict> {
        let about = (policies, facts.to_string());
        if let Some(answer) = self.answers.get(&about) {
            return answer.clone().unwrap_or_default();
        }
        self.answers.insert(about.clone(), None);
        self.ask(Asked::Verdicts(about), |id| Want::Verdicts { id, policies, facts });
        Vec::new()
    }
}

impl Judge for OfProject {
    fn judge(&self, checked: &mut Checked<'_>) {
        if !self.is_open {
            return;
        }
        let Some(facts) = Subject::of(checked).and_then(|subject| serde_json::to_value(subject.facts()).ok()) else {
            return;
        };
        let verdicts = self.all.state().verdicts(self.id, facts);
        Verdict::add_all(&verdicts, checked);
    }

    fn rules(&self) -> Vec<PolicyRule> {
        self.rules.clone()
    }
}

/// What a project says of its policies, as the extension gets it.
fn plugins(project: &Project) -> Value {
    let plugin = |plugin: &cxvars_project::plugin::Wanted| {
        let settings: Vec<PassedSetting<'_>> = plugin.settings.iter().map(PassedSetting::from).collect();
        serde_json::json!({
            "path": clean(&plugin.path), "shown": project.shown(&plugin.path), "sha256": plugin.sha256,
            "memory_mib": plugin.memory_mib, "settings": settings,
        })
    };
    project.plugins().iter().map(plugin).collect()
}
