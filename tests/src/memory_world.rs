//! A transport in memory: the simulated service without sockets, on a clock that moves only when all tasks wait.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use cxvars_core::service::stored::StoredAction;
use cxvars_flow::Now;
use cxvars_flow::answer::{MAX_ANSWER_BYTES, RawAnswer};
use cxvars_flow::transport_fault::TransportFault;
use cxvars_host::service::transport::{HttpRequest, Transport};
use cxvars_host::system::terminal::ShownWait;
use cxvars_simulator::service::{Delivery, Request, Service};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::Instant;

/// The origin under which the service is reached.
pub const ORIGIN: &str = "http://127.0.0.1:1";
/// The time until a request arrives, in milliseconds.
pub const LATENCY_MS: u64 = 10;
/// The start time of every run, in seconds since 1970. It is not a whole second, whereas HTTP dates are.
const EPOCH_S: f64 = 1_000_000_000.25;

/// A request and its result, as the sender sees them.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its method.
    pub method: &'static str,
    /// When it was sent, in milliseconds since the run began.
    pub at_ms: u64,
    /// The sender's timeout, in milliseconds.
    pub timeout_ms: u64,
    /// When it ended, in milliseconds since the run began.
    pub over_ms: u64,
    /// Its `If-Match` header.
    pub if_match: Option<String>,
    /// Its number in the service's journal, if it arrived.
    pub number: Option<u64>,
    /// The status of the answer, if a complete one came.
    pub status: Option<u16>,
    /// Why no complete answer came.
    pub fault: Option<TransportFault>,
    /// When the `Retry-After` of the answer ends, in milliseconds since the run began; 0 without one.
    pub not_before_ms: u64,
    /// The entity tag of the answer.
    pub etag: Option<String>,
    /// Whether the body of the answer is neither empty nor a Data Action.
    pub unreadable: bool,
    /// The variables in the answer: name, whether encrypted, value.
    pub shown: Option<Vec<(String, bool, String)>>,
    /// The variables in the answer to a GET or in the body of a PUT, by name: the text of each.
    pub texts: BTreeMap<String, String>,
}

/// Changes an answer before the client sees it.
pub type Edit = Rc<dyn Fn(&HttpRequest, &mut RawAnswer)>;

/// The transport of one simulated run. Use it on a runtime with paused time.
#[derive(Clone)]
pub struct MemoryWorld {
    service: Rc<RefCell<Service>>,
    started: Instant,
    random: Rc<Cell<u64>>,
    sent: Rc<RefCell<Vec<Sent>>>,
    trouble: Rc<Trouble>,
    /// The least and the most time that the service takes for an answer, in milliseconds.
    answers_within: (u64, u64),
    /// PUTs whose sender has given up, with the time at which they will arrive, in milliseconds since the run began.
    late: Rc<RefCell<Vec<(u64, Request)>>>,
    edit: Rc<RefCell<Option<Edit>>>,
}

/// What goes wrong outside the service.
#[derive(Clone, Debug, Default)]
pub struct Trouble {
    /// Requests whose connection is refused, by number from 1.
    pub unreachable: Vec<usize>,
    /// When the user interrupts the run, in milliseconds since it began.
    pub interrupt_at_ms: Option<u64>,
    /// The delay, in milliseconds, between the sender giving up on the first PUT and its arrival.
    pub first_put_late_ms: Option<u64>,
}

impl MemoryWorld {
    /// A transport to this service. The seed decides the jitter.
    pub fn new(service: Service, seed: u64) -> Self {
        Self {
            service: Rc::new(RefCell::new(service)),
            started: Instant::now(),
            random: Rc::new(Cell::new(seed)),
            sent: Rc::default(),
            trouble: Rc::default(),
            answers_within: (0, 0),
            late: Rc::default(),
            edit: Rc::default(),
        }
    }

    /// The same transport with this trouble.
    #[must_use]
    pub fn with_trouble(self, trouble: Trouble) -> Self {
        Self { trouble: Rc::new(trouble), ..self }
    }

    /// The same transport with a service that takes this time for an answer, in milliseconds.
    #[must_use]
    pub fn answering_within(self, least_ms: u64, most_ms: u64) -> Self {
        Self { answers_within: (least_ms, most_ms), ..self }
    }

