//! The failures of a registration, in words: what happened, and what to do next.

use cxvars_core::base::display;
use cxvars_core::service::outcome::Outcome;

use super::advice::{self, Access};
use super::answer::Answer;
use super::approval::Stale;
use super::reason::Reason;
use super::verify::{Difference, Differs};
use super::{Failure, Stopped};

pub(super) fn server_error(answer: &Answer) -> String {
    format!("the service failed ({})", answer.status)
}

/// The action is not the one that the configuration means.
pub(super) fn wrong_name(action: &str, name: Option<&str>, expected: &str) -> Failure {
    let message = format!(
        "the service calls the action {} {}, but the configuration expects {}; nothing was sent; correct `id` or \
         `expect_name`",
        display::quote(action),
        name.map_or_else(|| "by no name".to_owned(), display::quote),
        display::quote(expected)
    );
    Failure::new(Reason::WrongName, message)
}

/// The plan is not the one that was approved, so it is not carried out.
pub(super) fn stale(why: &Stale) -> Failure {
    let failure = Failure::new(Reason::StalePlan, format!("nothing was sent: {why}"));
    failure.with_advice("plan again, and have the new plan approved")
}

/// A variable has no value to send. Sending an empty string instead would overwrite what is stored.
pub(super) fn value_missing(names: &str) -> Failure {
    let message = format!("nothing was sent: there is no value to send for {names}");
    Failure::new(Reason::ValueMissing, message).with_advice("give each of them a value in the manifest")
}

/// There is no entity tag. Without one, the PUT could overwrite somebody else's change unseen, which `if_match`
/// promises to prevent.
pub(super) fn no_etag() -> Failure {
    Failure::new(Reason::NoEtag, "nothing was sent: the service gave no ETag to send as If-Match")
        .with_advice("set concurrency = \"none\" if overwriting a change made meanwhile is acceptable")
}

/// `masked` are the variables whose masked values cannot be sent back. `too_many` are the variables that would be
/// deleted, if they are more than `--max-deletes` allows.
pub(super) fn blocked(masked: &[String], too_many: &[String]) -> Failure {
    let (mut what, mut advice) = (Vec::new(), Vec::new());
    if !masked.is_empty() {
        what.push(format!("the service has {} with a masked value that cannot be sent back", masked.join(", ")));
        advice.push(
            "add each to the manifest with its value, or remove it with --prune=NAME (--prune removes all that the \
             manifest does not name)",
        );
    }
    if !too_many.is_empty() {
        what.push(format!("{} would be deleted, more than --max-deletes allows", too_many.join(", ")));
        advice.push("look at the plan, and raise --max-deletes where that is meant");
    }
    Failure::new(Reason::Blocked, format!("nothing was sent: {}", what.join("; "))).with_advice(advice.join("; "))
}

pub(super) fn mismatch(differences: &[Difference]) -> Failure {
    let list: Vec<_> = differences.iter().map(|each| format!("`{}` {}", each.name, each.what.as_str())).collect();
    let message = format!("the service accepted the update but stored something else: {}", list.join(", "));
    let readable = differences.iter().filter(|each| each.what == Differs::NotEncrypted);
    let readable: Vec<_> = readable.map(|each| display::quote(&each.name)).collect();
    let rotate = match readable.is_empty() {
        true => String::new(),
        false => format!("rotate {}: everybody who can read the action can read it; ", readable.join(", ")),
    };
    Failure::new(Reason::Mismatch, message).with_advice(format!(
        "{rotate}no second update was sent; look at the action in the console, then run `cxvars plan` before the next apply"
    ))
}

/// A 2xx answer whose body says that the update failed.
pub(super) fn refused_in_body(answer: &Answer) -> Stopped {
    let message = format!("the service answered {}, but says that the update failed", answer.status);
    Stopped::refused(answer.failure(Reason::Rejected, &message).with_advice(advice::rejected()))
}

/// 2xx with a page for a browser: a gateway or a login page answered, and the API may not have seen the update.
pub(super) fn page(answer: &Answer) -> Failure {
    let message = format!(
        "the PUT was answered with an HTML page, such as a login page ({}), so the update may not have reached the API",
        answer.status
    );
    answer.failure(Reason::Unreadable, &message).with_advice(advice::wrong_address())
}

/// 202.
pub(super) fn taken_on(answer: &Answer) -> Failure {
    let message = "the service took the update on without having finished it (202)";
    answer.failure(Reason::NotReadableYet, message).with_advice(advice::unavailable())
}

/// 2xx, before it was read what is stored.
pub(super) fn accepted(answer: &Answer) -> Failure {
    let message = format!("the service accepted the update ({})", answer.status);
    answer.failure(Reason::NotReadableYet, &message).with_advice(advice::unavailable())
}

/// 409, 412 and 423.
pub(super) fn conflict(answer: &Answer) -> Stopped {
    let message = format!("the service reports a conflict ({})", answer.status);
    let advice = if answer.status == 423 { advice::locked() } else { advice::conflict() };
    let failure = answer.failure(Reason::Conflict, &message).with_advice(advice);
    Stopped { outcome: Outcome::Conflict, failure }
}

/// 412 to a weak tag. Nobody knows whether the action was changed.
pub(super) fn weak_tag_refused(answer: &Answer) -> Stopped {
    let message = format!("the service did not accept its own weak entity tag as If-Match ({})", answer.status);
    let failure = answer.failure(Reason::Conflict, &message).with_advice(advice::weak_tag());
    Stopped { outcome: Outcome::Conflict, failure }
}

/// The service refused the request, and asking again would not help.
pub(super) fn refusal(answer: &Answer, access: Access, scopes: Option<&[String]>) -> Stopped {
    let subject = match access {
        Access::Read => "reading the action",
        Access::Write => "the update",
    };
    let message = |what: &str| format!("{subject} was {what} ({})", answer.status);
    match answer.status {
        403 => {
            let failure = answer.failure(Reason::Forbidden, &message("refused"));
            Stopped::refused(failure.with_advice(advice::forbidden(access, scopes)))
        }
        404 => {
            let failure = answer.failure(Reason::NotFound, "there is no such Data Action (404)");
            Stopped::refused(failure.with_advice(advice::not_found()))
        }
        300..400 => {
            let what = answer.redirect.as_deref().unwrap_or("answered with a redirect");
            let failure = answer.failure(Reason::Redirect, &format!("{subject} was {what}"));
            Stopped::refused(failure.with_advice(advice::redirected()))
        }
        409 | 412 | 423 => conflict(answer),
        _ => {
            let failure = answer.failure(Reason::Rejected, &message("rejected"));
            Stopped::refused(failure.with_advice(advice::rejected()))
        }
    }
}
