use opentelemetry_sdk::trace::SpanLimits;

use crate::env::Env;

/// The specification's `OTEL_SPAN_*_COUNT_LIMIT`, each 128 unless it is set.
pub(super) fn resolve(env: &mut Env) -> SpanLimits {
    let mut limits = SpanLimits::default();
    let each = [
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", &mut limits.max_attributes_per_span),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", &mut limits.max_events_per_span),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", &mut limits.max_links_per_span),
    ];
    for (name, limit) in each {
        let parse = |text: &str| text.parse().map_err(|_| "expected a whole number".to_owned());
        *limit = env.parse(&[name], parse).unwrap_or(*limit);
    }
    limits
}
