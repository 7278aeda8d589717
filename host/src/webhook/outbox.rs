//! Events that wait for delivery. Each has a file `<id>.json` that contains the body.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::event::{Delivery, Endpoint, Event, SendError, WebhookError, is_id};
use crate::system::files::{self, Draft, Readers};

/// Maximum number of events in one round of deliveries, so that a run after a long outage does not take long. A run
/// with more events of its own sends as many.
const MAX_EVENTS_PER_ROUND: usize = 100;

/// Maximum number of events that wait. A receiver that is gone for good does not fill the disk.
const MAX_WAITING: usize = 1000;

/// Maximum number of refused events that are kept for somebody to look at.
const MAX_REFUSED: usize = 100;

/// The folder of refused events, within the outbox.
const REFUSED: &str = "refused";

/// Maximum size of an event in bytes; far more than the event of a registration of 50 variables.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// The result of a round of deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Number of events that were delivered and removed.
    pub delivered: usize,
    /// Number of events that were refused and moved aside.
    pub refused: usize,
    /// Number of events that stay for the next run.
    pub pending: usize,
    /// Messages for the user, for stderr. They do not change the exit code.
    pub warnings: Vec<String>,
}

/// What an answer means for its event and for the round.
enum Verdict {
    /// The event was accepted.
    Delivered,
    /// The receiver will never accept this event. Others may be accepted.
    Refused,
    /// The receiver is in trouble or the configuration is wrong, so other events would fare no better.
    Trouble,
}

impl Verdict {
    fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Delivered,
            // The URL or the credentials are wrong, or it is only the wrong time.
            401 | 403 | 404 | 405 | 407 | 408 | 425 | 429 => Self::Trouble,
            400..=499 => Self::Refused,
            _ => Self::Trouble,
        }
    }
}

/// Stores an event until it is delivered. When this returns, the event is on disk completely. Creates the folder if it
/// is missing. Returns how many of the oldest events were deleted because more than 1,000 waited.
///
/// # Errors
/// If the event cannot be written. The message names its file.
pub fn enqueue(outbox: &Path, event: &Event) -> Result<usize, WebhookError> {
    let path = outbox.join(format!("{}.json", event.id));
    let write = || {
        create_folder(outbox)?;
        let mut draft = Draft::beside(&path, Readers::Owner)?;
        draft.write(event.body.as_bytes())?;
        draft.place()
    };
    write().map_err(|error| outbox_error(&path, files::problem(&error)))?;
    // The event is kept all the same if an older one cannot be deleted; the next event tries again.
    Ok(delete_oldest(outbox, MAX_WAITING).unwrap_or_default())
}

/// Sends the events of the outbox, oldest first, and removes those that are answered with 2xx. At most 100 are sent, or
/// `own` if this run has stored more.
///
/// An event that is refused for good is moved aside, and the round goes on. A failed connection, a redirect, and any
/// other status that is not about the event end the round: further events would only cost time. `now` is called before
/// every attempt, and no attempt begins without `time_left`.
pub async fn deliver_pending(
    outbox: &Path,
    endpoint: &Endpoint,
    own: usize,
    mut sender: impl AsyncFnMut(Delivery) -> Result<u16, SendError>,
    now: impl Fn() -> jiff::Timestamp,
    time_left: impl Fn() -> bool,
) -> Outcome {
    let mut outcome = Outcome::default();
    let ids = match pending(outbox) {
        Ok(ids) => ids,
        Err(error) => {
            let error = outbox_error(outbox, files::problem(&error));
            outcome.warnings.push(error.to_string());
            return outcome;
        }
    };
    outcome.pending = ids.len();
    // What cannot be read is never in the way of the others, however much of it there is.
    let mut left = MAX_EVENTS_PER_ROUND.max(own);
    for id in &ids {
        if left == 0 || !time_left() {
            break;
        }
        let path = outbox.join(format!("{id}.json"));
        let delivery = match read(&path, id).and_then(|event| endpoint.delivery(&event, now())) {
            Ok(delivery) => delivery,
            Err(error) => {
                outcome.warnings.push(error.to_string());
                continue;
            }
        };
        left -= 1;
        let status = match sender(delivery).await {
            Ok(status) => status,
            Err(error) => {
                outcome.warnings.push(format!("the webhook at `{}` did not answer: {error}", endpoint.host()));
                break;
            }
        };
        let verdict = Verdict::of(status);
        let gone = match verdict {
            Verdict::Delivered => fs::remove_file(&path),
            Verdict::Refused => set_aside(outbox, &path, id),
            Verdict::Trouble => {
                let warning = format!("the webhook at `{}` answered {status} to event `{id}`", endpoint.host());
                outcome.warnings.push(warning);
                break;
            }
        };
        // Another run may have delivered and removed it in the meantime. Delivery is at least once, so that is fine.
        if let Err(error) = gone
            && error.kind() != io::ErrorKind::NotFound
        {
            outcome.warnings.push(outbox_error(&path, files::problem(&error)).to_string());
            continue;
        }
        outcome.pending -= 1;
        match verdict {
            Verdict::Delivered => outcome.delivered += 1,
            _ => outcome.refused += 1,
        }
        if matches!(verdict, Verdict::Refused) {
            outcome.warnings.push(format!(
                "the webhook at `{}` refused event `{id}` ({status}); it is not sent again, and is kept in `{}`",
                endpoint.host(),
                outbox.join(REFUSED).display()
            ));
        }
    }
    if outcome.pending > 0 {
        let warning = format!(
            "undelivered webhook events: {}; they stay in `{}` and go out on the next run",
            outcome.pending,
            outbox.display()
        );
        outcome.warnings.push(warning);
    }
    outcome
}

