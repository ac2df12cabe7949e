//! One request and its answer, as plain data.
//!
//! The request thread fills an [`Exchange`] with copies of what it saw, unredacted and undecoded.
//! It can be turned into a [`RedactedExchange`] and into nothing else: that type alone is what the
//! layers above accept, so unredacted data cannot be exported by mistake.

mod authority;
mod body;
mod budget;
mod error_report;
mod fields;
mod head;
mod method;
mod redacted;
mod redacted_body;

pub(crate) use body::{BodyBuffer, Retain};
pub(crate) use budget::{Budget, Reservation};
pub(crate) use error_report::ErrorReport;
pub(crate) use fields::Fields;
pub(crate) use head::{Exchange, Failure, PathParams, RequestHead, ResponseHead};
pub(crate) use method::Method;
pub(crate) use redacted::RedactedExchange;
pub(crate) use redacted_body::RedactedBody;
