use std::{fmt, sync::Arc};

use actix_web::dev::ServiceRequest;

use super::app_code;
use crate::config::PathPatterns;

/// The app's word on requests that are not recorded.
#[derive(Clone, Default)]
pub(super) struct Ignore(Option<Arc<Decide>>);

type Decide = dyn Fn(&ServiceRequest) -> bool + Send + Sync;

impl Ignore {
    pub(super) fn by(decide: impl Fn(&ServiceRequest) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(decide)))
    }

    /// Whether a request is not recorded: by its path, or by the app's word.
    #[inline]
    pub(super) fn matches(&self, paths: &PathPatterns, request: &ServiceRequest) -> bool {
        let says_so =
            |decide: &Arc<Decide>| app_code::run("ignore", || decide(request)).unwrap_or(false);
        (!paths.is_empty() && paths.matches(request.path())) || self.0.as_ref().is_some_and(says_so)
    }
}

impl fmt::Debug for Ignore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ignore").finish_non_exhaustive()
    }
}
