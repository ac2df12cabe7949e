//! Outgoing calls: recording what the app asks of other servers.
//!
//! A call becomes a span of its own, a child of whatever it was made in, and tells the callee so.
//! The record of a call is the same whichever client makes it; `awc` and (feature `reqwest`)
//! `reqwest` bring it about each in their own way.

mod awc;
mod call;
mod options;
mod parent;
#[cfg(feature = "reqwest")]
mod reqwest;
mod rules;

pub use awc::{
    ObservedClient, ObservedClientFuture, ObservedClientService, ObservedFrozenRequest,
    ObservedFrozenSendBuilder, ObservedRequest, ObservedSend, Observer, observe, observe_request,
    observed_client,
};
#[cfg(feature = "reqwest")]
pub use reqwest::{CallOptions, ObservedReqwest};
