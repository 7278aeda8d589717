//! Lease, fence and pending update of one action, in every order of two processes and everything that can go wrong with
//! them: no order ends in a false word.
//!
//! The model is small, and it is searched completely: each process may do its next step, die, or stand still while time
//! passes; a PUT arrives late, or not at all. What a process concludes from a read is decided by the code that runs in
//! production ([`judge`]). The rules are switched off one by one, to show that the search finds what they prevent.

use std::collections::HashSet;

use cxvars_flow::judge::{Evidence, Judgement, judge};

/// How long a lease lasts, in ticks.
const TERM: u8 = 4;
/// The part of it that its holder does not use.
const MARGIN: u8 = 1;
/// How long a request takes at most.
const REQUEST: u8 = 1;
/// How long the model runs: two processes can take over from each other once.
const END: u8 = 12;

/// The rules that keep words true.
#[derive(Clone, Copy)]
struct Rules {
    /// A PUT is sent only if the lease lasts until it is answered.
    looks_before_put: bool,
    /// What the earlier holder left open is decided before something else is sent.
    decides_open_updates: bool,
    /// A write counts only under the lease that is in force.
    fences_writes: bool,
    /// An open update is decided only by a holder that came after its sender.
    decides_earlier_only: bool,
    /// A holder takes its lease for shorter than it is.
    keeps_margin: bool,
}

const ALL: Rules = Rules {
    looks_before_put: true,
    decides_open_updates: true,
    decides_earlier_only: true,
    fences_writes: true,
    keeps_margin: true,
};

/// An update: what a process sends under a lease. It is named by the fence, so that each stores something else.
type Update = u8;

/// Where a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    /// It has no lease.
    Waits,
    /// It has one, by its own clock until this time.
    Leads { fence: u8, until: u8 },
    /// It has read what is stored.
    HasRead { fence: u8, until: u8, base: u8 },
    /// Its update is recorded as pending.
    HasRecorded { fence: u8, until: u8, base: u8 },
    /// Its PUT is under way until this time at the latest.
    HasSent { fence: u8, base: u8, over: u8 },
    /// It knows how its update ended, and has not told the others.
    Knows { fence: u8 },
    /// It has ended, or was killed.
    Gone,
}

/// A PUT that may still arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Put {
    update: Update,
    /// It arrives at this time at the latest.
    latest: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pending {
    update: Update,
    before: u8,
}

/// The whole world: the processes, the database and the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    now: u8,
    processes: [Step; 2],
    /// The fence that was given last, and until when its lease lasts.
    lease: (u8, u8),
    pending: Option<Pending>,
    /// What is stored: 0 at first, then the update that came last.
    stored: u8,
    on_the_way: Vec<Put>,
    /// Updates that were stored at some time.
    arrived: Vec<Update>,
    /// Updates that were sent and of which nobody has said yet how they ended.
    open: Vec<Update>,
}

