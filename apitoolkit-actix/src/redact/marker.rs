//! What stands in the place of a secret.

/// The marker of a redacted value.
pub(crate) const MARKER: &str = "[CLIENT_REDACTED]";

/// The marker inside URLs, as the OpenTelemetry conventions for `url.full` and `url.query` have it.
pub(crate) const URL_MARKER: &str = "REDACTED";

/// [`MARKER`] as a form encodes it, so that a redacted form still parses to the marker.
pub(crate) const FORM_MARKER: &str = "%5BCLIENT_REDACTED%5D";
