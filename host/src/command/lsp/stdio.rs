//! Messages on standard input and output.

use std::io::{self, BufRead, Write};
use std::panic;
use std::sync::mpsc::Sender;
use std::thread;

use cxvars_language_server::message;
use lsp_server::{ErrorCode, Message};

use super::frames;
use super::session::Event;
use crate::system::terminal::Terminal;

/// Reads messages on a thread of its own until standard input ends.
///
/// # Errors
/// The thread cannot be started.
pub(super) fn read(events: Sender<Event>) -> io::Result<()> {
    let read = move || {
        read_from(&mut io::stdin().lock(), |event| events.send(event).is_ok());
    };
    thread::Builder::new().name("lsp-input".to_owned()).spawn(read).map(drop)
}

/// Gives `send` what is read, and at the end says so.
fn read_from(input: &mut impl BufRead, mut send: impl FnMut(Event) -> bool) {
    loop {
        let event = match frames::read(input) {
            Ok(Some(json)) => message::parse(json).map_or(Event::Malformed, Event::Message),
            Ok(None) | Err(_) => Event::End,
        };
        let is_end = matches!(event, Event::End);
        if !send(event) || is_end {
            return;
        }
    }
}

/// Writes messages. Returns whether the client can still read.
pub(super) fn write(output: &mut dyn Write, messages: &[Message]) -> bool {
    let mut bytes = Vec::new();
    let is_framed = messages.iter().try_for_each(|message| message.write(&mut bytes));
    is_framed.and_then(|()| output.write_all(&bytes)).and_then(|()| output.flush()).is_ok()
}

/// Answers a message that is not one of the protocol. Returns whether the client can still read.
pub(super) fn refuse_malformed(output: &mut dyn Write) -> bool {
    let error =
        serde_json::json!({"code": ErrorCode::ParseError as i32, "message": "this is no message of the protocol"});
    let text = serde_json::json!({"jsonrpc": "2.0", "id": null, "error": error}).to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len()).and_then(|()| output.flush()).is_ok()
}

/// Lets a panic say where it happened, and nothing else: its message may quote a document.
pub(super) fn hide_panics(terminal: Terminal) {
    panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        terminal.warn(&format!("error: the language server failed at {place}"));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_message_is_skipped() {
        let mut input = Vec::new();
        let method = |name: &str| format!("{{\"jsonrpc\": \"2.0\", \"method\": \"{name}\"}}").into_bytes();
        for json in [method("a"), b"{nonsense".to_vec(), method("b"), vec![0xff], method("\\ud83d")] {
            write!(input, "Content-Length: {}\r\n\r\n", json.len()).unwrap();
            input.extend(json);
        }
        let mut seen = Vec::new();
        read_from(&mut &input[..], |event| {
            seen.push(match event {
                Event::Message(Message::Notification(notification)) => notification.method,
                Event::Malformed => "malformed".to_owned(),
                Event::End => "end".to_owned(),
                _ => "other".to_owned(),
            });
            true
        });
        assert_eq!(seen, ["a", "malformed", "b", "malformed", "\u{fffd}", "end"]);
    }
}
