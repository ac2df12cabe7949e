//! Extractors, and what the handlers that use them tell about secrets.
//!
//! A handler with `#[traced_service]` announces the rules of its arguments before the first of them
//! is extracted. The middleware finds the [`HandlerRules`] in the exchange, whatever becomes of the
//! request.

mod announce;
mod extractor;
mod registry;
mod rules;
#[cfg(test)]
mod tests;

pub use announce::{
    Announced, Argument, CaptureRequest, CaptureResponse, Is, Otherwise, RequestBody, ResponseBody,
    Slot, When,
};
pub use extractor::RedactExtractor;
pub use registry::Handler;
pub(crate) use registry::{all_handlers, all_handlers_by_name};
pub use rules::ExtractorRules;
pub(crate) use rules::{HandlerRules, announced};
