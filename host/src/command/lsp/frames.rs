//! Where a message begins and ends: headers of which one is its length, and an empty line.

use std::io::{self, BufRead, ErrorKind, Read as _};

/// Reads the content of the next message; none at the end of the input.
///
/// # Errors
/// The input cannot be read, ends within a message, or has no header where one must be, so that nobody can say where
/// the next message begins.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let Some(length) = length(input)? else { return Ok(None) };
    let mut content = Vec::new();
    // The memory grows with what arrives, not with what is announced.
    input.take(length).read_to_end(&mut content)?;
    if content.len() as u64 == length { Ok(Some(content)) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// Reads headers to the empty line after them.
fn length(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.strip_suffix("\r\n").ok_or(ErrorKind::InvalidData)?;
        if line.is_empty() {
            return length.ok_or_else(|| ErrorKind::InvalidData.into()).map(Some);
        }
        let (name, value) = line.split_once(':').ok_or(ErrorKind::InvalidData)?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = Some(value.trim().parse().map_err(|_| ErrorKind::InvalidData)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_one_by_one() {
        let mut input = &b"content-length:2\r\nContent-Type: x\r\n\r\n{}Content-Length: 1\r\n\r\n3"[..];
        assert_eq!(read(&mut input).unwrap().as_deref(), Some(&b"{}"[..]));
        assert_eq!(read(&mut input).unwrap().as_deref(), Some(&b"3"[..]));
        assert_eq!(read(&mut input).unwrap(), None);
    }

    #[test]
    fn an_input_without_frames_is_an_error() {
        let broken = [
            "{}\r\n\r\n",
            "\r\n{}",
            "Content-Length: 2\n\n{}",
            "Content-Length: -2\r\n\r\n{}",
            "Content-Length: 3\r\n\r\n{}",
            "Content-Length: 18446744073709551615\r\n\r\n{}",
        ];
        for input in broken {
            assert!(read(&mut input.as_bytes()).is_err(), "{input}");
        }
    }
}