    /// Sets an edit that changes every answer before the client sees it.
    pub fn edit_answers(&self, edit: Edit) {
        *self.edit.borrow_mut() = Some(edit);
    }

    /// The service.
    pub fn service(&self) -> &RefCell<Service> {
        &self.service
    }

    /// Every request that was sent.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.borrow().clone()
    }

    /// The number of requests that were sent with this method.
    pub fn count(&self, method: &str) -> usize {
        self.sent.borrow().iter().filter(|sent| sent.method == method).count()
    }

    /// Milliseconds since the run began.
    pub fn elapsed_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    fn deliver(&self, request: &Request, at_ms: u64) -> Delivery {
        let epoch_ms = (EPOCH_S * 1000.0) as u64 + at_ms;
        self.service.borrow_mut().handle(epoch_ms, request)
    }

    /// Has the service handle every request that is still on its way, so that whatever can still come is stored.
    pub fn deliver_the_rest(&self) {
        self.deliver_late(u64::MAX);
        self.service.borrow_mut().handle_late(u64::MAX);
    }

    fn deliver_late(&self, now_ms: u64) {
        let arrived: Vec<_> = self.late.borrow_mut().extract_if(.., |(at_ms, _)| *at_ms <= now_ms).collect();
        for (at_ms, late) in arrived {
            self.deliver(&late, at_ms);
        }
    }

    fn handle(&self, index: usize, request: &Request) -> Delivery {
        let now_ms = self.elapsed_ms();
        self.deliver_late(now_ms);
        let delivery = self.deliver(request, now_ms);
        self.sent.borrow_mut()[index].number = Some(self.service.borrow().exchanges().len() as u64);
        delivery
    }

    /// Turns a delivery into the answer or fault that a client with this total timeout sees.
    async fn convey(&self, delivery: Delivery, timeout_ms: u64) -> Result<RawAnswer, TransportFault> {
        let response = match delivery {
            Delivery::Reset => return Err(TransportFault::Reset),
            Delivery::Truncated(_) => return Err(TransportFault::Truncated),
            Delivery::Slow { delay_ms, .. } if delay_ms + LATENCY_MS >= timeout_ms => {
                self.sleep(timeout_ms.saturating_sub(LATENCY_MS)).await;
                return Err(TransportFault::Timeout);
            }
            Delivery::Slow { delay_ms, response } => {
                self.sleep(delay_ms).await;
                response
            }
            Delivery::Reply(response) => response,
        };
        let headers = response.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Ok(RawAnswer { status: response.status, headers, body: response.body })
    }

    fn note(&self, index: usize, result: &Result<RawAnswer, TransportFault>) {
        let now_ms = self.elapsed_ms();
        let mut all = self.sent.borrow_mut();
        let sent = &mut all[index];
        sent.over_ms = now_ms;
        match result {
            Err(fault) => sent.fault = Some(*fault),
            Ok(answer) => {
                sent.status = Some(answer.status);
                sent.not_before_ms = answer.header("retry-after").map_or(0, |text| not_before_ms(text, now_ms));
                sent.etag = answer.header("etag").map(str::to_owned);
                sent.unreadable = !answer.body.is_empty() && StoredAction::parse(&answer.body).is_err();
                sent.shown = shown(&answer.body).filter(|_| answer.body.len() <= MAX_ANSWER_BYTES);
                if sent.method == "GET" {
                    sent.texts = texts(&answer.body);
                }
            }
        }
    }
}

fn not_before_ms(retry_after: &str, now_ms: u64) -> u64 {
    if let Ok(seconds) = retry_after.parse::<u64>() {
        return now_ms.saturating_add(seconds.saturating_mul(1000));
    }
    let date = httpdate::parse_http_date(retry_after).unwrap();
    let until_s = date.duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    ((until_s - EPOCH_S).max(0.0) * 1000.0) as u64
}

