//! Processes many items on a few threads, and returns the results in the order of the items.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Number of items per thread; fewer are not worth another thread.
const ITEMS_PER_THREAD: usize = 16;

/// Processes `items`. Each thread has its own state, made by `start`; all states are returned with the results. `tick`
/// is called now and then, on the calling thread, with the number of items taken so far.
pub(super) fn in_order<T: Sync, S: Send, R: Send>(
    items: &[T],
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
    mut tick: impl FnMut(usize),
) -> (Vec<R>, Vec<S>) {
    let next = AtomicUsize::new(0);
    let take_all = |tick: &mut dyn FnMut(usize)| {
        let mut state = start();
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return (state, results);
            };
            results.push((index, work(&mut state, item)));
            tick(index + 1);
        }
    };
    let available = thread::available_parallelism().map_or(1, usize::from);
    let others = available.min(items.len().div_ceil(ITEMS_PER_THREAD)).saturating_sub(1);
    let parts = thread::scope(|scope| {
        let threads: Vec<_> = (0..others).map(|_| scope.spawn(|| take_all(&mut |_| ()))).collect();
        let mut parts = vec![take_all(&mut tick)];
        for thread in threads {
            parts.push(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        parts
    });
    let (states, results): (Vec<S>, Vec<Vec<(usize, R)>>) = parts.into_iter().unzip();
    let mut results: Vec<(usize, R)> = results.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(index, _)| *index);
    (results.into_iter().map(|(_, result)| result).collect(), states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_and_the_results_are_in_order() {
        for count in [0, 1, 2, 1_000, 10_000] {
            let items: Vec<usize> = (0..count).collect();
            let mut last = 0;
            let work = |seen: &mut usize, item: &usize| {
                *seen += 1;
                item * 2
            };
            let (results, states) = in_order(&items, || 0, work, |taken| last = taken);
            assert_eq!(results, items.iter().map(|item| item * 2).collect::<Vec<_>>());
            assert_eq!(states.iter().sum::<usize>(), count);
            assert!(last <= count);
        }
    }

    #[test]
    fn one_item_is_worked_on_by_the_calling_thread() {
        let (threads, _) = in_order(&[()], || (), |(), ()| thread::current().id(), |_| ());
        assert_eq!(threads, [thread::current().id()]);
    }
}