/// Moves a refused event out of the way, and keeps only the newest of those.
fn set_aside(outbox: &Path, path: &Path, id: &str) -> io::Result<()> {
    let folder = outbox.join(REFUSED);
    create_folder(&folder)?;
    files::rename(path, &folder.join(format!("{id}.json")))?;
    delete_oldest(&folder, MAX_REFUSED)?;
    Ok(())
}

/// Deletes the oldest events of a folder until at most `max` are left. Returns how many were deleted.
fn delete_oldest(folder: &Path, max: usize) -> io::Result<usize> {
    let ids = pending(folder)?;
    let surplus = &ids[..ids.len().saturating_sub(max)];
    for id in surplus {
        match fs::remove_file(folder.join(format!("{id}.json"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(surplus.len())
}

/// The ids of refused events, oldest first.
///
/// # Errors
/// As [`pending`].
pub fn refused(outbox: &Path) -> io::Result<Vec<String>> {
    pending(&outbox.join(REFUSED))
}

/// The ids of waiting events, oldest first. Drafts and other files are ignored. A missing outbox counts as empty.
///
/// # Errors
/// If the folder cannot be read, or is not a folder.
pub fn pending(outbox: &Path) -> io::Result<Vec<String>> {
    if outbox.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let entries = match fs::read_dir(outbox) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
        ids.extend(id.filter(|id| is_id(id)).map(str::to_owned));
    }
    ids.sort_unstable();
    Ok(ids)
}

fn read(path: &Path, id: &str) -> Result<Event, WebhookError> {
    let error = |problem| outbox_error(path, problem);
    let (file, _) = files::open_foreign(path).map_err(error)?;
    let bytes = files::read_capped(file, MAX_EVENT_BYTES)
        .map_err(|failure| error(files::problem(&failure)))?
        .ok_or_else(|| error("is too large to be an event; delete it"))?;
    let body = std::str::from_utf8(&bytes).map_err(|_| error("is not an event; delete it"))?;
    // A signature states that the body comes from cxvars, so the body must at least have the form of an event.
    let value: serde_json::Value = serde_json::from_str(body).map_err(|_| error("is not an event; delete it"))?;
    if !["type", "timestamp", "data"].iter().all(|key| value.get(key).is_some()) {
        return Err(error("is not an event; delete it"));
    }
    Ok(Event { id: id.to_owned(), body: body.to_owned() })
}

/// Creates the folder if it is missing. Refuses a symbolic link at the path, because its target may belong to somebody
/// else.
fn create_folder(folder: &Path) -> io::Result<()> {
    files::create_dir_all(folder)?;
    match folder.symlink_metadata()?.is_dir() {
        true => Ok(()),
        false => Err(io::ErrorKind::NotADirectory.into()),
    }
}

fn outbox_error(path: &Path, problem: &'static str) -> WebhookError {
    let path: PathBuf = path.to_owned();
    WebhookError::Outbox { path: path.display().to_string(), problem }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use cxvars_core::base::secret::Secret;
    use url::Url;

    use super::*;

    fn endpoint() -> Endpoint {
        let url = Url::parse("https://hooks.example/T0KEN").unwrap();
        Endpoint::new(url, &Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap()
    }

    fn event(id: &str) -> Event {
        Event::new(id, "test", jiff::Timestamp::UNIX_EPOCH, &id).unwrap()
    }

    fn header(delivery: &Delivery, name: &str) -> String {
        let found = delivery.headers.iter().find(|(key, _)| *key == name);
        found.unwrap().1.clone()
    }

    /// Runs a round with scripted answers. Returns what was sent, and the outcome.
    async fn run(outbox: &Path, second: i64, answers: &[Result<u16, SendError>]) -> (Vec<Delivery>, Outcome) {
        let sent = RefCell::new(Vec::new());
        let next = Cell::new(0);
        let sender = async |delivery: Delivery| {
            sent.borrow_mut().push(delivery);
            let index = next.replace(next.get() + 1);
            answers[index]
        };
        let now = || jiff::Timestamp::from_second(second).unwrap();
        let outcome = deliver_pending(outbox, &endpoint(), 0, sender, now, || true).await;
        (sent.into_inner(), outcome)
    }

    fn files(outbox: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(outbox).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn outbox_with(ids: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let outbox = folder.path().join("outbox");
        for id in ids {
            enqueue(&outbox, &event(id)).unwrap();
        }
        (folder, outbox)
    }

    #[tokio::test]
    async fn delivered_events_leave_the_outbox_oldest_first() {
        let (_folder, outbox) = outbox_with(&["b", "a"]);
        assert_eq!(files(&outbox), ["a.json", "b.json"]);
        let (sent, outcome) = run(&outbox, 1, &[Ok(200), Ok(204)]).await;
        assert_eq!(header(&sent[0], "webhook-id"), "a");
        assert_eq!(header(&sent[1], "webhook-id"), "b");
        assert_eq!((outcome.delivered, outcome.pending), (2, 0));
        assert!(outcome.warnings.is_empty() && files(&outbox).is_empty());
    }

    #[tokio::test]
    async fn a_later_run_sends_the_same_id_and_body_with_a_fresh_timestamp() {
        let (_folder, outbox) = outbox_with(&["a"]);
        let (first, outcome) = run(&outbox, 1_000, &[Err(SendError::Timeout)]).await;
        assert_eq!((outcome.delivered, outcome.pending), (0, 1));
        assert!(outcome.warnings[0].contains("no answer in time"));
        let (second, outcome) = run(&outbox, 2_000, &[Ok(200)]).await;
        assert_eq!((outcome.delivered, outcome.pending), (1, 0));
        assert_eq!(first[0].body, second[0].body);
        assert_eq!(header(&first[0], "webhook-id"), header(&second[0], "webhook-id"));
        assert_eq!(header(&first[0], "webhook-timestamp"), "1000");
        assert_eq!(header(&second[0], "webhook-timestamp"), "2000");
        assert_ne!(header(&first[0], "webhook-signature"), header(&second[0], "webhook-signature"));
    }

    #[tokio::test]
    async fn a_refused_event_is_moved_aside_and_never_in_the_way_of_others() {
        for status in [400, 402, 406, 409, 410, 413, 415, 422, 451, 499] {
            let (_folder, outbox) = outbox_with(&["a", "b"]);
            let (_, outcome) = run(&outbox, 1, &[Ok(status), Ok(200)]).await;
            assert_eq!((outcome.delivered, outcome.refused, outcome.pending), (1, 1, 0), "{status}");
            assert!(outcome.warnings[0].contains(&format!("refused event `a` ({status})")), "{outcome:?}");
            assert_eq!(refused(&outbox).unwrap(), ["a"]);
            assert!(run(&outbox, 1, &[]).await.0.is_empty(), "it was sent again");
        }
    }

    #[tokio::test]
    async fn what_is_not_about_the_event_ends_the_round_and_keeps_it() {
        for status in [100, 301, 302, 307, 308, 401, 403, 404, 405, 407, 408, 425, 429, 500, 503, 599, 999] {
            let (_folder, outbox) = outbox_with(&["a", "b"]);
            let (sent, outcome) = run(&outbox, 1, &[Ok(status)]).await;
            assert_eq!((sent.len(), outcome.pending, outcome.refused), (1, 2, 0), "{status}");
            assert!(outcome.warnings[0].contains(&status.to_string()), "{outcome:?}");
        }
        let (_folder, outbox) = outbox_with(&["a", "b"]);
        assert_eq!(run(&outbox, 1, &[Err(SendError::Connect)]).await.0.len(), 1);
        assert_eq!(files(&outbox), ["a.json", "b.json"]);
    }

    #[tokio::test]
    async fn a_hundred_refused_events_do_not_hold_up_new_ones() {
        let ids: Vec<String> = (0..130).map(|number| format!("a{number:03}")).collect();
        let (_folder, outbox) = outbox_with(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        let (sent, outcome) = run(&outbox, 1, &[Ok(400); 100]).await;
        assert_eq!((sent.len(), outcome.refused, outcome.pending), (100, 100, 30));
        let (sent, outcome) = run(&outbox, 1, &[Ok(422); 30]).await;
        assert_eq!((sent.len(), outcome.refused, outcome.pending), (30, 30, 0));
        let kept = refused(&outbox).unwrap();
        assert_eq!((kept.len(), kept[0].as_str()), (MAX_REFUSED, "a030"));
    }

    #[tokio::test]
    async fn a_hundred_files_that_are_no_events_do_not_hold_up_the_others() {
        let (_folder, outbox) = outbox_with(&["b"]);
        for number in 0..MAX_EVENTS_PER_ROUND {
            fs::write(outbox.join(format!("a{number}.json")), "{}").unwrap();
        }
        assert_eq!(run(&outbox, 1, &[Ok(200)]).await.1.delivered, 1);
    }

    #[tokio::test]
    async fn a_round_sends_all_events_of_its_own_run_and_ends_with_its_time() {
        let ids: Vec<String> = (0..120).map(|number| format!("a{number:03}")).collect();
        let (_folder, outbox) = outbox_with(&ids.iter().map(String::as_str).collect::<Vec<_>>());
        let now = || jiff::Timestamp::UNIX_EPOCH;
        let left = Cell::new(10_usize);
        let time_left = || left.replace(left.get().saturating_sub(1)) > 0;
        let outcome = deliver_pending(&outbox, &endpoint(), 120, async |_| Ok(200), now, time_left).await;
        assert_eq!((outcome.delivered, outcome.pending), (10, 110));
        let outcome = deliver_pending(&outbox, &endpoint(), 110, async |_| Ok(200), now, || true).await;
        assert_eq!((outcome.delivered, outcome.pending), (110, 0));
    }

    #[test]
    fn the_oldest_events_make_room_for_new_ones() {
        let (_folder, outbox) = outbox_with(&["b"]);
        for number in 0..MAX_WAITING {
            fs::write(outbox.join(format!("a{number:04}.json")), "{}").unwrap();
        }
        assert_eq!(enqueue(&outbox, &event("c")).unwrap(), 2);
        let waiting = pending(&outbox).unwrap();
        assert_eq!(waiting.len(), MAX_WAITING);
        assert_eq!([&waiting[0], &waiting[MAX_WAITING - 1]], ["a0002", "c"]);
        assert_eq!(enqueue(&outbox, &event("d")).unwrap(), 1);
    }

    #[tokio::test]
    async fn warnings_name_the_host_and_not_the_path_of_the_url() {
        let (_folder, outbox) = outbox_with(&["a"]);
        for answer in [Ok(404), Err(SendError::Tls)] {
            let text = run(&outbox, 1, &[answer]).await.1.warnings.join(" ");
            assert!(text.contains("`hooks.example`") && !text.contains("T0KEN"), "{text}");
        }
    }

    #[tokio::test]
    async fn strangers_in_the_outbox_are_not_signed() {
        let (_folder, outbox) = outbox_with(&["a"]);
        fs::write(outbox.join("draft.tmp"), "{").unwrap();
        fs::write(outbox.join("x y.json"), "{}").unwrap();
        fs::write(outbox.join("0.json"), "hunter2").unwrap();
        fs::write(outbox.join("1.json"), "{}").unwrap();
        let (sent, outcome) = run(&outbox, 1, &[Ok(200)]).await;
        assert_eq!(sent.len(), 1);
        assert_eq!((outcome.delivered, outcome.pending), (1, 2));
        assert!(outcome.warnings[0].contains("not an event") && !outcome.warnings[0].contains("hunter2"));
    }

    #[tokio::test]
    async fn no_outbox_is_nothing_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let (sent, outcome) = run(&folder.path().join("absent"), 1, &[]).await;
        assert!(sent.is_empty());
        assert_eq!(outcome, Outcome::default());
    }

    #[tokio::test]
    async fn an_outbox_that_cannot_be_read_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("outbox");
        fs::write(&file, "").unwrap();
        let (_, outcome) = run(&file, 1, &[]).await;
        assert_eq!(outcome.warnings.len(), 1);
        assert!(enqueue(&file, &event("a")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn events_and_their_folder_are_private() {
        let (_folder, outbox) = outbox_with(&["a"]);
        let mode = |path: &Path| files::mode(&path.metadata().unwrap());
        assert_eq!(mode(&outbox), 0o700);
        assert_eq!(mode(&outbox.join("a.json")), 0o600);
    }
}
