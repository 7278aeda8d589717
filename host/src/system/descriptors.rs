//! The files and connections that this process may have open.

/// What is left to everything else: the audit log, the database, the terminal.
const OTHERS: usize = 128;

/// How many pieces of work can be under way at once if each has `each` files and connections open. Raises the limit of
/// this process to what the system allows it.
pub(crate) fn at_once(each: usize) -> usize {
    (limit().saturating_sub(OTHERS) / each.max(1)).max(1)
}

#[cfg(unix)]
fn limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // On macOS, the limit may not be raised to infinity; then it stays as it is.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let limit = if raised.is_ok() { maximum } else { current };
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn limit() -> usize {
    // The C runtime of Windows; sockets are not counted.
    2048
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_room_for_one_and_less_room_for_more_at_a_time() {
        assert!(at_once(usize::MAX) == 1 && at_once(1) >= at_once(4) && at_once(4) > 1);
    }
}
