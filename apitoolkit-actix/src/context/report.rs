use actix_web::HttpMessage;

use super::{Exchange, ReportableError};

/// Reports an error that a request ran into and that the app has handled.
///
/// The exchange keeps its status: that is what the app answered. The error becomes an `exception`
/// event and an entry of `apitoolkit.errors`, with its type, its message, its sources as a stack
/// trace, and the last of them as the root cause. A backtrace is captured where `RUST_BACKTRACE` or
/// `RUST_LIB_BACKTRACE` asks for it, as for [`Backtrace::capture`](std::backtrace::Backtrace).
///
/// Any `std::error::Error` can be reported, `actix_web::Error` too, and by reference what holds one:
/// `anyhow::Error`, `eyre::Report`, `Box<dyn Error>`. An error that is reported and then returned
/// from the handler is recorded once; one that is only returned need not be reported at all.
///
/// # Bounds
/// Messages have at most 8 KiB, stack traces 16 KiB. An exchange keeps 32 errors, of 64 KiB together,
/// the first four with backtraces, and says how many more there were. There are at most 20
/// backtraces a second in the whole process.
///
/// # Security
/// Texts are scrubbed before they leave, as those of any error.
///
/// ```
/// use actix_web::{HttpRequest, HttpResponse, get};
/// use apitoolkit_actix::report_error;
///
/// #[get("/")]
/// async fn sample(request: HttpRequest) -> HttpResponse {
///     match "one".parse::<u32>() {
///         Ok(value) => HttpResponse::Ok().body(value.to_string()),
///         Err(error) => {
///             report_error(&request, &error);
///             HttpResponse::Ok().body("Something went wrong")
///         }
///     }
/// }
/// ```
pub fn report_error<M>(request: &impl HttpMessage, error: &(impl ReportableError<M> + ?Sized)) {
    Exchange::of(request).report("report_error", error);
}

/// Reports an error to the current exchange, where no request is at hand. See [`report_error`].
///
/// ```
/// use apitoolkit_actix::report_current_error;
///
/// async fn stock(body: &str) -> u32 {
///     body.parse().unwrap_or_else(|error| {
///         report_current_error(&error);
///         0
///     })
/// }
/// ```
pub fn report_current_error<M>(error: &(impl ReportableError<M> + ?Sized)) {
    Exchange::current().report("report_current_error", error);
}

/// Marks the current exchange as failed although it has no error value, and is perhaps answered
/// with a 200.
///
/// Its status becomes Error with the reason, scrubbed, as its description; `error.type` is
/// `marked_failed`, unless the answer is a 5xx, whose status it then is. The reason is an entry of
/// `apitoolkit.errors` of that type, too.
///
/// ```
/// use apitoolkit_actix::mark_failed;
///
/// mark_failed("the payment provider did not know the order");
/// ```
pub fn mark_failed(reason: impl Into<String>) {
    Exchange::current().mark_failed(reason);
}
