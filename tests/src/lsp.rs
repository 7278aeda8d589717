//! A client of `cxvars lsp`, over the streams of the process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::{Value, json};

/// Messages as they go over a stream.
pub fn framed(messages: &[Value]) -> Vec<u8> {
    let texts = messages.iter().map(Value::to_string);
    texts.flat_map(|text| format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()).collect()
}

/// A client of a process.
pub struct LspClient {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last_id: u64,
    /// Messages that nobody asked for yet.
    seen: Vec<Value>,
}

impl LspClient {
    /// Starts a command that serves the protocol.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output, last_id: 0, seen: Vec::new() }
    }

    /// Initializes the server for a folder. Returns what it can do.
    pub fn initialize(&mut self, folder: &str, capabilities: Value) -> Value {
        let folders = json!([{"uri": folder, "name": "project"}]);
        let params =
            json!({"processId": std::process::id(), "workspaceFolders": folders, "capabilities": capabilities});
        let answer = self.request("initialize", params);
        self.notify("initialized", json!({}));
        answer["result"]["capabilities"].clone()
    }

    /// Sends bytes as the content of a message.
    pub fn send(&mut self, content: &str) {
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{content}", content.len()).unwrap();
        input.flush().unwrap();
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// Sends a request. Returns its whole answer.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string());
        self.wait(|message| message["id"] == id && message["method"].is_null())
    }

    /// Opens a document.
    pub fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// The next diagnostics that are published for a document.
    pub fn diagnostics(&mut self, uri: &str) -> Vec<Value> {
        let is_it =
            |message: &Value| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri;
        self.wait(is_it)["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// The next message that is meant. Requests of the server are answered on the way.
    pub fn wait(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.seen.iter().position(&is_meant) {
            return self.seen.remove(at);
        }
        loop {
            let message = self.read().expect("the server still runs");
            if !message["method"].is_null() && !message["id"].is_null() {
                self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": null}).to_string());
            }
            if is_meant(&message) {
                return message;
            }
            self.seen.push(message);
        }
    }

    /// Ends the server as the protocol says. Returns how it exited.
    pub fn end(mut self) -> ExitStatus {
        assert_eq!(self.request("shutdown", Value::Null)["result"], Value::Null);
        self.notify("exit", Value::Null);
        self.child.wait().unwrap()
    }

    /// Closes the server's input. Returns how it exited.
    pub fn hang_up(mut self) -> ExitStatus {
        drop(self.input.take());
        self.child.wait().unwrap()
    }

    fn read(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                Some((_, value)) => length = value.parse().unwrap(),
                None if line.is_empty() => return None,
                None => break,
            }
        }
        let mut content = vec![0; length];
        self.output.read_exact(&mut content).unwrap();
        Some(serde_json::from_slice(&content).unwrap())
    }
}

impl Drop for LspClient {
    /// A test that failed leaves no process.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
