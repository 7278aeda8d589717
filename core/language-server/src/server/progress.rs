//! The progress of the first search, if it is a long one.

use lsp_server::Message;
use lsp_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport,
};

use super::Server;
use crate::outbox::Asked;

/// Number of files from which a search shows its progress.
const LONG: usize = 500;

const TITLE: &str = "cxvars: checking files";

/// What the client shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Progress {
    #[default]
    None,
    /// The client was asked whether it shows something.
    Asked,
    Shown,
}

impl Server {
    /// Takes note that a search has checked `done` of `count` files.
    pub fn progress(&mut self, number: u64, done: usize, count: usize) -> Vec<Message> {
        let is_first = self.workspace.is_running(number) && self.workspace.is_first();
        match self.progress {
            Progress::None if is_first && self.client.shows_progress && count > LONG => {
                self.progress = Progress::Asked;
                let params = WorkDoneProgressCreateParams { token: token() };
                self.outbox.ask("window/workDoneProgress/create", params, Asked::Progress);
            }
            Progress::Shown if is_first => {
                let percentage = u32::try_from(done * 100 / count.max(1)).ok();
                let message = Some(format!("{done} of {count}"));
                let report = WorkDoneProgressReport { cancellable: None, message, percentage };
                self.show_progress(WorkDoneProgress::Report(report));
            }
            Progress::None | Progress::Asked | Progress::Shown => {}
        }
        self.outbox.take()
    }

    /// The client shows progress from now on.
    pub(super) fn begin_progress(&mut self) {
        if self.progress == Progress::Asked && self.workspace.is_first() {
            self.progress = Progress::Shown;
            let begin = WorkDoneProgressBegin {
                title: TITLE.to_owned(),
                percentage: Some(0),
                ..WorkDoneProgressBegin::default()
            };
            self.show_progress(WorkDoneProgress::Begin(begin));
        }
    }

    /// The first search has ended.
    pub(super) fn end_progress(&mut self) {
        if std::mem::take(&mut self.progress) == Progress::Shown {
            self.show_progress(WorkDoneProgress::End(WorkDoneProgressEnd::default()));
        }
    }

    fn show_progress(&mut self, progress: WorkDoneProgress) {
        let value = ProgressParamsValue::WorkDone(progress);
        self.outbox.notify("$/progress", ProgressParams { token: token(), value });
    }
}

fn token() -> NumberOrString {
    NumberOrString::String("cxvars-search".to_owned())
}
