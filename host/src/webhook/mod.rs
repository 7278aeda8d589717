//! Signed events about registrations, by the Standard Webhooks specification 1.0, delivered at least once.
//!
//! An event is written to the outbox before it is sent, and removed after an answer of 2xx. The next run sends what
//! could not be delivered. A failure here never changes the result of a registration: it becomes a warning. Nor does it
//! delay the result, which is printed first.

mod event;
pub mod notifier;
mod outbox;
pub(crate) mod reach;

pub use event::{
    Change, Delivery, Due, Endpoint, Event, Registration, Rotation, SECRET_VARIABLE, SendError, WebhookError,
};
pub use outbox::{Outcome, deliver_pending, enqueue, pending, refused};
