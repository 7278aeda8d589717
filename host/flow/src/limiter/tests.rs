use proptest::prelude::*;

use super::*;

const HOUR_MS: u64 = 60 * MINUTE_MS;

/// A service that lets `allows` requests through in a minute, ours and those of others together.
struct Service {
    allows: usize,
    counts_refused: bool,
    says_when: bool,
    /// A minute begins every 60 seconds, instead of with every request.
    fixed_minutes: bool,
    counted: VecDeque<u64>,
    ours: Vec<u64>,
    refusals: Vec<u64>,
    others: Vec<u64>,
}

impl Service {
    fn new(allows: usize) -> Self {
        Self {
            allows,
            counts_refused: false,
            says_when: true,
            fixed_minutes: false,
            counted: VecDeque::new(),
            ours: Vec::new(),
            refusals: Vec::new(),
            others: Vec::new(),
        }
    }

    /// Whether the request is let through, or how many milliseconds to wait.
    fn request(&mut self, now_ms: u64) -> Result<(), u64> {
        let left = |at: u64| match self.fixed_minutes {
            true => at / MINUTE_MS < now_ms / MINUTE_MS,
            false => at + MINUTE_MS <= now_ms,
        };
        while self.counted.front().is_some_and(|at| left(*at)) {
            self.counted.pop_front();
        }
        let full = self.counted.len() >= self.allows;
        if !full || self.counts_refused {
            self.counted.push_back(now_ms);
        }
        if !full {
            return Ok(());
        }
        let first = self.counted[self.counted.len() - self.allows];
        let room = if self.fixed_minutes { (now_ms / MINUTE_MS + 1) * MINUTE_MS } else { first + MINUTE_MS };
        Err((room - now_ms).div_ceil(1000).max(1) * 1000)
    }

    /// An hour of our requests, as fast as the limiters let them. Another client sends a request every
    /// `others_every_ms`. Each limiter is a machine's.
    fn an_hour(mut self, limiters: &mut [Limiter], others_every_ms: Option<u64>) -> Self {
        let mut next = vec![0; limiters.len()];
        let mut other = others_every_ms.map_or(u64::MAX, |ms| ms / 2);
        loop {
            let (machine, now) = next.iter().copied().enumerate().min_by_key(|(_, at)| *at).unwrap();
            if now >= HOUR_MS {
                return self;
            }
            while other <= now {
                if self.request(other).is_ok() {
                    self.others.push(other);
                }
                other += others_every_ms.unwrap_or(u64::MAX);
            }
            next[machine] = now + self.turn(&mut limiters[machine], now);
        }
    }

    /// Sends a request if the limiter allows it. Returns in how many milliseconds the next one is tried.
    fn turn(&mut self, limiter: &mut Limiter, now_ms: u64) -> u64 {
        const LATENCY_MS: u64 = 90;
        match limiter.take(&[0], 100, now_ms) {
            Err(Full::NoRoom(ms) | Full::Closed(ms)) => return ms,
            Ok(()) => {}
        }
        match self.request(now_ms) {
            Ok(()) => self.ours.push(now_ms),
            Err(wait) => {
                self.refusals.push(now_ms);
                limiter.throttled(self.says_when.then_some(wait), now_ms);
            }
        }
        LATENCY_MS
    }
}

/// The fewest and the most of these times in a minute, the first minute left out.
fn in_a_minute(times: &[u64]) -> (usize, usize) {
    let mut counts = [0; 60];
    for time in times {
        counts[usize::try_from(time / MINUTE_MS).unwrap()] += 1;
    }
    (*counts[1..].iter().min().unwrap(), *counts[1..].iter().max().unwrap())
}

fn busiest(sent: &[u64]) -> usize {
    let within = |(at, from): (usize, &u64)| sent[at..].iter().take_while(|later| **later < from + MINUTE_MS).count();
    sent.iter().enumerate().map(within).max().unwrap_or(0)
}

#[test]
fn no_sliding_minute_holds_more_than_the_budget_and_none_of_it_is_wasted() {
    let service = Service::new(usize::MAX).an_hour(&mut [Limiter::default()], None);
    assert_eq!(busiest(&service.ours), 100);
    let (fewest, most) = in_a_minute(&service.ours);
    assert!(fewest >= 98 && most <= 100, "{fewest} to {most}");
}

