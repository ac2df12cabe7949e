/// How spans are named and bodies are written.
///
/// Both conventions carry every stable attribute of the OpenTelemetry semantic conventions for
/// HTTP; they differ in the span's name, in the key and encoding of bodies, and in whether the
/// attributes that only APItoolkit's servers read are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Convention {
    /// What APItoolkit and Monoscope read: spans named `monoscope.http`, bodies as base64 in
    /// `http.request.body` and `http.response.body`.
    #[default]
    ApiToolkit,
    /// What any OpenTelemetry backend reads: spans named `{method} {http.route}`, bodies as text
    /// in `http.request.body.content` and `http.response.body.content`.
    OpenTelemetry,
}

/// What is done with the trace context that a caller sends.
///
/// # Security
/// A caller can force sampling, hide from it, or crowd one trace with requests. A service that
/// faces the public should not let strangers decide that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TrustInbound {
    /// The exchange continues the caller's trace.
    #[default]
    Parent,
    /// The exchange starts a trace of its own, with a link to the caller's.
    Link,
    /// The caller's trace context is not looked at.
    Ignore,
}
