//! Tests of the HTTP server over real loopback sockets.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::MAX_BODY_BYTES;
use crate::http::{BindError, Running, Server, lock};

fn clock() -> u64 {
    NOW
}

async fn start(service: Service) -> Running {
    bind(service).await.spawn()
}

async fn bind(service: Service) -> Server {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let shared = Arc::new(Mutex::new(service));
    Server::bind(any, shared, clock).await.ok().unwrap()
}

/// Sends a request and reads until the connection ends. Returns the text and the error that ended the connection.
async fn send(addr: SocketAddr, request: &Request) -> (String, Option<ErrorKind>) {
    let mut head = format!("{} {} HTTP/1.1\r\nhost: {addr}\r\n", request.method, request.path);
    for (name, value) in &request.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("connection: close\r\ncontent-length: {}\r\n\r\n", request.body.len());
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&request.body);
    raw(addr, &bytes).await
}

async fn raw(addr: SocketAddr, bytes: &[u8]) -> (String, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut read = Vec::new();
    let error = stream.read_to_end(&mut read).await.err();
    let text = String::from_utf8(read).unwrap();
    (text, error.map(|error| error.kind()))
}

/// The JSON body of a full answer.
async fn json_of(addr: SocketAddr, request: &Request) -> Value {
    let (text, error) = send(addr, request).await;
    assert_eq!(error, None);
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

async fn login(addr: SocketAddr) -> String {
    let answer = json_of(addr, &token_request(TOKEN_FORM)).await;
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_registration_over_the_wire_saves_before_it_answers() {
    let saved: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&saved);
    let server = bind(service()).await.on_commit(move |snapshot| {
        let text = serde_json::to_string(snapshot).unwrap();
        sink.lock().unwrap().push(text);
    });
    let running = server.spawn();
    let token = login(running.addr).await;
    json_of(running.addr, &get(&token)).await;
    assert!(saved.lock().unwrap().is_empty());
    let answer = json_of(running.addr, &put(&token, &json!([plain("a", "1")]))).await;
    assert_eq!(answer["variables"], json!([plain("a", "1")]));
    assert_eq!(saved.lock().unwrap().len(), 1);

    let journal = json_of(running.addr, &Request::new("GET", "/_sandbox/journal")).await;
    assert_eq!(journal["commits"][0]["variables"][0]["name"], "a");
    let requests = json_of(running.addr, &Request::new("GET", "/_sandbox/requests")).await;
    assert_eq!(requests["requests"].as_array().unwrap().len(), 3);
    assert_eq!(requests["requests"][2]["status"], 200);
    let revoked = json_of(running.addr, &Request::new("POST", "/_sandbox/revoke")).await;
    assert_eq!(revoked["revoked"], 1);
    let (text, _) = send(running.addr, &get(&token)).await;
    assert!(text.starts_with("HTTP/1.1 401 "));
    running.stop().await;
}

#[tokio::test]
async fn paths_for_tests_are_refused_where_they_do_not_exist() {
    let running = start(service()).await;
    for (method, path, status) in [("PUT", "journal", 405), ("GET", "nothing", 404)] {
        let request = Request::new(method, &format!("/_sandbox/{path}"));
        let (text, _) = send(running.addr, &request).await;
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
    }
    assert!(lock(&running.shared).exchanges().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_reset_gives_not_one_byte() {
    let running = start(with_faults(&json!([
        {"on": "put", "nth": 1, "fault": {"kind": "reset", "when": "before_commit"}},
        {"on": "put", "nth": 2, "fault": {"kind": "reset", "when": "after_commit"}},
    ])))
    .await;
    let token = login(running.addr).await;
    for commits in [0, 1] {
        let (text, error) = send(running.addr, &put(&token, &json!([]))).await;
        assert_eq!((text.as_str(), error), ("", Some(ErrorKind::ConnectionReset)));
        assert_eq!(lock(&running.shared).journal().len(), commits);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_truncated_answer_has_all_headers_and_half_the_body() {
    let running = start(with_faults(&json!([
        {"on": "put", "fault": {"kind": "truncated"}},
    ])))
    .await;
    let token = login(running.addr).await;
    let (text, error) = send(running.addr, &put(&token, &json!([plain("a", "1")]))).await;
    assert_eq!(error, Some(ErrorKind::ConnectionReset));
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.unwrap().parse().unwrap();
    assert!(head.contains("x-correlation-id: ") && head.contains("etag: "));
    assert_eq!(body.len(), length / 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_comes_late_and_whole() {
    const DELAY_MS: u64 = 600_000;
    let running = start(with_faults(&json!([
        {"on": "token", "fault": {"kind": "slow", "delay_ms": DELAY_MS}},
    ])))
    .await;
    // The clock of the runtime is simulated: it only moves to the next moment that somebody waits for.
    let before = tokio::time::Instant::now();
    login(running.addr).await;
    let waited = tokio::time::Instant::now() - before;
    assert_eq!(waited.as_secs(), DELAY_MS / 1_000);
    running.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_read_and_refused() {
    let running = start(service()).await;
    let token = login(running.addr).await;
    let mut request = put(&token, &json!([]));
    request.body.resize(MAX_BODY_BYTES * 2, b' ');
    let (text, error) = send(running.addr, &request).await;
    assert!(text.starts_with("HTTP/1.1 413 "), "{error:?}");
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_breaks_off_is_none() {
    let running = start(service()).await;
    let mut stream = TcpStream::connect(running.addr).await.unwrap();
    let half = b"PUT /api/v2/dataactions/da-1 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{";
    stream.write_all(half).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // The connection may be closed or reset, but without an answer.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
    assert!(lock(&running.shared).exchanges().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_name_of_another_machine_is_misdirected() {
    let running = start(service()).await;
    let request = b"GET /_sandbox/journal HTTP/1.1\r\nhost: example.com\r\nconnection: close\r\n\r\n";
    let (text, _) = raw(running.addr, request).await;
    assert!(text.starts_with("HTTP/1.1 421 "), "{text}");
    running.stop().await;
}

#[tokio::test]
async fn one_connection_serves_many_requests_and_ends_at_a_stop() {
    let running = start(service()).await;
    let mut stream = TcpStream::connect(running.addr).await.unwrap();
    let mut buffer = [0; 4096];
    for _ in 0..3 {
        let request = b"GET /api/v2/dataactions/da-1 HTTP/1.1\r\nhost: localhost\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(buffer[..read].starts_with(b"HTTP/1.1 401 "));
    }
    let addr = running.addr;
    running.stop().await;
    assert_eq!(stream.read(&mut buffer).await.unwrap(), 0);
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn only_loopback_addresses_are_bound() {
    for addr in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
        let shared = Arc::new(Mutex::new(service()));
        let error = Server::bind(addr.parse().unwrap(), shared, clock).await.err().unwrap();
        assert!(matches!(error, BindError::NotLoopback(_)), "{addr}");
        assert!(error.to_string().contains("127.0.0.1"));
    }
    let running = start(service()).await;
    let shared = Arc::clone(&running.shared);
    let taken = Server::bind(running.addr, shared, clock).await.err();
    assert!(matches!(taken, Some(BindError::Bind { .. })));
    running.stop().await;
}