#[test]
fn a_service_that_allows_less_gives_all_it_has_and_refuses_two_requests_a_minute_at_most() {
    for (counts_refused, says_when, fixed_minutes) in [
        (false, true, false),
        (true, true, false),
        (false, false, false),
        (true, false, false),
        (false, true, true),
        (false, false, true),
    ] {
        let service = Service { counts_refused, says_when, fixed_minutes, ..Service::new(40) };
        let service = service.an_hour(&mut [Limiter::default()], None);
        let (fewest, most) = in_a_minute(&service.ours);
        let refused = in_a_minute(&service.refusals).1;
        assert!(
            fewest >= 38 && most <= 40 && refused <= 2,
            "{fewest} to {most}, {refused} refused: {counts_refused} {says_when} {fixed_minutes}"
        );
    }
}

#[test]
fn what_other_machines_use_is_left_to_them_and_the_rest_is_used() {
    // Two machines' worth of other traffic, and two machines of ours.
    for (machines, others_every_ms) in [(1, 2250), (1, 6000), (2, 6000), (1, 1900)] {
        let mut limiters = vec![Limiter::default(); machines];
        let service = Service::new(40).an_hour(&mut limiters, Some(others_every_ms));
        let refused = in_a_minute(&service.refusals).1;
        let all: Vec<u64> = service.ours.iter().chain(&service.others).copied().collect();
        let (fewest, most) = in_a_minute(&all);
        assert!(
            fewest >= 38 && most <= 40 && refused <= 2 * machines,
            "{fewest} to {most}, {refused} refused: {machines} {others_every_ms}"
        );
    }
}

#[test]
fn one_refusal_costs_what_the_service_asks_for_and_nothing_more() {
    for (sent, asked) in [(2, 1000), (9, 7000), (40, 2500)] {
        let mut limiter = Limiter::default();
        assert!((0..sent).all(|_| limiter.take(&[0], 100, 0) == Ok(())));
        limiter.throttled(Some(asked), 0);
        assert_eq!(limiter.take(&[0], 100, 0), Err(Full::Closed(asked)));
        assert_eq!(limiter.take(&[0], 100, asked), Ok(()), "{sent}");
        assert_eq!(limiter.take(&[0], 100, asked + PROBE_INTERVAL_MS), Ok(()), "{sent}");
    }
}

#[test]
fn a_handful_of_requests_shows_nothing_of_the_services_limit() {
    let mut limiter = Limiter::default();
    for now in 0..8 {
        assert_eq!(limiter.take(&[0], 100, now), Ok(()));
        limiter.throttled(None, now);
    }
    assert_eq!(limiter.take(&[0], 100, 8), Ok(()));
}

#[test]
fn several_requests_are_taken_together_or_not_at_all() {
    let mut limiter = Limiter::default();
    assert_eq!(limiter.take(&[0; 3], 5, 0), Ok(()));
    assert_eq!(limiter.take(&[0; 3], 5, 1), Err(Full::NoRoom(WINDOW_MS - 1)));
    assert_eq!(limiter.take(&[0; 2], 5, 1), Ok(()));
    // A request counts from when it is sent. What is given back is free.
    assert_eq!(limiter.send(0, 5, 30_000), Ok(()));
    limiter.give_back(0);
    limiter.give_back(0);
    assert_eq!(limiter.take(&[0; 2], 5, 31_000), Ok(()));
    assert_eq!(limiter.take(&[0], 5, 32_000), Err(Full::NoRoom(WINDOW_MS + 1 - 32_000)));
    // More than a minute has counts as all of it.
    assert_eq!(Limiter::default().take(&[0; 9], 5, 0), Ok(()));
}

#[test]
fn what_is_planned_for_later_leaves_the_time_before_to_others() {
    let mut limiter = Limiter::default();
    // Two requests are leaving the window: one in 2 seconds, one in 4.
    assert_eq!(limiter.take(&[0, 2000], 2, 0), Ok(()));
    assert_eq!(limiter.send(2000, 2, 2000), Ok(()));
    let now = WINDOW_MS - 2000;
    // Together they fit as soon as the first does, because the second one is sent later.
    assert_eq!(limiter.take(&[0, 2000], 2, now), Err(Full::NoRoom(2000)));
    assert_eq!(limiter.take(&[0, 2000], 2, WINDOW_MS), Ok(()));
    // One that is ready early waits for its time, and keeps its place.
    assert_eq!(limiter.send(WINDOW_MS, 2, WINDOW_MS), Ok(()));
    assert_eq!(limiter.send(WINDOW_MS + 2000, 2, WINDOW_MS + 500), Err(Full::NoRoom(1500)));
    assert_eq!(limiter.take(&[0], 2, WINDOW_MS + 1999), Err(Full::NoRoom(WINDOW_MS - 1999)));
    assert_eq!(limiter.send(WINDOW_MS + 2000, 2, WINDOW_MS + 2000), Ok(()));
}

