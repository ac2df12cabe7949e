use std::error::Error;

use crate::exchange::{ErrorReport, error_names};

/// What can be reported: any error, and by reference whatever holds one.
///
/// | Given | Type that is recorded |
/// |---|---|
/// | `&E` where `E: std::error::Error` | the name of `E` |
/// | `&anyhow::Error`, `&eyre::Report`, `&Box<dyn Error>` | that of the error inside, for those of the standard library and a few more; else the name of what was given |
/// | `&dyn Error` | `dyn Error` |
/// | `&actix_web::Error` | `actix_web::Error`, which hides what it was made of |
///
/// `M` tells these apart for the compiler, and is never written. The trait is sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that can be reported",
    label = "neither a `std::error::Error` nor a reference to what holds one",
    note = "what has a text and no error value can be told with `mark_failed`"
)]
pub trait ReportableError<M> {
    #[doc(hidden)]
    fn to_report(&self) -> Report;
}

/// What is known of an error.
#[doc(hidden)]
#[derive(Debug)]
pub struct Report(ErrorReport);

/// Marks errors themselves.
#[doc(hidden)]
#[derive(Debug)]
pub enum Itself {}

/// Marks what lends an error.
#[doc(hidden)]
#[derive(Debug)]
pub enum Lender {}

/// Marks boxed errors that stay on their thread.
#[doc(hidden)]
#[derive(Debug)]
pub enum Boxed {}

impl<E: Error + ?Sized> ReportableError<Itself> for E {
    fn to_report(&self) -> Report {
        Report(ErrorReport::new(error_names::of_type::<E>(), &self))
    }
}

impl<T> ReportableError<Lender> for T
where
    T: AsRef<dyn Error + Send + Sync> + ?Sized,
{
    fn to_report(&self) -> Report {
        Report(held::<T>(self.as_ref()))
    }
}

impl ReportableError<Boxed> for Box<dyn Error> {
    fn to_report(&self) -> Report {
        Report(held::<Self>(self.as_ref()))
    }
}

/// A report of an error that a `T` holds.
fn held<T: ?Sized>(error: &(dyn Error + 'static)) -> ErrorReport {
    let inside = error_names::of_error(error);
    let known = inside != error_names::DYN;
    ErrorReport::new(if known { inside } else { error_names::of_type::<T>() }, error)
}

pub(super) fn report<M>(error: &(impl ReportableError<M> + ?Sized)) -> ErrorReport {
    let Report(report) = error.to_report();
    report
}
