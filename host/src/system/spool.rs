//! Texts that wait until they are printed, so that memory does not grow with their number.

use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tempfile::SpooledTempFile;

/// Texts up to this size together stay in memory, in bytes.
const IN_MEMORY: usize = 1 << 20;

/// Texts in a temporary file without a name, which no other process can open and which is gone with this one.
pub(crate) struct Spool {
    file: SpooledTempFile,
    end: u64,
}

/// Where a text waits.
pub(crate) enum Spooled {
    /// In the file.
    There { start: u64, bytes: usize },
    /// Here, because the file could not be written.
    Here(String),
}

impl Default for Spool {
    fn default() -> Self {
        Self { file: SpooledTempFile::new(IN_MEMORY), end: 0 }
    }
}

impl Spool {
    /// Keeps a text.
    pub(crate) fn keep(&mut self, text: String) -> Spooled {
        let (start, bytes) = (self.end, text.len());
        let written = self.file.seek(SeekFrom::Start(start)).and_then(|_| self.file.write_all(text.as_bytes()));
        if written.is_err() {
            return Spooled::Here(text);
        }
        self.end += bytes as u64;
        Spooled::There { start, bytes }
    }

    /// Reads a text that was kept.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(&mut self, waiting: &Spooled) -> io::Result<String> {
        match waiting {
            Spooled::Here(text) => Ok(text.clone()),
            Spooled::There { start, bytes } => {
                self.file.seek(SeekFrom::Start(*start))?;
                let mut text = vec![0; *bytes];
                self.file.read_exact(&mut text)?;
                String::from_utf8(text).map_err(io::Error::other)
            }
        }
    }
}

/// A list of JSON texts that wait, as a part of a report. Each is read when it is written.
pub(crate) struct JsonList<'s, I> {
    /// Where they wait.
    pub(crate) spool: &'s RefCell<Spool>,
    /// Texts of [`json_item`].
    pub(crate) items: I,
}

/// A value as it looks in a list in a report.
pub(crate) fn json_item(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(value)?.replace('\n', "\n    "))
}

impl<'s, I: Iterator<Item = &'s Spooled> + Clone> Serialize for JsonList<'s, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.clone().map(|item| JsonItem { spool: self.spool, item }))
    }
}

struct JsonItem<'s> {
    spool: &'s RefCell<Spool>,
    item: &'s Spooled,
}

impl Serialize for JsonItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = self.spool.borrow_mut().read(self.item).map_err(S::Error::custom)?;
        RawValue::from_string(json).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_in_any_order_from_memory_and_from_the_file() {
        let mut spool = Spool::default();
        let text = |number: usize| format!("{number} ä ").repeat(IN_MEMORY / 40);
        let kept: Vec<Spooled> = (0..20).map(|number| spool.keep(text(number))).collect();
        assert!(spool.end > IN_MEMORY as u64);
        for number in [19, 0, 7, 7] {
            assert!(spool.read(&kept[number]).unwrap() == text(number), "{number}");
        }
        assert!(matches!(spool.keep("more".to_owned()), Spooled::There { bytes: 4, .. }));
    }
    #[test]
    fn a_list_looks_as_if_it_had_been_written_at_once() {
        #[derive(Serialize)]
        struct Report<L> {
            version: u32,
            results: L,
        }
        let values = [serde_json::json!({"a": [1, {"b": "line\nbreak"}]}), serde_json::json!([])];
        let mut spool = Spool::default();
        let kept = values.each_ref().map(|value| spool.keep(json_item(value).unwrap()));
        let spool = RefCell::new(spool);
        let spooled = Report { version: 1, results: JsonList { spool: &spool, items: kept.iter() } };
        let at_once = Report { version: 1, results: &values };
        let pretty = |text: serde_json::Result<String>| text.unwrap();
        assert_eq!(pretty(serde_json::to_string_pretty(&spooled)), pretty(serde_json::to_string_pretty(&at_once)));
    }
}
