//! The failures of a registration, in words: what happened, and what to do next.

use cxvars_core::service::outcome::Outcome;

use super::advice::{self, Access};
use super::answer::Answer;
use super::verify::Difference;
use super::{Failure, Stopped};

pub(super) fn server_error(answer: &Answer) -> String {
    format!("the service failed ({})", answer.status)
}

pub(super) fn with_advice(failure: Failure, advice: String) -> Failure {
    Failure { advice: Some(advice), ..failure }
}

/// An empty text in its place would overwrite what is stored.
pub(super) fn value_missing(names: &str) -> Failure {
    Failure {
        code: "value_missing".to_owned(),
        message: format!("nothing was sent: there is no value to send for {names}"),
        advice: Some("give each of them a value in the manifest".to_owned()),
        ..Failure::default()
    }
}

/// Without it somebody else's change would be overwritten unseen, which `if_match` promises not to do.
pub(super) fn no_etag() -> Failure {
    Failure {
        code: "no_etag".to_owned(),
        message: "nothing was sent: the service gave no ETag to send as If-Match".to_owned(),
        advice: Some("set concurrency = \"none\" if overwriting a change made meanwhile is acceptable".to_owned()),
        ..Failure::default()
    }
}

/// `too_many` are the variables that would be deleted, where they are more than may be.
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
    Failure {
        code: "blocked".to_owned(),
        message: format!("nothing was sent: {}", what.join("; ")),
        advice: Some(advice.join("; ")),
        ..Failure::default()
    }
}

pub(super) fn mismatch(differences: &[Difference]) -> Failure {
    let list: Vec<_> = differences.iter().map(|each| format!("`{}` {}", each.name, each.what)).collect();
    Failure {
        code: "mismatch".to_owned(),
        message: format!("the service accepted the update but stored something else: {}", list.join(", ")),
        advice: Some(
            "no second update was sent; look at the action in the console, then run `cxvars plan` before the next apply"
                .to_owned(),
        ),
        ..Failure::default()
    }
}

/// A final no of the service.
pub(super) fn refusal(answer: &Answer, access: Access, scopes: Option<&[String]>) -> Stopped {
    let subject = match access {
        Access::Read => "reading the action",
        Access::Write => "the update",
    };
    let message = |what: &str| format!("{subject} was {what} ({})", answer.status);
    match answer.status {
        403 => {
            let failure = answer.failure("forbidden", &message("refused"));
            Stopped::refused(with_advice(failure, advice::forbidden(access, scopes)))
        }
        404 => {
            let failure = answer.failure("not_found", "there is no such Data Action (404)");
            Stopped::refused(with_advice(failure, advice::not_found()))
        }
        300..400 => {
            let failure = answer.failure("redirect", &message("answered with a redirect"));
            Stopped::refused(with_advice(failure, advice::redirected()))
        }
        409 | 412 => {
            let failure = answer.failure("conflict", &format!("the service reports a conflict ({})", answer.status));
            Stopped { outcome: Outcome::Conflict, failure: with_advice(failure, advice::conflict()) }
        }
        _ => {
            let failure = answer.failure("rejected", &message("rejected"));
            Stopped::refused(with_advice(failure, advice::rejected()))
        }
    }
}
