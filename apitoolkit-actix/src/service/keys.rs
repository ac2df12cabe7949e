//! Attribute keys of service spans.

/// The function, with its path: a key of the semantic conventions.
pub(super) const CODE_FUNCTION_NAME: &str = "code.function.name";
/// The service.
pub(super) const SERVICE: &str = "apitoolkit.service";
/// What of the service ran.
pub(super) const METHOD: &str = "apitoolkit.service.method";
