//! What the subcommands print.

use cxvars_core::base::display::escape;
use serde::Serialize;

use crate::shared::postgres::schema::Made;
use crate::shared::postgres::status::Status;

/// The JSON report.
#[derive(Serialize)]
pub(super) struct Report<'s> {
    pub(super) version: u32,
    #[serde(flatten)]
    pub(super) status: &'s Status,
}

pub(super) fn init(made: Made, role: Option<&str>, place: &str) -> String {
    let mut text = match made.from {
        None => format!("made the shared state in {place}, version {}\n", made.to),
        Some(_) => format!("the shared state in {place} is there already, version {}\n", made.to),
    };
    if let Some(role) = role {
        text += &format!("{} may read and write its rows, and nothing else\n", escape(role));
    }
    text
}

pub(super) fn migrate(made: Made, place: &str) -> String {
    match made.from {
        Some(from) if from != made.to => {
            format!(
                "brought the shared state in {place} from version {from} to {}; run `cxvars shared init --role NAME` \
                     again for each role that uses it\n",
                made.to
            )
        }
        _ => format!("the shared state in {place} has the current version {}\n", made.to),
    }
}

pub(super) fn status(status: &Status, place: &str) -> String {
    let mut text = format!("shared state  {place}  version {}\n", status.schema_version);
    part(&mut text, "runs", &status.runs, |run| {
        let counts = [
            ("done", run.done),
            ("failed", run.failed),
            ("in work", run.working),
            ("waiting", run.open),
            ("stopped", run.stopped),
        ];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        let counts = counts.map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
        let counts = if counts.is_empty() { "no tasks".to_owned() } else { counts };
        format!("{}  {counts}, begun {} ago", escape(&run.name), time(run.age_s))
    });
    part(&mut text, "leases", &status.leases, |lease| {
        let holder = lease.holder.as_deref().unwrap_or("another version of cxvars");
        let place = format!("{} at {}", escape(&lease.action), escape(&lease.target));
        format!("{place}  fence {}, {} left: {holder}", lease.fence, time(lease.ends_in_s))
    });
    part(&mut text, "open updates", &status.pending, |pending| {
        let run = pending.run_id.as_deref().map_or_else(|| "unknown".to_owned(), escape);
        let fence = pending.fence.map(|fence| format!(", fence {fence}")).unwrap_or_default();
        format!("{} at {}  run {run}{fence}", escape(&pending.action), escape(&pending.target))
    });
    part(&mut text, "request budgets", &status.budgets, |budget| {
        let requests = budget.requests.map_or_else(|| "an unknown number of".to_owned(), |count| count.to_string());
        let changed = time(budget.changed_s_ago);
        format!("tenant {}  {requests} requests in the last minute, changed {changed} ago", escape(&budget.tenant))
    });
    part(&mut text, "audit logs", &status.heads, |head| {
        let place = format!("{} {}", escape(&head.log), escape(&head.segment));
        format!("{place}  record {}, noted {} ago", head.seq, time(head.age_s))
    });
    text
}

/// A heading and a line for each of its items.
fn part<T>(text: &mut String, heading: &str, items: &[T], line: impl Fn(&T) -> String) {
    if items.is_empty() {
        *text += &format!("{heading}: none\n");
        return;
    }
    *text += &format!("{heading}\n");
    for item in items {
        *text += &format!("  {}\n", line(item));
    }
}

/// A time in the largest unit of which it has two.
fn time(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_the_largest_unit_of_which_there_are_two() {
        assert_eq!([-3, 119, 120, 7199, 7200, 172_800].map(time), ["0 s", "119 s", "2 min", "119 min", "2 h", "2 d"]);
    }
}
