//! Measures what a process and its children take: the most memory, and the time of the processor. Linux only.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How often the process is looked at. The kernel keeps the peak, so only its last growth can be missed.
const INTERVAL: Duration = Duration::from_millis(2);

/// How a process ended, and what it took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The exit code; `None` if a signal ended the process.
    pub code: Option<i32>,
    /// Standard output and standard error.
    pub text: String,
    /// The sum of the peaks of resident memory of the process and of each of its children.
    pub peak_bytes: u64,
    /// Peak of the process itself.
    pub own_peak_bytes: u64,
    /// The time from start to end.
    pub elapsed: Duration,
}

/// Runs a command to its end.
pub fn measure(command: &mut Command) -> Taken {
    let start = Instant::now();
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let id = child.id();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output().expect("it ends")));
    let mut peaks = BTreeMap::new();
    let output = loop {
        if let Ok(output) = receiver.recv_timeout(INTERVAL) {
            break output;
        }
        for process in children(id).into_iter().chain([id]) {
            if let Some(bytes) = peak(process) {
                peaks.insert(process, bytes);
            }
        }
    };
    let text = [output.stdout, output.stderr].concat();
    Taken {
        code: output.status.code(),
        text: String::from_utf8_lossy(&text).into_owned(),
        peak_bytes: peaks.values().sum(),
        own_peak_bytes: peaks.get(&id).copied().unwrap_or_default(),
        elapsed: start.elapsed(),
    }
}

/// Peak of resident memory, in bytes. `None` if the process has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib << 10)
}

fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()).collect()
}
