//! A run over several actions in one process, with a journal from which the next process continues.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use crate::shared::place::{ActionPlace, Tenant};
use crate::shared::run::{Entered, Next, TakenTask, Task, TaskEnd};
use crate::state::run_journal::RunJournal;

/// What is left of a run.
pub(super) struct FileRun {
    journal: RunJournal,
    open: VecDeque<Task>,
    /// The fingerprints of tasks that were taken, for the journal.
    taken: BTreeMap<ActionPlace, String>,
}

impl FileRun {
    pub(super) fn new(journal: RunJournal, tasks: &[Task]) -> (Self, Entered) {
        let is_done = |task: &&Task| journal.has(&task.place.target, &task.place.action, &task.wanted);
        let (done, open): (Vec<&Task>, Vec<&Task>) = tasks.iter().partition(is_done);
        let done = done.into_iter().map(|task| task.place.clone()).collect();
        let open = open.into_iter().cloned().collect();
        let run = Self { journal, open, taken: BTreeMap::new() };
        (run, Entered { done, stopped: Vec::new() })
    }

    pub(super) fn next(&mut self, tenants: &[Tenant]) -> Next {
        let at = self.open.iter().position(|task| tenants.contains(&task.tenant));
        let task = at.and_then(|at| self.open.remove(at));
        let Some(Task { place, wanted, .. }) = task else { return Next::Over };
        self.taken.insert(place.clone(), wanted);
        Next::Task(Box::new(TakenTask { place, lease: None }))
    }

    pub(super) fn finish(&mut self, place: &ActionPlace, end: TaskEnd) -> io::Result<()> {
        match (self.taken.remove(place), end) {
            (Some(wanted), TaskEnd::Done) => self.journal.done(&place.target, &place.action, wanted),
            _ => Ok(()),
        }
    }

    pub(super) fn stop(&mut self, tenant: &Tenant) {
        self.open.retain(|task| task.tenant != *tenant);
    }

    pub(super) fn complete(self) {
        self.journal.finish();
    }
}
