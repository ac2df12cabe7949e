use std::{borrow::Cow, fmt, sync::Arc};

use actix_web::{Error, ResponseError, dev::ServiceRequest};
use opentelemetry::Context;

use super::app_code;
use crate::{
    context::{Exchange, report_as, report_response_error},
    exchange::{AttributeValue, ErrorReport, Value},
    telemetry::Current,
};

/// What the app knows of requests and errors, and whether panics are listened to.
#[derive(Clone)]
pub(super) struct Hooks {
    attributes: Vec<Arc<Attributes>>,
    error_types: Vec<ReportAs>,
    pub(super) panic_locations: bool,
}

type Attributes = dyn Fn(&ServiceRequest) -> Vec<(Cow<'static, str>, Value)> + Send + Sync;
/// Reports an error that has a certain type.
type ReportAs = fn(&Error) -> Option<ErrorReport>;

/// How many attributes a hook is asked for: one more than an exchange may have, which is then said.
const MAX_ASKED: usize = 65;

impl Default for Hooks {
    fn default() -> Self {
        Self { attributes: Vec::new(), error_types: Vec::new(), panic_locations: true }
    }
}

impl Hooks {
    pub(super) fn add_attributes<F, I, K, V>(&mut self, hook: F)
    where
        F: Fn(&ServiceRequest) -> I + Send + Sync + 'static,
        I: IntoIterator<Item = (K, V)>,
        K: Into<Cow<'static, str>>,
        V: AttributeValue,
    {
        self.attributes.push(Arc::new(move |request| {
            let attributes = hook(request).into_iter().take(MAX_ASKED);
            attributes.filter_map(|(key, value)| Some((key.into(), value.into_value()?))).collect()
        }));
    }

    pub(super) fn add_error_type<T>(&mut self)
    where
        T: ResponseError + std::error::Error + 'static,
    {
        self.error_types.push(report_as::<T>);
    }

    /// Asks each hook for the attributes of a request whose exchange begins, in its context.
    pub(super) fn set_attributes(
        &self,
        request: &ServiceRequest,
        context: &Context,
        current: &Current,
    ) {
        if self.attributes.is_empty() {
            return;
        }
        let _attached = context.clone().attach();
        let exchange = Exchange::of_current(current.clone());
        for hook in &self.attributes {
            if let Some(attributes) = app_code::run("attributes", || hook(request)) {
                exchange.add("attributes", attributes);
            }
        }
    }

    /// A report of an error that the app's service gave.
    pub(super) fn report(&self, error: &Error) -> ErrorReport {
        let known = self.error_types.iter().find_map(|report_as| report_as(error));
        known.unwrap_or_else(|| report_response_error(error))
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("attributes", &self.attributes.len())
            .field("error_types", &self.error_types.len())
            .field("panic_locations", &self.panic_locations)
            .finish()
    }
}