fn shown(body: &[u8]) -> Option<Vec<(String, bool, String)>> {
    let variables = StoredAction::parse(body).ok()?.variables?;
    let shown = variables.into_iter().map(|variable| {
        let value = variable.value.as_ref().map_or("", |value| value.expose()).to_owned();
        // Objects are stored without white space and with sorted keys in these tests.
        let value = match serde_json::from_str(&value) {
            Ok(Value::Object(object)) if variable.type_word == "object" => Value::Object(object).to_string(),
            _ => value,
        };
        (variable.name, variable.encrypted, value)
    });
    Some(shown.collect())
}

/// The text of each variable in a body.
fn texts(body: &[u8]) -> BTreeMap<String, String> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(body).unwrap_or_default();
    let list = members.get("variables").map_or("[]", |list| list.get());
    let variables: Vec<&RawValue> = serde_json::from_str(list).unwrap_or_default();
    let named = |raw: &RawValue| {
        let variable: Value = serde_json::from_str(raw.get()).unwrap_or_default();
        (variable["name"].as_str().unwrap_or_default().to_owned(), raw.get().to_owned())
    };
    variables.into_iter().map(named).collect()
}

impl Transport for MemoryWorld {
    fn now(&self) -> Now {
        // A shortened SplitMix64, good enough for jitter.
        let next = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(next);
        let mixed = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let random = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
        let ms = self.elapsed_ms();
        Now { ms, epoch_s: EPOCH_S + ms as f64 / 1000.0, random }
    }

    fn announce(&self, _ms: u64, _what: &str) -> Option<ShownWait> {
        None
    }

    async fn sleep(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    async fn exchange(&self, request: HttpRequest, timeout_ms: u64) -> Result<RawAnswer, TransportFault> {
        let index = self.sent.borrow().len();
        let at_ms = self.elapsed_ms();
        let header = |name: &str| request.headers.iter().find(|(key, _)| *key == name);
        self.sent.borrow_mut().push(Sent {
            method: request.method,
            at_ms,
            timeout_ms,
            over_ms: at_ms,
            if_match: header("if-match").map(|(_, value)| value.expose().to_owned()),
            number: None,
            status: None,
            fault: None,
            not_before_ms: 0,
            etag: None,
            unreadable: false,
            shown: None,
            texts: match (request.method, &request.body) {
                ("PUT", Some(body)) => texts(body.expose().as_bytes()),
                _ => BTreeMap::new(),
            },
        });
        let is_first_put = request.method == "PUT" && self.count("PUT") == 1;
        self.sleep(LATENCY_MS.min(timeout_ms)).await;
        let mut result = if self.trouble.unreachable.contains(&(index + 1)) {
            Err(TransportFault::Refused)
        } else if let Some(late_ms) = self.trouble.first_put_late_ms.filter(|_| is_first_put) {
            self.late.borrow_mut().push((at_ms + timeout_ms + late_ms, plain(&request)));
            self.sleep(timeout_ms.saturating_sub(LATENCY_MS)).await;
            Err(TransportFault::Timeout)
        } else {
            let delivery = self.handle(index, &plain(&request));
            let (least, most) = self.answers_within;
            self.sleep(least + ((most - least) as f64 * self.now().random) as u64).await;
            self.convey(delivery, timeout_ms).await
        };
        if let (Some(edit), Ok(answer)) = (self.edit.borrow().as_ref(), &mut result) {
            edit(&request, answer);
        }
        self.note(index, &result);
        result
    }

    fn interrupted(&self) -> impl Future<Output = ()> {
        let at_ms = self.trouble.interrupt_at_ms;
        let started = self.started;
        async move {
            match at_ms {
                Some(at_ms) => tokio::time::sleep_until(started + Duration::from_millis(at_ms)).await,
                None => std::future::pending().await,
            }
        }
    }
}

/// Converts a request for the simulator.
fn plain(request: &HttpRequest) -> Request {
    let path = request.url.as_str().strip_prefix(ORIGIN).unwrap_or(request.url.as_str());
    let headers = request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.expose().to_owned()));
    Request {
        method: request.method.to_owned(),
        path: path.to_owned(),
        headers: headers.collect(),
        body: request.body.as_ref().map(|body| body.expose().as_bytes().to_vec()).unwrap_or_default(),
    }
}
