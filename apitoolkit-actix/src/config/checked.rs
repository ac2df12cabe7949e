use std::{borrow::Cow, sync::Arc, time::Duration};

use super::{CapturePolicy, CleanUrls, Convention, ExplorerOptions, PathPatterns, TrustInbound};
use crate::redact::{Policy, Redactor};

/// Checked options with their rules compiled: what the request path and the worker use.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) service_name: Option<String>,
    pub(crate) service_version: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) debug: bool,
    pub(crate) policy: Policy,
    pub(crate) redactor: Redactor,
    pub(crate) capture_request_body: bool,
    pub(crate) capture_response_body: bool,
    pub(crate) max_body_bytes: usize,
    pub(crate) convention: Convention,
    pub(crate) span_name: Cow<'static, str>,
    pub(crate) trust_inbound: TrustInbound,
    pub(crate) virtual_host: Option<String>,
    pub(crate) application_id: Option<String>,
    /// Begins with a slash and does not end with one.
    pub(crate) context_root: Option<Arc<str>>,
    pub(crate) ignore_paths: PathPatterns,
    pub(crate) ignore_status: Vec<u16>,
    pub(crate) capture_policy: CapturePolicy,
    pub(crate) clean_urls: Option<CleanUrls>,
    pub(crate) keep: Keep,
    pub(crate) return_request_id: bool,
    #[cfg_attr(not(feature = "explorer"), expect(dead_code, reason = "read by the explorer"))]
    pub(crate) explorer: ExplorerOptions,
}

/// Which exchanges are kept although their trace is not sampled.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keep {
    pub(crate) errors: bool,
    pub(crate) slower_than: Option<Duration>,
}

impl Keep {
    pub(crate) fn is_on(self) -> bool {
        self.errors || self.slower_than.is_some()
    }

    pub(crate) fn keeps(self, is_error: bool, took: Duration) -> bool {
        (self.errors && is_error) || self.slower_than.is_some_and(|limit| took >= limit)
    }
}
