//! Ids that sort by the time of their creation.

use ulid::Ulid;

use super::System;

/// Returns a new ULID, for naming a run, a file or an event. If the system has no randomness, only the time (in
/// milliseconds) makes it unique.
#[expect(clippy::disallowed_methods, reason = "this is the seam")]
pub fn ulid(system: &dyn System) -> String {
    let mut random = [0; 16];
    let filled = system.fill(&mut random).is_ok();
    let random = if filled { u128::from_ne_bytes(random) } else { 0 };
    Ulid::from_parts((system.epoch_s() * 1000.0) as u64, random).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Fake;

    #[test]
    fn ids_sort_by_time() {
        let system = Fake::new();
        let first = ulid(&system);
        system.advance(std::time::Duration::from_millis(2));
        let second = ulid(&system);
        assert!(first < second, "{first} {second}");
        assert_eq!(first.len(), 26);
    }
}
