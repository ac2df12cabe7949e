use std::{borrow::Cow, time::SystemTime};

use opentelemetry::{KeyValue, trace::Status};

use crate::semconv;

/// What is said of a span at its very end, and by nobody before.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) name: Option<Cow<'static, str>>,
    /// Of an exchange: its method first.
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) events: Vec<(&'static str, SystemTime, Vec<KeyValue>)>,
    pub(crate) status: Status,
}

impl Said {
    /// Nothing but the method, if the span is that of an exchange.
    pub(super) fn of_method(method: Option<&'static str>) -> Self {
        let method = method.map(|method| KeyValue::new(semconv::HTTP_REQUEST_METHOD, method));
        Self { attributes: method.into_iter().collect(), ..Self::default() }
    }
}
