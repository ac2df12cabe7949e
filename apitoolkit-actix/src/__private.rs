//! What the expansions of the macros name. Not part of the public interface: it changes without
//! notice.

pub use inventory;

pub use crate::{
    exchange::AttributeValue,
    extract::{
        Announced, Argument, CaptureRequest, CaptureResponse, Handler, Is, Otherwise, RequestBody,
        ResponseBody, Slot, When,
    },
    redact::types::{Redact, RedactRules, Redacted},
    service::{
        Failure, NoError, Output, ServiceSpan, Site, UnknownError,
        expansion::{call, enter, finish, follow, start},
        path_of,
    },
};
