//! The messages that wait to be sent to the client.

use std::collections::HashMap;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::{MessageType, ShowMessageParams};
use serde::Serialize;
use serde_json::Value;

/// The answer to a request.
pub(crate) type Answer<R> = Result<R, ResponseError>;

/// Why a request is refused.
pub(crate) fn refused(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}

/// What the answer to a request of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing follows from it.
    Told,
    /// The progress of the first search is shown if the client agrees.
    Progress,
    /// The program watches files if the client refuses to.
    Watching,
}

/// The messages that wait, in the order in which they are sent.
#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Vec<Message>,
    last_id: i32,
    asked: HashMap<RequestId, Asked>,
}

impl Outbox {
    /// Takes the messages.
    pub(crate) fn take(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.waiting)
    }

    pub(crate) fn notify(&mut self, method: &str, params: impl Serialize) {
        let params = value(params);
        self.waiting.push(Notification { method: method.to_owned(), params }.into());
    }

    pub(crate) fn ask(&mut self, method: &str, params: impl Serialize, asked: Asked) {
        self.last_id = self.last_id.wrapping_add(1);
        let id = RequestId::from(self.last_id);
        self.asked.insert(id.clone(), asked);
        self.waiting.push(Request { id, method: method.to_owned(), params: value(params) }.into());
    }

    pub(crate) fn answer(&mut self, id: RequestId, result: Result<Value, ResponseError>) {
        self.waiting.push(Response { id, response_result: result }.into());
    }

    /// What the request was for that the client answers, and whether it agrees.
    pub(crate) fn answered(&mut self, response: &Response) -> Option<(Asked, bool)> {
        Some((self.asked.remove(&response.id)?, response.response_result.is_ok()))
    }

    pub(crate) fn show(&mut self, kind: MessageType, message: String) {
        self.notify("window/showMessage", ShowMessageParams { typ: kind, message });
    }

    pub(crate) fn log(&mut self, message: String) {
        self.notify("window/logMessage", ShowMessageParams { typ: MessageType::INFO, message });
    }
}

/// The value of a message; types of the protocol always have one.
pub(crate) fn value(params: impl Serialize) -> Value {
    serde_json::to_value(params).unwrap_or_default()
}
