//! The progress of a run on stderr: on a terminal a line for each environment under way, elsewhere one line from time to
//! time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use cxvars_core::base::display::escape;
use cxvars_flow::schedule::End;
use indicatif::{ProgressBar, ProgressStyle};

use crate::fleet::Begin;
use crate::system::clock;
use crate::system::progress::ProgressLines;
use crate::system::terminal::Terminal;

/// Shortest wait for the request budget that is shown, in milliseconds.
const NOTICEABLE_MS: u64 = 1000;

/// Most environments that have a line of their own on a terminal.
const MOST_LINES: usize = 12;

/// Time between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// How far an environment has come.
#[derive(Default)]
struct Line {
    name: String,
    total: usize,
    done: usize,
    failed: usize,
    under_way: usize,
    /// Until when its request budget has no room, in milliseconds.
    until_ms: u64,
    bar: Option<ProgressBar>,
}

/// The progress of a run.
pub(crate) struct Display {
    terminal: Terminal,
    /// By the environment's place in the run.
    lines: Vec<Line>,
    /// The environment of each action.
    of_action: Vec<usize>,
    bars: Option<ProgressLines>,
}

impl Display {
    /// The progress of a run over actions in these environments, one for each action.
    pub(crate) fn new<'e>(environments: impl IntoIterator<Item = Option<&'e str>>, terminal: Terminal) -> Self {
        let (mut lines, mut of_action): (Vec<Line>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut known: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for environment in environments {
            let at = *known.entry(environment).or_insert(lines.len());
            if at == lines.len() {
                lines.push(Line { name: escape(environment.unwrap_or("-")), ..Line::default() });
            }
            if let Some(line) = lines.get_mut(at) {
                line.total += 1;
            }
            of_action.push(at);
        }
        let bars = terminal.shows_progress().then(ProgressLines::new);
        Self { terminal, lines, of_action, bars }
    }

    /// An action begins.
    pub(crate) fn begins(&mut self, action: usize) {
        self.change_of(action, |line| {
            line.under_way += 1;
            line.until_ms = 0;
        });
    }

    /// An action has ended.
    pub(crate) fn ended(&mut self, action: usize, end: End) {
        self.change_of(action, |line| {
            line.under_way -= line.under_way.min(1);
            let is_done = matches!(end, End::Done | End::Idle);
            line.done += usize::from(is_done);
            line.failed += usize::from(!is_done);
        });
    }

    /// An environment has asked its request budget, at this time in milliseconds: it may have to wait.
    pub(crate) fn asked(&mut self, environment: usize, begin: &Begin, now_ms: u64) {
        let Begin::Later(ms) = begin else { return };
        let Some(line) = self.lines.get_mut(environment) else { return };
        line.until_ms = now_ms.saturating_add(*ms);
        if let Some(bar) = line.bar.as_ref().filter(|_| *ms >= NOTICEABLE_MS) {
            bar.set_message(line.state(Some(ms.div_ceil(1000))));
        }
    }

    /// Shows from time to time how far the run has come, until this is dropped. Never completes.
    pub(crate) async fn keep_telling(display: &RefCell<Self>, now_ms: impl Fn() -> u64) {
        loop {
            clock::sleep(EVERY).await;
            let display = display.borrow();
            if display.bars.is_none() && !display.lines.is_empty() {
                display.terminal.note(&display.summary(now_ms()));
            }
        }
    }

    /// Begins from the start, for another run over the same actions.
    pub(crate) fn start_over(&mut self) {
        self.end();
        for line in &mut self.lines {
            *line = Line { name: std::mem::take(&mut line.name), total: line.total, ..Line::default() };
        }
        self.bars = self.terminal.shows_progress().then(ProgressLines::new);
    }

    /// Removes what is shown.
    pub(crate) fn end(&mut self) {
        self.bars = None;
    }

    fn change_of(&mut self, action: usize, change: impl FnOnce(&mut Line)) {
        let Some(line) = self.of_action.get(action).and_then(|at| self.lines.get_mut(*at)) else { return };
        change(line);
        self.show(self.of_action.get(action).copied().unwrap_or_default());
    }

    /// Shows the line of an environment, if the terminal has room for it.
    fn show(&mut self, at: usize) {
        let Some(bars) = &self.bars else { return };
        let shown = self.lines.iter().filter(|line| line.bar.is_some()).count();
        let Some(line) = self.lines.get_mut(at) else { return };
        if line.under_way == 0 && line.done + line.failed == line.total {
            if let Some(bar) = line.bar.take() {
                bar.finish_and_clear();
            }
            return;
        }
        if line.bar.is_none() && shown < MOST_LINES {
            let bar = bars.add(ProgressBar::new(line.total as u64));
            if let Ok(style) = ProgressStyle::with_template("{prefix}  {pos} of {len} done  {wide_msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(line.name.clone());
            line.bar = Some(bar);
        }
        if let Some(bar) = &line.bar {
            bar.set_position((line.done + line.failed) as u64);
            bar.set_message(line.state(None));
        }
    }

    fn summary(&self, now_ms: u64) -> String {
        let sum = |count: fn(&Line) -> usize| self.lines.iter().map(count).sum::<usize>();
        let (done, failed) = (sum(|line| line.done), sum(|line| line.failed));
        let mut text = format!("{} of {} done", done + failed, sum(|line| line.total));
        if failed > 0 {
            text += &format!(", {failed} failed");
        }
        text += &format!("; {} under way", sum(|line| line.under_way));
        let waiting = self.lines.iter().filter(|line| line.until_ms > now_ms);
        if let Some(first) = waiting.clone().map(|line| line.until_ms - now_ms).min() {
            let seconds = first.div_ceil(1000);
            text += &format!("; {} waiting for their request budget, the first for {seconds} s", waiting.count());
        }
        text
    }
}

impl Line {
    /// What an environment does now.
    fn state(&self, wait_s: Option<u64>) -> String {
        let mut text = format!("{} under way", self.under_way);
        if self.failed > 0 {
            text += &format!(", {} failed", self.failed);
        }
        if let Some(seconds) = wait_s {
            text += &format!(", waiting {seconds} s for the request budget");
        }
        text
    }
}