#[test]
fn who_leaves_a_part_to_others_is_not_held_up_longer_than_they_use_it() {
    let mut limiter = Limiter::default();
    for now in [0, 100, 200] {
        assert_eq!(limiter.take(&[0], 3, now), Ok(()));
    }
    // The part of two is used up by three until the second one has left the window.
    assert_eq!(limiter.take(&[0], 2, 1000), Err(Full::NoRoom(WINDOW_MS + 100 - 1000)));
    assert_eq!(limiter.take(&[0], 2, WINDOW_MS + 100), Ok(()));
}

#[test]
fn early_and_late_requests_keep_every_window_within_the_budget() {
    proptest!(|(
        actions in proptest::collection::vec((0_u64..9000, 0_u64..9000, 0_u64..9000, 0_u64..9000), 40..80),
    )| {
        let (mut limiter, mut sent, mut now, budget) = (Limiter::default(), Vec::new(), 0, 10);
        let mut open: Vec<(u64, u64)> = Vec::new();
        for (second, third, late_second, late_third) in actions {
            let after = [0, second, second + third];
            // Sends what is ready, in the order in which it is, until there is room for the next action.
            loop {
                open.sort_unstable();
                let turn = match open.first().copied().filter(|(ready, _)| *ready <= now) {
                    Some((_, planned)) => {
                        let turn = limiter.send(planned, budget, now);
                        if turn == Ok(()) {
                            open.remove(0);
                            sent.push(now);
                            continue;
                        }
                        turn
                    }
                    None => limiter.take(&after, budget, now),
                };
                let Err(Full::NoRoom(wait)) = turn else { break };
                prop_assert!(wait <= WINDOW_MS + HORIZON_MS);
                let next = open.iter().map(|(ready, _)| *ready).filter(|ready| *ready > now).min();
                now = next.map_or(now + wait, |ready| ready.min(now + wait));
            }
            prop_assert_eq!(limiter.send(now, budget, now), Ok(()));
            sent.push(now);
            // Answers are earlier or later than expected.
            open.push((now + late_second, now + after[1]));
            open.push((now + late_second + late_third, now + after[2]));
        }
        prop_assert!(busiest(&sent) <= 10, "{}", busiest(&sent));
    });
}

#[test]
fn a_clock_that_was_set_back_makes_nobody_wait_longer_than_a_minute() {
    let mut limiter = Limiter::default();
    assert_eq!(limiter.take(&[0], 1, 10_000_000), Ok(()));
    assert_eq!(limiter.take(&[0], 1, 5_000), Err(Full::NoRoom(WINDOW_MS)));
    assert_eq!(limiter.take(&[0], 1, 5_000 + WINDOW_MS), Ok(()));
}

#[test]
fn a_budget_of_zero_is_off() {
    let mut limiter = Limiter::default();
    assert!((0..1000).all(|_| limiter.take(&[0], 0, 0) == Ok(())));
}

proptest! {
    #[test]
    fn no_times_and_no_budget_are_too_much(
        steps in proptest::collection::vec(
            (any::<u64>(), any::<Option<u64>>(), proptest::collection::vec(0..HORIZON_MS, 1..5)),
            0..50,
        ),
        per_minute in prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>()],
    ) {
        let mut limiter = Limiter::default();
        for (now_ms, retry_after_ms, mut after) in steps {
            after.sort_unstable();
            match limiter.take(&after, per_minute, now_ms) {
                Ok(()) => limiter.throttled(retry_after_ms, now_ms),
                Err(Full::NoRoom(wait)) => {
                    prop_assert!(wait <= WINDOW_MS + HORIZON_MS || now_ms > u64::MAX - 2 * WINDOW_MS);
                }
                Err(Full::Closed(wait)) => prop_assert!(wait <= LONGEST_CLOSED_MS),
            }
            let _ = limiter.send(now_ms, per_minute, now_ms);
        }
    }
}
