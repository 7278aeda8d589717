//! The thread that writes the audit log of updates: intents before sending, and outcomes.
//!
//! It writes the records in the order of the calls. Several actions can wait for their records at the same time; all
//! that were asked for meanwhile are synced to disk together. An action can do other work while its record is written.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use cxvars_core::audit::Entry;
use thiserror::Error;
use tokio::sync::oneshot;

use crate::audit_log::{Appended, AuditError, AuditLog};

/// Most records that are synced together, so that none of them waits for many others to be written.
const MOST_AT_ONCE: usize = 64;

/// A handle to the thread. Dropping it waits until all requested records are written.
pub struct Recorder {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// A record to write.
struct Job {
    entry: Entry,
    is_intent: bool,
    reply: oneshot::Sender<Result<Appended, RecordError>>,
}

struct Writer {
    log: Arc<AuditLog>,
    /// Set once an outcome could not be recorded. No further update may begin then.
    is_behind: bool,
}

/// Why a record is not in the audit log.
#[derive(Debug, Error)]
pub enum RecordError {
    /// It could not be appended.
    #[error(transparent)]
    Log(#[from] AuditError),
    /// An earlier outcome could not be recorded, so this update was not begun.
    #[error("nothing was sent: the outcome of an earlier action could not be recorded")]
    Behind,
    /// The thread that writes has ended.
    #[error("cannot write the audit log: its thread has ended")]
    Ended,
}

/// A record that is being written.
#[must_use]
pub struct Recording(oneshot::Receiver<Result<Appended, RecordError>>);

impl Recording {
    /// Waits until the record is on disk.
    ///
    /// # Errors
    /// Why it is not in the audit log.
    pub async fn written(self) -> Result<Appended, RecordError> {
        self.0.await.unwrap_or(Err(RecordError::Ended))
    }
}

impl Recorder {
    /// Starts the thread for this log.
    ///
    /// # Errors
    /// If the system cannot start a thread.
    pub fn start(log: Arc<AuditLog>) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread = thread::Builder::new().name("recorder".to_owned()).spawn(move || {
            let mut writer = Writer { log, is_behind: false };
            while let Ok(first) = queue.recv() {
                writer.write(std::iter::once(first).chain(queue.try_iter()).take(MOST_AT_ONCE).collect());
            }
        })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Records an update that is about to be sent. Fails once an outcome could not be recorded.
    pub fn intent(&self, entry: Entry) -> Recording {
        self.record(entry, true)
    }

    /// Records how a registration ended.
    pub fn outcome(&self, entry: Entry) -> Recording {
        self.record(entry, false)
    }

    fn record(&self, entry: Entry, is_intent: bool) -> Recording {
        let (reply, recording) = oneshot::channel();
        // If the thread has ended, the reply is dropped with the job, and `written` reports that.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(Job { entry, is_intent, reply });
        }
        Recording(recording)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.jobs.take();
        // If the thread panicked, the panic handler has already reported it.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Writer {
    fn write(&mut self, jobs: Vec<Job>) {
        let (mut entries, mut waiting) = (Vec::new(), Vec::new());
        for Job { entry, is_intent, reply } in jobs {
            if is_intent && self.is_behind {
                // A caller that dropped the recording does not wait for the result.
                let _ = reply.send(Err(RecordError::Behind));
            } else {
                entries.push(entry);
                waiting.push((is_intent, reply));
            }
        }
        for ((is_intent, reply), appended) in waiting.into_iter().zip(self.log.append_all(entries)) {
            self.is_behind |= !is_intent && appended.is_err();
            // An intent beside an outcome that is not on disk is one, but no update may begin with it.
            let result = match appended {
                Ok(_) if is_intent && self.is_behind => Err(RecordError::Behind),
                appended => appended.map_err(RecordError::from),
            };
            let _ = reply.send(result);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use cxvars_core::audit::{self, Event, Status};

    use super::*;

    fn entry(event: Event, run_id: &str) -> Entry {
        Entry::new(event, 1.0, run_id)
    }

    #[tokio::test]
    async fn records_follow_in_the_order_in_which_they_were_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let recorder = Recorder::start(Arc::new(AuditLog::open(&path, "run").unwrap())).unwrap();
        let recordings: Vec<Recording> = (0..20)
            .map(|number| match number % 2 {
                0 => recorder.intent(entry(Event::Intent, "a")),
                _ => recorder.outcome(entry(Event::Outcome, "a")),
            })
            .collect();
        // Dropped without waiting for any of the records.
        drop(recorder);
        for (number, recording) in (1..).zip(recordings) {
            assert_eq!(recording.written().await.unwrap().seq, number);
        }
        let text = fs::read(&path).unwrap();
        let verified = audit::verify(&text);
        assert_eq!((verified.status, verified.records), (Status::Intact, 20));
        let events: Vec<Event> = audit::scan(&text).map(|record| record.entry().event).collect();
        assert!(events.chunks(2).all(|pair| pair == [Event::Intent, Event::Outcome]), "{events:?}");
    }

    #[tokio::test]
    async fn no_update_begins_behind_an_outcome_that_could_not_be_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let recorder = Recorder::start(Arc::new(AuditLog::open(&path, "run").unwrap())).unwrap();
        let kept = folder.path().join("kept");
        fs::rename(&path, &kept).unwrap();
        let lost = recorder.outcome(entry(Event::Outcome, "a"));
        assert!(lost.written().await.unwrap_err().to_string().contains("deleted while in use"));
        fs::rename(&kept, &path).unwrap();
        let next = recorder.intent(entry(Event::Intent, "b")).written().await.unwrap_err();
        assert!(next.to_string().contains("nothing was sent"), "{next}");
        assert!(fs::read(&path).unwrap().is_empty());
    }
}
