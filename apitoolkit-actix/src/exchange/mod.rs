//! One request and its answer, as plain data.
//!
//! The request thread fills an [`Exchange`] with copies of what it saw, unredacted and undecoded.
//! It can be turned into a [`RedactedExchange`] and into nothing else: that type alone is what the
//! layers above accept, so unredacted data cannot be exported by mistake.

mod addresses;
mod attribute;
mod attributes;
mod authority;
mod body;
mod budget;
pub(crate) mod error_names;
mod error_report;
mod fields;
mod head;
mod hidden;
mod memory;
mod method;
mod notes;
mod origin;
mod params;
mod path_params;
mod recent;
mod redacted;
mod redacted_body;
mod redacted_error;
mod redacted_headers;
mod redacted_target;
mod request_id;
mod shape;
mod spare;
pub(crate) mod text;
mod value;

use addresses::Addresses;
pub use attribute::AttributeValue;
pub(crate) use attributes::{Attributes, Refused, redact as redact_attribute};
pub(crate) use authority::Authority;
#[cfg(feature = "fuzzing")]
pub(crate) use authority::{Addressing, Forwarded};
pub(crate) use body::{BodyBuffer, Form};
pub(crate) use budget::{Budget, Reservation};
pub(crate) use error_report::{ErrorReport, MARKED_FAILED};
pub(crate) use fields::Fields;
pub(crate) use head::{Call, Direction, Exchange, Failure, RequestHead, ResponseHead};
pub(crate) use hidden::Hidden;
pub(crate) use memory::Memory;
pub(crate) use method::Method;
pub(crate) use notes::{Failed, Notes, Undecided};
pub(crate) use origin::Origin;
pub(crate) use path_params::{Located, PathParams};
pub(crate) use recent::{Recent, is_same_text};
pub(crate) use redacted::RedactedExchange;
pub(crate) use redacted_body::RedactedBody;
pub(crate) use redacted_error::RedactedError;
pub(crate) use redacted_headers::{OpenHeaders, RedactedHeaders};
pub(crate) use request_id::RequestId;
pub(crate) use spare::{Spares, Spent};
pub(crate) use value::Value;