impl World {
    fn new() -> Self {
        Self {
            now: 0,
            processes: [Step::Waits; 2],
            lease: (0, 0),
            pending: None,
            stored: 0,
            on_the_way: Vec::new(),
            arrived: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Every world that can follow, or what is wrong.
    fn next(&self, rules: Rules) -> Result<Vec<Self>, String> {
        let mut next = Vec::new();
        if self.now < END {
            next.extend(self.tick());
        }
        for (at, put) in self.on_the_way.iter().enumerate() {
            let mut arrives = self.clone();
            arrives.on_the_way.remove(at);
            arrives.stored = put.update;
            arrives.arrived.push(put.update);
            next.push(arrives);
            let mut lost = self.clone();
            lost.on_the_way.remove(at);
            next.push(lost);
        }
        for process in 0..2 {
            if self.processes[process] != Step::Gone {
                let mut killed = self.clone();
                killed.processes[process] = Step::Gone;
                next.push(killed);
                next.extend(self.step(process, rules)?);
            }
        }
        Ok(next)
    }

    /// Time passes, unless a PUT has to arrive or be lost first.
    fn tick(&self) -> Option<Self> {
        let may_pass = self.on_the_way.iter().all(|put| put.latest > self.now);
        may_pass.then(|| Self { now: self.now + 1, ..self.clone() })
    }

    fn holds(&self, fence: u8, rules: Rules) -> bool {
        !rules.fences_writes || (self.lease.0 == fence && self.lease.1 > self.now)
    }

    /// The next step of a process. `None` if it has to wait.
    fn step(&self, process: usize, rules: Rules) -> Result<Option<Self>, String> {
        let mut world = self.clone();
        world.processes[process] = match self.processes[process] {
            Step::Waits if self.lease.1 > self.now => return Ok(None),
            Step::Waits => {
                let fence = self.lease.0 + 1;
                world.lease = (fence, self.now + TERM);
                let margin = if rules.keeps_margin { MARGIN } else { 0 };
                Step::Leads { fence, until: self.now + TERM - margin }
            }
            Step::Leads { fence, until } => {
                // The earlier holder's requests have ended when its lease has.
                let is_earlier = |pending: &Pending| pending.update < fence || !rules.decides_earlier_only;
                if let Some(pending) = self.pending.filter(|_| rules.decides_open_updates).filter(is_earlier) {
                    world.say(pending.update, verdict(pending.before, pending.update, self.stored))?;
                }
                Step::HasRead { fence, until, base: self.stored }
            }
            Step::HasRead { fence, until, base } if self.holds(fence, rules) => {
                world.pending = Some(Pending { update: fence, before: base });
                Step::HasRecorded { fence, until, base }
            }
            Step::HasRead { .. } => Step::Gone,
            Step::HasRecorded { until, .. } if rules.looks_before_put && until < self.now + REQUEST => Step::Gone,
            Step::HasRecorded { fence, base, .. } => {
                if !self.on_the_way.is_empty() {
                    return Err(format!("two updates are on the way: {self:?}"));
                }
                let over = self.now + REQUEST;
                world.on_the_way.push(Put { update: fence, latest: over });
                world.open.push(fence);
                Step::HasSent { fence, base, over }
            }
            // Answered, or given up: nothing is on the way any more.
            Step::HasSent { fence, .. } if self.on_the_way.iter().any(|put| put.update == fence) => return Ok(None),
            Step::HasSent { fence, base, .. } => {
                world.say(fence, verdict(base, fence, self.stored))?;
                Step::Knows { fence }
            }
            Step::Knows { fence } => {
                if self.holds(fence, rules) {
                    world.pending = None;
                    world.lease.1 = self.now;
                }
                Step::Gone
            }
            Step::Gone => return Ok(None),
        };
        world.keeps_what_is_open().map(|()| Some(world))
    }

    /// A process says how an update ended. That has to be true, now and later.
    fn say(&mut self, update: Update, word: Judgement) -> Result<(), String> {
        let is_stored = self.arrived.contains(&update);
        let may_come = self.on_the_way.iter().any(|put| put.update == update);
        match word {
            Judgement::Applied if !is_stored => return Err(format!("applied, but was never stored: {self:?}")),
            Judgement::NotApplied if is_stored || may_come => {
                return Err(format!("not applied, but was stored or may still be: {self:?}"));
            }
            _ => {}
        }
        self.open.retain(|open| *open != update);
        Ok(())
    }

    /// Whoever comes next can find every update that was sent and is not decided.
    fn keeps_what_is_open(&self) -> Result<(), String> {
        let is_known = |update: &Update| {
            let sender = |step: &Step| matches!(step, Step::HasSent { fence, .. } if fence == update);
            self.pending.is_some_and(|pending| pending.update == *update) || self.processes.iter().any(sender)
        };
        match self.open.iter().find(|update| !is_known(update)) {
            Some(update) => Err(format!("nobody knows of update {update} any more: {self:?}")),
            None => Ok(()),
        }
    }
}

/// What production concludes from a read.
fn verdict(before: u8, sent: u8, now: u8) -> Judgement {
    judge(&Evidence {
        before: &before,
        sent: &sent,
        now: &now,
        etag_before: None,
        etag_now: None,
        sent_unreadable: false,
        tag_proves: false,
    })
}

/// Searches everything that can happen. Returns the number of worlds, or the first thing that is wrong.
fn search(rules: Rules) -> Result<usize, String> {
    let (mut seen, mut left) = (HashSet::new(), vec![World::new()]);
    while let Some(world) = left.pop() {
        if seen.contains(&world) {
            continue;
        }
        left.extend(world.next(rules)?);
        seen.insert(world);
    }
    Ok(seen.len())
}

#[test]
fn no_order_of_two_processes_ends_in_a_false_word() {
    let worlds = search(ALL).unwrap();
    assert!(worlds > 10_000, "{worlds} worlds are too few for a search");
}

#[test]
fn each_rule_prevents_something() {
    for (rules, problem) in [
        (Rules { looks_before_put: false, ..ALL }, ""),
        (Rules { decides_open_updates: false, ..ALL }, "nobody knows of update"),
        (Rules { decides_earlier_only: false, ..ALL }, "not applied, but was stored or may still be"),
        (Rules { fences_writes: false, ..ALL }, ""),
        (Rules { keeps_margin: false, ..ALL }, "not applied, but was stored or may still be"),
    ] {
        let error = search(rules).unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
}
