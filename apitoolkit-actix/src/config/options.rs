use std::{borrow::Cow, sync::Arc};

use super::{
    CapturePolicy, CleanUrls, Config, Convention, DEFAULT_MAX_BODY_BYTES, ExplorerOptions, Keep,
    PathPatterns, TrustInbound,
    check::{MAX_TAGS, check_context_root, check_statuses},
    check_max_body_bytes, check_text,
};
use crate::{
    error::ConfigError,
    redact::{Policy, Redactor},
    semconv,
};

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
    pub(crate) virtual_host: Option<String>,
    pub(crate) application_id: Option<String>,
    pub(crate) context_root: Option<String>,
    pub(crate) ignore_paths: Vec<String>,
    pub(crate) ignore_status: Vec<u16>,
    pub(crate) capture_policy: CapturePolicy,
    pub(crate) clean_urls: Option<CleanUrls>,
    pub(crate) keep: Keep,
    pub(crate) return_request_id: bool,
    pub(crate) explorer: ExplorerOptions,
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
            virtual_host: None,
            application_id: None,
            context_root: None,
            ignore_paths: Vec::new(),
            ignore_status: Vec::new(),
            capture_policy: CapturePolicy::default(),
            clean_urls: None,
            keep: Keep::default(),
            return_request_id: false,
            explorer: ExplorerOptions::default(),
        }
    }
}

impl Options {
    pub(crate) fn compile(self) -> Result<Config, ConfigError> {
        for (option, value) in [
            ("service_name", &self.service_name),
            ("service_version", &self.service_version),
            ("span_name", &self.span_name),
            ("virtual_host", &self.virtual_host),
            ("application_id", &self.application_id),
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
        check_max_body_bytes(self.max_body_bytes)?;
        check_statuses("ignore_status", &self.ignore_status)?;
        self.capture_policy.check()?;
        self.explorer.check()?;
        let context_root = self.context_root.as_deref().map(check_context_root).transpose()?;
        Ok(Config {
            ignore_paths: PathPatterns::compile("ignore_paths", &self.ignore_paths)?,
            redactor: Redactor::compile(&self.policy)?,
            policy: self.policy,
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
            virtual_host: self.virtual_host,
            application_id: self.application_id,
            context_root: context_root.map(Arc::from),
            ignore_status: self.ignore_status,
            capture_policy: self.capture_policy,
            clean_urls: self.clean_urls,
            keep: self.keep,
            return_request_id: self.return_request_id,
            explorer: self.explorer,
        })
    }
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
        assert!(wrong(|o| o.context_root = Some("app".into())).contains("begins with a slash"));
        assert!(wrong(|o| o.ignore_status = vec![404, 99]).starts_with("ignore_status = \"99\""));
        assert!(wrong(|o| o.capture_policy = CapturePolicy::Ratio(f64::NAN)).contains("NaN"));
        assert!(wrong(|o| o.ignore_paths = vec!["x".into()]).starts_with("ignore_paths = \"x\""));
        assert!(wrong(|o| o.service_name = Some("x".repeat(256))).contains("256 bytes"));
        assert!(
            wrong(|o| o.policy.request_body = vec!["$.ok".into(), "$.a[".into()])
                .starts_with("redact_request_body[1] = \"$.a[\"")
        );
    }
}
