//! The middleware: recording incoming exchanges.
//!
//! [`ApiToolkit`] is the transform, [`ApiToolkitMiddleware`] the service it makes for each worker,
//! [`ApiToolkitFuture`] the future of one request, [`ObservedBody`] the body of its response. One
//! recorder is handed from one to the next and finishes exactly once.

mod body;
mod builder;
mod future;
mod head;
mod payload;
mod recorder;
mod routes;
mod rules;
mod scope;
mod service;
mod transform;

pub use body::ObservedBody;
pub use builder::Builder;
pub use future::ApiToolkitFuture;
pub use service::ApiToolkitMiddleware;
pub use transform::ApiToolkit;
