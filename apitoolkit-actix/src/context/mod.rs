//! The current exchange: what an app adds to it while it runs, and how its context goes along with
//! work that leaves the handler.
//!
//! Whatever runs in the handler of an observed request, in its extractors or in middleware inside
//! of [`ApiToolkit`](crate::ApiToolkit), runs in the context of that request's exchange, before and
//! after each `.await`: [`set_attribute`], [`set_user`], [`mark_failed`], [`report_current_error`]
//! find it there. With a request at hand, [`Exchange::of`] finds it anywhere on the request's
//! thread.
//!
//! A task, a thread or a blocking call of its own is not in that context, unless it is told to be:
//! [`spawn`], [`in_context`], [`in_context_fn`].
//!
//! In a request that is not sampled all of this does nothing. Outside of any request, and after its
//! end, it does nothing either, and the log says so once a minute.

mod backtrace;
mod exchange;
mod in_context;
mod person;
mod report;
mod reportable;
mod request_id;
mod response_error;
mod set;
mod warning;

pub use exchange::Exchange;
pub use in_context::{InContext, in_context, in_context_fn, spawn};
pub use person::{Tenant, User};
pub use report::{mark_failed, report_current_error, report_error};
pub use reportable::ReportableError;
pub use request_id::request_id;
pub use set::{set_attribute, set_session, set_tenant, set_user};

pub(crate) use backtrace::capture as capture_backtrace;
pub(crate) use response_error::{report_as, report_response_error};
