//! Events that wait for delivery. Each has a file `<id>.json` that contains the body.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::event::{Delivery, Endpoint, Event, SendError, WebhookError, is_id};
use crate::system::files::{self, Draft, Readers};

/// Maximum number of events in one round of deliveries, so that a run after a long outage does not take long.
const MAX_EVENTS_PER_ROUND: usize = 100;

/// Maximum size of an event in bytes; far more than the event of a registration of 50 variables.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// The result of a round of deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Number of events that were delivered and removed.
    pub delivered: usize,
    /// Number of events that stay for the next run.
    pub pending: usize,
    /// Whether the receiver is in trouble, so that further attempts would only cost time.
    pub in_trouble: bool,
    /// Messages for the user, for stderr. They do not change the exit code.
    pub warnings: Vec<String>,
}

/// Stores an event until it is delivered. When this returns, the event is on disk completely. Creates the folder if it
/// is missing.
///
/// # Errors
/// If the event cannot be written. The message names its file.
pub fn enqueue(outbox: &Path, event: &Event) -> Result<(), WebhookError> {
    let path = outbox.join(format!("{}.json", event.id));
    let write = || {
        create_folder(outbox)?;
        let mut draft = Draft::beside(&path, Readers::Owner)?;
        draft.write(event.body.as_bytes())?;
        draft.place()
    };
    write().map_err(|error| outbox_error(&path, files::problem(&error)))
}

/// Sends the events of the outbox, oldest first, and removes those that are answered with 2xx.
///
/// A failed connection, a 429 or a 5xx ends the round: the receiver is in trouble, so further events would only cost
/// time. After any other answer, redirects included, the event stays and the round goes on. `now` is called before
/// every attempt.
pub async fn deliver_pending(
    outbox: &Path,
    endpoint: &Endpoint,
    sender: impl AsyncFn(Delivery) -> Result<u16, SendError>,
    now: impl Fn() -> jiff::Timestamp,
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
    for id in ids.iter().take(MAX_EVENTS_PER_ROUND) {
        let path = outbox.join(format!("{id}.json"));
        let delivery = match read(&path, id).and_then(|event| endpoint.delivery(&event, now())) {
            Ok(delivery) => delivery,
            Err(error) => {
                outcome.warnings.push(error.to_string());
                continue;
            }
        };
        match sender(delivery).await {
            Ok(200..=299) => {
                // Another run may have delivered and removed it in the meantime. Delivery is at least once, so that is
                // fine.
                if let Err(error) = fs::remove_file(&path)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    let error = outbox_error(&path, files::problem(&error));
                    outcome.warnings.push(error.to_string());
                    continue;
                }
                outcome.delivered += 1;
                outcome.pending -= 1;
            }
            Ok(status) => {
                let warning = format!("the webhook at `{}` answered {status} to event `{id}`", endpoint.host());
                outcome.warnings.push(warning);
                if status == 429 || status >= 500 {
                    outcome.in_trouble = true;
                    break;
                }
            }
            Err(error) => {
                let warning = format!("the webhook at `{}` did not answer: {error}", endpoint.host());
                outcome.warnings.push(warning);
                outcome.in_trouble = true;
                break;
            }
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
        let outcome = deliver_pending(outbox, &endpoint(), sender, now).await;
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
    async fn one_refused_event_does_not_block_the_others_and_trouble_ends_the_round() {
        let (_folder, outbox) = outbox_with(&["a", "b", "c", "d"]);
        let (sent, outcome) = run(&outbox, 1, &[Ok(302), Ok(200), Ok(503)]).await;
        assert_eq!(sent.len(), 3);
        assert_eq!((outcome.delivered, outcome.pending), (1, 3));
        assert_eq!(files(&outbox), ["a.json", "c.json", "d.json"]);
        for failure in [Ok(429), Err(SendError::Connect)] {
            assert_eq!(run(&outbox, 1, &[failure]).await.0.len(), 1);
        }
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
