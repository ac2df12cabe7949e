use super::Builder;
use crate::config::{Convention, TrustInbound};

/// What the spans are called and say of the app.
impl Builder {
    /// Names this app on each of its spans (`service.name`), where several apps share one
    /// process's telemetry. Defaults to nothing: the resource's `service.name`, which
    /// [`Telemetry`](crate::Telemetry) sets, holds for every span.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.options.service_name = Some(name.into());
        self
    }

    /// The version of the app, `apitoolkit.service_version` on each span. Defaults to none.
    pub fn service_version(mut self, version: impl Into<String>) -> Self {
        self.options.service_version = Some(version.into());
        self
    }

    /// Adds tags, `apitoolkit.tags` on each span (string[]). Defaults to none; at most 64 of 255
    /// bytes each.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.options.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Prints a line for each exchange on standard error, redacted as it is exported, with the
    /// reason where a body is withheld or given up, or the exchange left out or lost. Defaults to
    /// false.
    pub fn debug(mut self, debug: bool) -> Self {
        self.options.debug = debug;
        self
    }

    /// How spans are named and bodies are written. Defaults to [`Convention::ApiToolkit`].
    pub fn convention(mut self, convention: Convention) -> Self {
        self.options.convention = convention;
        self
    }

    /// The name of every exchange's span under [`Convention::ApiToolkit`]. Defaults to
    /// `monoscope.http`; older servers know `apitoolkit-http-span`. Servers show bodies for these
    /// two names alone.
    pub fn span_name(mut self, name: impl Into<String>) -> Self {
        self.options.span_name = Some(name.into());
        self
    }

    /// What is done with a caller's trace context. Defaults to [`TrustInbound::Parent`].
    pub fn trust_inbound(mut self, trust: TrustInbound) -> Self {
        self.options.trust_inbound = trust;
        self
    }

    /// The virtual host that the app is reached by, `apitoolkit.virtual_host` on each exchange.
    /// Defaults to none; at most 255 bytes.
    pub fn virtual_host(mut self, host: impl Into<String>) -> Self {
        self.options.virtual_host = Some(host.into());
        self
    }

    /// What names the app where several are served together, `apitoolkit.application_id` on each
    /// exchange. Defaults to none; at most 255 bytes.
    pub fn application_id(mut self, id: impl Into<String>) -> Self {
        self.options.application_id = Some(id.into());
        self
    }

    /// The path below which the app is served: it is taken off the front of routes, so that an
    /// app's exchanges have the same names wherever it is mounted. Paths stay as they are. Defaults
    /// to none.
    pub fn context_root(mut self, root: impl Into<String>) -> Self {
        self.options.context_root = Some(root.into());
        self
    }

    /// Whether each response has the request's id in a header, `x-request-id`, also that to a
    /// request that is not recorded. Defaults to false: responses are the app's alone.
    ///
    /// The id is the caller's, if [`trust_inbound`](Self::trust_inbound) is
    /// [`TrustInbound::Parent`] and it sent one, else one of our own. Handlers have it from
    /// [`request_id`](crate::request_id); on exchanges it is `apitoolkit.request_id`.
    pub fn return_request_id(mut self, on: bool) -> Self {
        self.options.return_request_id = on;
        self
    }
}
