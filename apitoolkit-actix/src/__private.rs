//! What the expansions of the macros name. Not part of the public interface: it changes without
//! notice.

pub use crate::{
    extract::{
        Announced, Argument, CaptureRequest, CaptureResponse, Is, Otherwise, RequestBody,
        ResponseBody, Slot, When,
    },
    service::{
        AttributeValue, Failure, NoError, Output, ServiceSpan, Site, UnknownError,
        expansion::{call, enter, finish, follow, start},
        path_of,
    },
    types::{Redact, RedactRules, Redacted},
};
