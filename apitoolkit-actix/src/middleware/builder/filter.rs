use std::{sync::Arc, time::Duration};

use actix_web::dev::ServiceRequest;

use super::Builder;
use crate::{
    config::{CleanUrls, Keep},
    middleware::ignore::Ignore,
};

/// Which exchanges are recorded, and how those that no route matches are named.
impl Builder {
    /// Leaves out requests for which `ignore` says so: they have no span, nor has anything inside
    /// of them. Metrics count them all the same. Defaults to none; a further call replaces it.
    ///
    /// It runs on the request's thread, before anything else. If it panics, or takes 10 ms or
    /// more, a warning says so; the request is served, and recorded.
    ///
    /// ```
    /// # fn main() -> Result<(), apitoolkit_actix::ConfigError> {
    /// use apitoolkit_actix::ApiToolkit;
    ///
    /// let toolkit = ApiToolkit::builder()
    ///     .ignore(|request| request.headers().contains_key("x-load-test"))
    ///     .ignore_paths(["/health", "/assets/*"])
    ///     .build()?;
    /// # let _ = toolkit;
    /// # Ok(()) }
    /// ```
    pub fn ignore(
        mut self,
        ignore: impl Fn(&ServiceRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.ignore = Ignore::by(ignore);
        self
    }

    /// Leaves out requests for these paths, as sent: `/health` that path alone, `/assets/*` it and
    /// everything below. Metrics count them all the same. Defaults to none.
    pub fn ignore_paths<T: Into<String>>(mut self, paths: impl IntoIterator<Item = T>) -> Self {
        self.options.ignore_paths.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Leaves out exchanges that are answered with one of these statuses. What happened inside of
    /// them, services for instance, has been recorded by then and stays. Metrics count them all the
    /// same. Defaults to none.
    pub fn ignore_status(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.options.ignore_status.extend(statuses);
        self
    }

    /// Keeps exchanges that failed (a 5xx, an `Err`, a panic, a disconnect, or a reported error) or
    /// took at least `slower_than`, although the sampler left them out. Defaults to false and none.
    ///
    /// This is decided at the end, when the exchange is known. It holds for exchanges that begin a
    /// trace: one that continues a caller's trace does as that caller decided. What happened inside,
    /// services and calls for instance, is not kept with it. It needs [`Telemetry`] of ours: with a
    /// tracer provider of the app's own it does nothing.
    ///
    /// # Cost
    /// What may have to be kept has to be noted: exchanges that are not sampled cost what sampled
    /// ones cost on the request's thread.
    ///
    /// [`Telemetry`]: crate::Telemetry
    pub fn always_keep(mut self, errors: bool, slower_than: impl Into<Option<Duration>>) -> Self {
        self.options.keep = Keep { errors, slower_than: slower_than.into() };
        self
    }

    /// Whether paths that no route matches are named by a template, with `{id}`, `{uuid}`, `{hash}`
    /// and `{value}` for what looks like one: `/132/update` is `/{id}/update`. The name is
    /// `http.route` of the exchange. Defaults to false: what no route matched has no route.
    ///
    /// # Cardinality
    /// At most 1,000 names; what comes later has none.
    pub fn clean_urls(mut self, on: bool) -> Self {
        self.options.clean_urls = on.then(|| CleanUrls::new(None));
        self
    }

    /// Names paths that no route matches by a rule of the app's own, in place of
    /// [`clean_urls`](Self::clean_urls)'s; `None` is no name. Defaults to no rule.
    ///
    /// It runs on a thread of the library's, never while a request waits. If it panics, the
    /// exchange has no name, and a warning says so.
    ///
    /// # Cardinality
    /// At most 1,000 names of up to 255 bytes; what comes later has none.
    pub fn clean_url_rule(
        mut self,
        rule: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.options.clean_urls = Some(CleanUrls::new(Some(Arc::new(rule))));
        self
    }
}
