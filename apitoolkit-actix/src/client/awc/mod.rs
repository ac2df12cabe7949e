//! Calls through `awc`.
//!
//! [`ObservedClient`] is the middleware that records them, in a client of the app's own or in the
//! ready one. [`Observer`] says about single calls what a client says about all.

mod active;
mod body;
mod client;
#[cfg(feature = "cookies")]
mod cookies;
mod failure;
mod frozen;
mod future;
mod head;
mod observe;
mod payload;
mod redirect;
mod request;
mod send;
mod service;

pub use client::ObservedClient;
pub use frozen::{ObservedFrozenRequest, ObservedFrozenSendBuilder};
pub use future::ObservedClientFuture;
pub use observe::{Observer, observe, observe_request, observed_client};
pub use request::ObservedRequest;
pub use send::ObservedSend;
pub use service::ObservedClientService;
