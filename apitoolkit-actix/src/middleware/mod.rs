//! The middleware: recording incoming exchanges.
//!
//! [`ApiToolkit`] is the transform, [`ApiToolkitMiddleware`] the service it makes for each worker,
//! [`ApiToolkitFuture`] the future of one request, [`ObservedBody`] the body of its response. One
//! recorder is handed from one to the next and finishes exactly once.

mod app_code;
mod body;
mod builder;
mod future;
mod head;
mod hooks;
mod ignore;
mod notes;
mod observe;
mod own;
mod panic_place;
mod payload;
mod recorder;
mod routes;
mod rules;
mod scope;
mod service;
mod setup;
mod transform;
mod with_header;

pub use body::ObservedBody;
pub use builder::Builder;
pub use future::ApiToolkitFuture;
pub use service::ApiToolkitMiddleware;
pub use transform::ApiToolkit;
