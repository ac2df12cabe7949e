//! Calls through `reqwest`, by way of `reqwest-middleware`.
//!
//! [`ObservedReqwest`] is the middleware that records them. [`CallOptions`] says about single calls
//! what the middleware says about all.

mod call_options;
mod end;
mod failure;
mod head;
mod inside;
mod middleware;
mod request_body;
mod response_body;

pub use call_options::CallOptions;
pub use middleware::ObservedReqwest;
