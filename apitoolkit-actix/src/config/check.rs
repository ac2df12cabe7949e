use crate::error::ConfigError;

/// Body bytes kept per body and direction unless [`max_body_bytes`] says otherwise: 64 KiB.
///
/// [`max_body_bytes`]: crate::Builder::max_body_bytes
pub(crate) const DEFAULT_MAX_BODY_BYTES: usize = 64 * 1024;
/// The most that `max_body_bytes` takes: a larger body could not leave in a span of 1 MiB.
pub(crate) const LIMIT_MAX_BODY_BYTES: usize = 512 * 1024;
/// Longest tag, span name, service name and version, in bytes.
const MAX_TEXT: usize = 255;
/// Most tags.
pub(super) const MAX_TAGS: usize = 64;

/// Checks `max_body_bytes`.
pub(crate) fn check_max_body_bytes(bytes: usize) -> Result<(), ConfigError> {
    if (1..=LIMIT_MAX_BODY_BYTES).contains(&bytes) {
        return Ok(());
    }
    Err(ConfigError::option(
        "max_body_bytes",
        bytes.to_string(),
        format!(
            "expected 1 to {LIMIT_MAX_BODY_BYTES} bytes; to capture no bodies, leave \
             capture_request_body and capture_response_body off"
        ),
    ))
}

/// Checks a text that is written into every span.
pub(crate) fn check_text(option: &'static str, value: &str) -> Result<(), ConfigError> {
    let wrong = if value.trim().is_empty() {
        "is empty".to_owned()
    } else if value.len() > MAX_TEXT {
        format!("is {} bytes long; at most {MAX_TEXT}", value.len())
    } else if let Some(at) = value.find(char::is_control) {
        format!("has a control character at byte {at}")
    } else {
        return Ok(());
    };
    Err(ConfigError::option(option, value.chars().take(MAX_TEXT).collect::<String>(), wrong))
}

/// Checks that there can be such statuses.
pub(super) fn check_statuses(option: &'static str, statuses: &[u16]) -> Result<(), ConfigError> {
    match statuses.iter().find(|status| !(100..=599).contains(*status)) {
        Some(status) => {
            let given = status.to_string();
            Err(ConfigError::option(option, given, "a status is 100 to 599".to_owned()))
        }
        None => Ok(()),
    }
}

/// Checks a context root; returns it without the slash at its end.
pub(super) fn check_context_root(root: &str) -> Result<&str, ConfigError> {
    check_text("context_root", root)?;
    if !root.starts_with('/') {
        let why = "a context root begins with a slash".to_owned();
        return Err(ConfigError::option("context_root", root.to_owned(), why));
    }
    Ok(root.trim_end_matches('/'))
}
