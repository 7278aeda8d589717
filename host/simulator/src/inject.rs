//! Applies the faults that replace an answer or change its delivery.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::answer::{Delivery, Refusal, Request, Response};
use super::fault::{Due, Fault, Moment, RetryAfter, TagForm, may_have_body};
use super::form::rewrite;
use super::state::Turn;

/// The body of a `garbage` fault, such as a broken proxy might send.
const GARBAGE: &str = "<html><body>it works</body></html>";

/// The delivery of the first due fault that replaces the handling of the request.
pub(super) fn instead(turn: &Turn<'_>, due: &[Due]) -> Option<Delivery> {
    let delivery = due.iter().find_map(|due| {
        let delivery = match &due.fault {
            Fault::Reset { when: Moment::BeforeCommit } => Delivery::Reset,
            Fault::Slow { delay_ms, commit: false } => {
                Delivery::Slow { delay_ms: *delay_ms, response: error(504, turn.correlation_id) }
            }
            Fault::Status { commit: false, .. } => Delivery::Reply(status(turn, &due.fault)?),
            Fault::Redirect { location, status } => {
                Delivery::Reply(Response::empty(*status).with_header("location", location))
            }
            _ => return None,
        };
        due.apply();
        Some(delivery)
    })?;
    match delivery {
        // Another fault may still lose or delay the answer.
        Delivery::Reply(response) => Some(convey(due, response)),
        delivery => Some(delivery),
    }
}

/// The answer to a successful request: that of the first due fault that replaces it, or `response`.
pub(super) fn replace(turn: &Turn<'_>, due: &[Due], request: &Request, response: Response) -> Response {
    let replaced = due.iter().find_map(|due| {
        let replaced = match &due.fault {
            Fault::Status { commit: true, .. } => status(turn, &due.fault)?,
            Fault::Garbage {} => Response::text(200, "text/html", GARBAGE),
            Fault::Empty {} => Response::empty(204),
            Fault::NoVariables {} => without_variables(&response)?,
            Fault::Echo {} => echo(request, &response)?,
            Fault::Rewritten { form } => rewrite(&response, *form)?,
            Fault::Part { shown } => part(&response, *shown)?,
            Fault::Padded { bytes } => padded(&response, *bytes),
            Fault::Tag { form } => tagged(&response, *form)?,
            Fault::TokenBody { body } => {
                let body = body.replace("{token}", &token_of(&response)?);
                Response::text(200, "application/json", body)
            }
            _ => return None,
        };
        due.apply();
        Some(replaced)
    });
    replaced.unwrap_or(response)
}

/// The delivery of an answer, decided by the first due fault that changes the delivery.
pub(super) fn convey(due: &[Due], response: Response) -> Delivery {
    for due in due {
        let delivery = match &due.fault {
            Fault::Reset { when: Moment::AfterCommit } => Delivery::Reset,
            Fault::Reset { when: Moment::MidBody } | Fault::Truncated {} if response.body.is_empty() => Delivery::Reset,
            Fault::Reset { when: Moment::MidBody } | Fault::Truncated {} => Delivery::Truncated(response),
            Fault::Slow { delay_ms, commit: true } => Delivery::Slow { delay_ms: *delay_ms, response },
            _ => continue,
        };
        due.apply();
        return delivery;
    }
    Delivery::Reply(response)
}

/// The answer of a `status` fault.
fn status(turn: &Turn<'_>, fault: &Fault) -> Option<Response> {
    let Fault::Status { status, retry_after, body, .. } = fault else {
        return None;
    };
    let response = match body {
        _ if !may_have_body(*status) => Response::empty(*status),
        None => error(*status, turn.correlation_id),
        Some(body) if serde_json::from_str::<Value>(body).is_ok() => {
            Response::text(*status, "application/json", body.as_str())
        }
        Some(body) => Response::text(*status, "text/plain; charset=utf-8", body.as_str()),
    };
    Some(match retry_after {
        None => response,
        Some(RetryAfter::Seconds(seconds)) => response.with_header("retry-after", seconds.to_string()),
        Some(RetryAfter::DateIn(seconds)) => response.with_header("retry-after", http_date(turn.now_ms, *seconds)),
    })
}

/// The HTTP date `seconds` after `now_ms`. It is rounded up to whole seconds, so that the wait is never too short.
fn http_date(now_ms: u64, seconds: u64) -> String {
    // The latest date that the format can hold: the end of the year 9999, in seconds since 1970.
    const LAST_S: u64 = 253_402_300_799;
    let at_s = now_ms.div_ceil(1000).saturating_add(seconds).min(LAST_S);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(at_s))
}

/// The answer of a scripted status without a body of its own. For a success, it is empty.
pub(super) fn error(status: u16, correlation_id: &str) -> Response {
    if status < 300 {
        return Response::empty(status);
    }

    Refusal::new(status, "scripted_fault", "a scripted fault").into_response(correlation_id)
}

fn without_variables(response: &Response) -> Option<Response> {
    let mut definition: Map<String, Value> = serde_json::from_slice(&response.body).ok()?;
    definition.remove("variables");
    let mut response = response.clone();
    response.body = serde_json::to_vec(&definition).ok()?;
    Some(response)
}

/// The response with the first variables only, as the first of several pages.
fn part(response: &Response, shown: usize) -> Option<Response> {
    let mut definition: Map<String, Value> = serde_json::from_slice(&response.body).ok()?;
    definition.get_mut("variables")?.as_array_mut()?.truncate(shown);
    definition.insert("nextLink".to_owned(), "/page/2".into());
    Some(Response { body: serde_json::to_vec(&definition).ok()?, ..response.clone() })
}

fn padded(response: &Response, bytes: usize) -> Response {
    let mut response = response.clone();
    response.body.resize(response.body.len().saturating_add(bytes), b' ');
    response
}

/// The response with its ETag in another form.
fn tagged(response: &Response, form: TagForm) -> Option<Response> {
    let mut response = response.clone();
    let (_, tag) = response.headers.iter_mut().find(|(name, _)| name == "etag")?;
    *tag = match form {
        TagForm::Weak => format!("W/{tag}"),
        TagForm::Gzip => format!("{}-gzip\"", tag.strip_suffix('"')?),
    };
    Some(response)
}

/// The response with the variables of the request.
fn echo(request: &Request, response: &Response) -> Option<Response> {
    let mut definition: Map<String, Value> = serde_json::from_slice(&response.body).ok()?;
    let sent: Value = serde_json::from_slice(&request.body).ok()?;
    definition.insert("variables".to_owned(), sent.get("variables")?.clone());
    let mut response = response.clone();
    response.body = serde_json::to_vec(&definition).ok()?;
    Some(response)
}

fn token_of(response: &Response) -> Option<String> {
    let answer: Value = serde_json::from_slice(&response.body).ok()?;
    answer.get("access_token")?.as_str().map(str::to_owned)
}
