//! Statements that the app runs in databases: a span and a part in a metric for each.
//!
//! A [`DatabaseInfo`] is made once for each database. Its [`trace`](DatabaseInfo::trace) follows a
//! call that is awaited, [`trace_sync`](DatabaseInfo::trace_sync) one that is not, and
//! [`enter`](DatabaseInfo::enter) gives a guard where neither fits. All work with any driver.
//!
//! There is no wrapper for any one driver: it would tie this library to that driver's version and
//! compiler, and save the caller one word.

mod attributes;
mod future;
mod guard;
mod info;
mod language;
mod message;
mod span;
mod statement;
#[cfg(test)]
mod tests;
mod vendor;

pub use future::StatementFuture;
pub use guard::StatementGuard;
pub use info::{Channel, DatabaseInfo};
pub use vendor::DatabaseVendor;
