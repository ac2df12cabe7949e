//! What becomes of an incoming exchange, now that all of it is known.

use std::{sync::Arc, time::Duration};

use super::notice::{self, Throttle};
use crate::{
    config::Config,
    exchange::{Direction, Exchange},
};

/// Whether a finished exchange leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Export,
    /// The app wants it left out.
    Ignore,
}

/// Applies the options that depend on how an exchange went.
#[inline]
pub(super) fn decide(exchange: &mut Exchange, config: &Config, took: Duration) -> Verdict {
    if exchange.direction != Direction::Incoming {
        return Verdict::Export;
    }
    name(&mut exchange.route, Some(exchange.request.path()), config);
    let status = exchange.response.as_ref().map(|head| head.status);
    if status.is_some_and(|status| config.ignore_status.contains(&status)) {
        return Verdict::Ignore;
    }
    let is_error = exchange.has_failed() || status.is_some_and(|status| status >= 400);
    if !config.capture_policy.keeps(is_error, took) {
        exchange.request_body.forget();
        exchange.response_body.forget();
    }
    Verdict::Export
}

/// Whether an exchange that the sampler left out is kept.
pub(super) fn keeps(exchange: &Exchange, config: &Config, took: Duration) -> bool {
    config.keep.keeps(exchange.has_failed(), took)
}

/// Names what no route matched, if the app wants that, and takes the context root off.
#[inline]
pub(super) fn name(route: &mut Option<Arc<str>>, path: Option<&str>, config: &Config) {
    static PANICS: Throttle = Throttle::minute();
    if let (None, Some(path), Some(clean_urls)) = (&route, path, &config.clean_urls) {
        match clean_urls.name(path) {
            Ok(name) => *route = name,
            Err(()) => {
                if PANICS.ready() {
                    notice::warn("the app's `clean_url_rule` panicked; the exchange has no name");
                }
            }
        }
    }
    if let (Some(root), Some(full)) = (&config.context_root, &route)
        && let Some(rest) = full.strip_prefix(&**root)
        && (rest.is_empty() || rest.starts_with('/'))
    {
        *route = Some(if rest.is_empty() { "/".into() } else { rest.into() });
    }
}
