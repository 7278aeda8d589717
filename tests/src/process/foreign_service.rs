//! A service that is not the simulator: each test writes its own answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as the service saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The head, as sent.
    pub head: String,
    /// The body, as text.
    pub body: String,
    /// The body, as it was sent.
    pub bytes: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer of this type.
    pub fn of(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    /// A JSON answer.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::of(status, "application/json", body)
    }

    /// A token that lives for an hour.
    pub fn token() -> Self {
        Self::json(200, r#"{"access_token": "token-of-the-tests", "expires_in": 3600}"#)
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A service on a loopback port of its own. It serves until the test program ends.
pub struct ForeignService {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl ForeignService {
    /// Starts a service that answers by `answer`.
    pub fn start(answer: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::serve(answer, false)
    }

    /// The same, but it says that it keeps its connections, and hangs up as soon as one is used again: as a service whose
    /// limit for idle connections ends at that moment.
    pub fn hanging_up(answer: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::serve(answer, true)
    }

    fn serve(answer: impl FnMut(&Seen) -> Reply + Send + 'static, hangs_up: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (list, answer) = (Arc::clone(&seen), Arc::new(Mutex::new(answer)));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (list, answer) = (Arc::clone(&list), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    list.lock().expect("no test thread panics here").push(request.clone());
                    let reply = (answer.lock().expect("the test's answers do not panic"))(&request);
                    write(&stream, &reply, if hangs_up { "keep-alive" } else { "close" });
                    if hangs_up {
                        // What was sent is not read any more, so the connection is reset.
                        let _ = stream.peek(&mut [0]);
                    }
                });
            }
        });
        Self { address, seen }
    }

    /// A service that grants a token, shows the action that `shown` makes of the variables of the last PUT (`[]` at
    /// first), and answers a PUT in the same way.
    pub fn storing(shown: impl Fn(&str) -> Reply + Send + 'static) -> Self {
        let mut variables = "[]".to_owned();
        Self::start(move |request| match request.method.as_str() {
            "POST" => Reply::token(),
            "PUT" => {
                let body: serde_json::Value = serde_json::from_str(&request.body).expect("a PUT is JSON");
                variables = body["variables"].to_string();
                shown(&variables)
            }
            _ => shown(&variables),
        })
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test thread panics here").clone()
    }

    /// The methods of all requests so far, such as `POST GET PUT GET`.
    pub fn methods(&self) -> String {
        self.seen().iter().map(|seen| seen.method.clone()).collect::<Vec<_>>().join(" ")
    }

    /// The bodies of all PUTs so far.
    pub fn puts(&self) -> Vec<String> {
        self.seen().into_iter().filter(|seen| seen.method == "PUT").map(|seen| seen.body).collect()
    }
}

fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut words = head.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let length =
        head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Seen { method, path, head, body: String::from_utf8_lossy(&body).into_owned(), bytes: body })
}

fn write(mut stream: &TcpStream, reply: &Reply, connection: &str) {
    let length = reply.body.len();
    let mut head = format!("HTTP/1.1 {} X\r\ncontent-length: {length}\r\nconnection: {connection}\r\n", reply.status);
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    // The client may have hung up, as it does for an answer that is too long.
    let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(&reply.body));
}
