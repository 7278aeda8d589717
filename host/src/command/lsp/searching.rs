//! The thread that checks all files of the open folders.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use cxvars_language_server::Search;

use super::session::Event;

/// Number of files from one report of the progress to the next.
const STEP: usize = 100;

/// Starts the thread. It takes searches one by one, and sends their results.
pub(super) fn start(events: Sender<Event>) -> Sender<Search> {
    let (sender, searches) = channel();
    let work = move || carry_out(&searches, &events);
    // Without the thread, the files that are not open are not checked.
    let _ = thread::Builder::new().name("lsp-search".to_owned()).spawn(work);
    sender
}

fn carry_out(searches: &Receiver<Search>, events: &Sender<Event>) {
    for search in searches {
        let tick = |done: usize, count: usize| {
            if done.is_multiple_of(STEP) {
                let _ = events.send(Event::Progress { number: search.number(), done, count });
            }
        };
        // A document that makes the check panic must not end all searches to come.
        let result = catch_unwind(AssertUnwindSafe(|| search.run(tick))).unwrap_or_default();
        if let Some(result) = result
            && events.send(Event::Found(Box::new(result))).is_err()
        {
            return;
        }
    }
}
