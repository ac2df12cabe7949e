use std::borrow::Cow;

use actix_web::{ResponseError, dev::ServiceRequest};

use super::Builder;
use crate::exchange::AttributeValue;

/// # What is known of requests and errors
impl Builder {
    /// Adds attributes to every exchange that is recorded: `hook` is asked before each of them runs,
    /// in its context. Defaults to none; hooks add up.
    ///
    /// What holds for [`set_attribute`](crate::set_attribute) holds for these. The values of one hook
    /// have one type. Middleware outside of the toolkit has run by then, inside of it has not: to
    /// find a session, wrap the session's middleware after (outside of) the toolkit.
    ///
    /// The request waits for the hook. A hook that panics costs its attributes and no more; that, and
    /// one that takes 10 ms or more, is said once a minute.
    ///
    /// ```
    /// # fn main() -> Result<(), apitoolkit_actix::ConfigError> {
    /// use apitoolkit_actix::ApiToolkit;
    ///
    /// let toolkit = ApiToolkit::builder()
    ///     .attributes(|request| {
    ///         let role = if request.path().starts_with("/admin") { "admin" } else { "guest" };
    ///         [("user role", role)]
    ///     })
    ///     .build()?;
    /// # let _ = toolkit;
    /// # Ok(()) }
    /// ```
    pub fn attributes<F, I, K, V>(mut self, hook: F) -> Self
    where
        F: Fn(&ServiceRequest) -> I + Send + Sync + 'static,
        I: IntoIterator<Item = (K, V)>,
        K: Into<Cow<'static, str>>,
        V: AttributeValue,
    {
        self.hooks.add_attributes(hook);
        self
    }

    /// Knows errors of this type when handlers return them: with the name of the type and with their
    /// sources. Defaults to Actix's own errors and those of the standard library.
    ///
    /// `actix_web::Error` hides what it was made of. Any other error is told of as an
    /// `actix_web::Error` with its message, unless `#[traced_service]` knows what the handler
    /// returns.
    ///
    /// ```
    /// # fn main() -> Result<(), apitoolkit_actix::ConfigError> {
    /// use std::fmt;
    ///
    /// use actix_web::ResponseError;
    /// use apitoolkit_actix::ApiToolkit;
    ///
    /// #[derive(Debug)]
    /// struct OutOfStock;
    ///
    /// impl fmt::Display for OutOfStock {
    ///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    ///         f.write_str("out of stock")
    ///     }
    /// }
    /// impl std::error::Error for OutOfStock {}
    /// impl ResponseError for OutOfStock {}
    ///
    /// let toolkit = ApiToolkit::builder().error_type::<OutOfStock>().build()?;
    /// # let _ = toolkit;
    /// # Ok(()) }
    /// ```
    pub fn error_type<E>(mut self) -> Self
    where
        E: ResponseError + std::error::Error + 'static,
    {
        self.hooks.add_error_type::<E>();
        self
    }

    /// Whether the place in the source is recorded where a handler panics, and a backtrace if
    /// `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` asks for it. Defaults to true.
    ///
    /// Only a panic hook is told the place. The first worker that starts puts one in front of the
    /// process's own, which it then calls, so that what is printed stays the same. A hook that the
    /// app sets later takes its place; places are then not recorded. With false, the hook is left
    /// alone.
    pub fn panic_locations(mut self, on: bool) -> Self {
        self.hooks.panic_locations = on;
        self
    }
}
