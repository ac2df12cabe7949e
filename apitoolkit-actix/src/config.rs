//! The options of a toolkit as plain data, and what they compile to.

use std::borrow::Cow;

use crate::{
    error::ConfigError,
    redact::{Policy, Redactor},
    semconv,
};

/// Body bytes kept per body and direction unless [`max_body_bytes`] says otherwise: 64 KiB.
///
/// [`max_body_bytes`]: crate::Builder::max_body_bytes
pub(crate) const DEFAULT_MAX_BODY_BYTES: usize = 64 * 1024;
/// The most that `max_body_bytes` takes: a larger body could not leave in a span of 1 MiB.
pub(crate) const LIMIT_MAX_BODY_BYTES: usize = 512 * 1024;
/// Longest tag, span name, service name and version, in bytes.
const MAX_TEXT: usize = 255;
/// Most tags.
const MAX_TAGS: usize = 64;

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

/// Everything the user chose, as given.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) service_name: Option<String>,
    pub(crate) service_version: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) debug: bool,
    pub(crate) policy: Policy,
    pub(crate) capture_request_body: bool,
    pub(crate) capture_response_body: bool,
    pub(crate) max_body_bytes: usize,
    pub(crate) convention: Convention,
    pub(crate) span_name: Option<String>,
    pub(crate) trust_inbound: TrustInbound,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            service_name: None,
            service_version: None,
            tags: Vec::new(),
            debug: false,
            policy: Policy::default(),
            capture_request_body: false,
            capture_response_body: false,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            convention: Convention::default(),
            span_name: None,
            trust_inbound: TrustInbound::default(),
        }
    }
}

/// Checked options with their rules compiled: what the request path and the worker use.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) service_name: Option<String>,
    pub(crate) service_version: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) debug: bool,
    pub(crate) redactor: Redactor,
    pub(crate) capture_request_body: bool,
    pub(crate) capture_response_body: bool,
    pub(crate) max_body_bytes: usize,
    pub(crate) convention: Convention,
    pub(crate) span_name: Cow<'static, str>,
    pub(crate) trust_inbound: TrustInbound,
}

impl Options {
    pub(crate) fn compile(self) -> Result<Config, ConfigError> {
        for (option, value) in [
            ("service_name", &self.service_name),
            ("service_version", &self.service_version),
            ("span_name", &self.span_name),
        ] {
            if let Some(value) = value {
                check_text(option, value)?;
            }
        }
        if self.tags.len() > MAX_TAGS {
            let given = format!("{} tags", self.tags.len());
            return Err(ConfigError::option("tags", given, format!("at most {MAX_TAGS}")));
        }
        for tag in &self.tags {
            check_text("tags", tag)?;
        }
        if !(1..=LIMIT_MAX_BODY_BYTES).contains(&self.max_body_bytes) {
            return Err(ConfigError::option(
                "max_body_bytes",
                self.max_body_bytes.to_string(),
                format!(
                    "expected 1 to {LIMIT_MAX_BODY_BYTES} bytes; to capture no bodies, leave \
                     capture_request_body and capture_response_body off"
                ),
            ));
        }
        Ok(Config {
            redactor: Redactor::compile(&self.policy)?,
            service_name: self.service_name,
            service_version: self.service_version,
            tags: self.tags,
            debug: self.debug,
            capture_request_body: self.capture_request_body,
            capture_response_body: self.capture_response_body,
            max_body_bytes: self.max_body_bytes,
            convention: self.convention,
            span_name: self.span_name.map_or(Cow::Borrowed(semconv::SPAN_NAME), Cow::Owned),
            trust_inbound: self.trust_inbound,
        })
    }
}

fn check_text(option: &'static str, value: &str) -> Result<(), ConfigError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_capture_no_bodies() {
        let config = Options::default().compile().unwrap();
        assert!(!config.capture_request_body && !config.capture_response_body);
        assert_eq!(config.max_body_bytes, 65_536);
        assert_eq!(config.span_name, "monoscope.http");
    }

    #[test]
    fn mistakes_name_the_option_and_the_value() {
        let wrong = |change: fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            options.compile().unwrap_err().to_string()
        };
        assert!(wrong(|o| o.max_body_bytes = 0).starts_with("max_body_bytes = \"0\""));
        assert!(wrong(|o| o.max_body_bytes = usize::MAX).contains("524288"));
        assert!(wrong(|o| o.span_name = Some("  ".into())).starts_with("span_name"));
        assert!(wrong(|o| o.tags = vec!["a\nb".into()]).contains("byte 1"));
        assert!(wrong(|o| o.tags = vec![String::from("a"); 65]).contains("at most 64"));
        assert!(wrong(|o| o.service_name = Some("x".repeat(256))).contains("256 bytes"));
        assert!(
            wrong(|o| o.policy.request_body = vec!["$.ok".into(), "$.a[".into()])
                .starts_with("redact_request_body[1] = \"$.a[\"")
        );
    }
}
