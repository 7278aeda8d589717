//! A command on a terminal, with somebody who reads and types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use rustix::pty::OpenptFlags;

/// The streams of a command that are a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// All three.
    All,
    /// Only stderr; the others are closed.
    Stderr,
}

/// Width of the terminal, in characters.
const COLUMNS: u16 = 100;

/// A command that runs on a terminal. Dropping it kills the command.
pub struct PseudoTerminal {
    /// Our side of it.
    side: File,
    child: Child,
    shown: Vec<u8>,
}

impl PseudoTerminal {
    /// Starts a command on a terminal of this kind (`TERM`).
    pub fn start(mut command: Command, kind: &str, streams: Streams) -> Self {
        let side = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there is a terminal");
        rustix::pty::grantpt(&side).expect("the terminal is ours");
        rustix::pty::unlockpt(&side).expect("the terminal can be opened");
        let size = rustix::termios::Winsize { ws_row: 30, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&side, size).expect("a terminal has a size");
        let name = rustix::pty::ptsname(&side, Vec::new()).expect("the terminal has a name");
        let name = name.to_str().expect("the name is text");
        let open = || File::options().read(true).write(true).open(name).expect("the terminal opens");
        let other = || if streams == Streams::All { Stdio::from(open()) } else { Stdio::null() };
        command.env("TERM", kind).stdin(other()).stdout(other()).stderr(open());
        let child = command.spawn().expect("the binary runs");
        Self { side: File::from(side), child, shown: Vec::new() }
    }

    /// Reads until the command has shown this text.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        let mut part = [0; 4096];
        while !self.shown().contains(text) {
            match self.side.read(&mut part) {
                Ok(length) if length > 0 => self.shown.extend(part.iter().take(length)),
                _ => panic!("the command ended before it showed {text:?}: {:?}", self.shown()),
            }
        }
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        self.side.write_all(format!("{line}\n").as_bytes()).expect("the terminal takes it");
    }

    /// Waits until the command ends. Returns its exit code and the lines that are then on the terminal.
    pub fn wait_for_screen(self) -> (Option<i32>, String) {
        let (code, shown) = self.wait();
        // High enough that nothing scrolls away.
        let mut screen = vt100::Parser::new(1000, COLUMNS, 0);
        screen.process(shown.as_bytes());
        let lines: Vec<String> = screen.screen().rows(0, COLUMNS).map(|line| line.trim_end().to_owned()).collect();
        (code, lines.join("\n").trim_end().to_owned())
    }

    /// Waits until the command ends. Returns its exit code and all that it has shown.
    pub fn wait(mut self) -> (Option<i32>, String) {
        // Ends with an error on Linux, once nobody has the other side open.
        let _ = self.side.read_to_end(&mut self.shown);
        let code = self.child.wait().expect("the process ends").code();
        (code, self.shown())
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }
}

impl Drop for PseudoTerminal {
    fn drop(&mut self) {
        // This fails if the process has already ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
