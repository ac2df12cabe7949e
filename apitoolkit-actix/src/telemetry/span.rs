//! Spans of exchanges: how they start, and what is written into them at the end.

use std::{borrow::Cow, collections::HashMap, time::SystemTime};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry::{
    Array, Context, KeyValue, StringValue, Value,
    trace::{SpanBuilder, SpanKind, Status, TraceContextExt as _, Tracer as _},
};
use serde::Serialize;
use uuid::Uuid;

use super::Source;
use crate::{
    config::{Config, Convention, TrustInbound},
    exchange::{Method, RedactedBody, RedactedExchange},
    semconv,
};

/// Starts the span of an incoming exchange and returns the context that holds it, made of the
/// caller's or, if that is not trusted, of `base`.
///
/// Only the method is set at once, for samplers: a span's attributes can be added to and not
/// replaced, and the path cannot be redacted before it is routed.
pub(crate) fn start(
    source: &Source,
    config: &Config,
    base: &Context,
    inbound: Context,
    method: &Method,
    at: SystemTime,
) -> Context {
    let name = match config.convention {
        Convention::ApiToolkit => config.span_name.clone(),
        Convention::OpenTelemetry => Cow::Borrowed(method.span_name()),
    };
    let mut builder = SpanBuilder::from_name(name)
        .with_kind(SpanKind::Server)
        .with_start_time(at)
        .with_attributes([KeyValue::new(semconv::HTTP_REQUEST_METHOD, method.name())]);
    let caller = inbound.span().span_context().clone();
    let parent = match config.trust_inbound {
        TrustInbound::Parent => inbound,
        TrustInbound::Link if caller.is_valid() => {
            builder.links = Some(vec![opentelemetry::trace::Link::with_context(caller)]);
            base.clone()
        }
        TrustInbound::Link | TrustInbound::Ignore => base.clone(),
    };
    let span = source.tracer.build_with_context(builder, &parent);
    parent.with_span(span)
}

/// Writes a redacted exchange into its span: core attributes first, headers last, since a span
/// keeps only its first 128.
pub(crate) fn complete(context: &Context, exchange: &RedactedExchange, config: &Config) {
    let span = context.span();
    if config.convention == Convention::OpenTelemetry
        && let Some(route) = &exchange.route
    {
        span.update_name(format!("{} {route}", exchange.method.span_name()));
    }
    let mut attributes = Attributes(Vec::with_capacity(48));
    attributes.core(exchange);
    if config.convention == Convention::ApiToolkit {
        attributes.apitoolkit(exchange, config);
    }
    if let Some(name) = &config.service_name {
        attributes.text(semconv::SERVICE_NAME, name.clone());
    }
    attributes.bodies(exchange, config.convention);
    attributes.headers(semconv::REQUEST_HEADER, &exchange.request_headers);
    attributes.headers(semconv::RESPONSE_HEADER, &exchange.response_headers);
    span.set_attributes(attributes.0);
    for error in &exchange.errors {
        let mut event = vec![
            KeyValue::new(semconv::EXCEPTION_TYPE, error.error_type),
            KeyValue::new(semconv::EXCEPTION_MESSAGE, error.message.clone()),
        ];
        event.extend(
            error
                .stack_trace
                .as_ref()
                .map(|trace| KeyValue::new(semconv::EXCEPTION_STACKTRACE, trace.clone())),
        );
        span.add_event_with_timestamp(semconv::EXCEPTION, error.when, event);
    }
    if exchange.is_failed() {
        let description = exchange.errors.first().map(|error| error.message.clone());
        span.set_status(Status::error(description.unwrap_or_default()));
    }
}

/// A span's attributes in the making.
struct Attributes(Vec<KeyValue>);

impl Attributes {
    fn text(&mut self, key: &'static str, value: impl Into<StringValue>) {
        self.0.push(KeyValue::new(key, Value::String(value.into())));
    }

    fn some(&mut self, key: &'static str, value: Option<impl Into<StringValue>>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn number(&mut self, key: &'static str, value: Option<impl TryInto<i64>>) {
        if let Some(value) = value.and_then(|value| value.try_into().ok()) {
            self.0.push(KeyValue::new(key, value));
        }
    }

    /// What the semantic conventions say of every HTTP server span.
    fn core(&mut self, exchange: &RedactedExchange) {
        self.some(
            semconv::HTTP_REQUEST_METHOD_ORIGINAL,
            exchange.method.original().map(str::to_owned),
        );
        self.some(semconv::HTTP_ROUTE, exchange.route.clone());
        self.number(semconv::HTTP_RESPONSE_STATUS_CODE, exchange.status);
        self.some(semconv::ERROR_TYPE, exchange.error_type());
        self.text(semconv::URL_SCHEME, exchange.scheme);
        self.text(semconv::URL_PATH, exchange.path.clone());
        self.some(semconv::URL_QUERY, exchange.query.clone());
        self.some(semconv::SERVER_ADDRESS, exchange.server.as_ref().map(|s| s.host.clone()));
        self.number(semconv::SERVER_PORT, exchange.server.as_ref().and_then(|s| s.port));
        self.some(semconv::CLIENT_ADDRESS, exchange.client_address.clone());
        self.some(semconv::NETWORK_PEER_ADDRESS, exchange.peer.map(|p| p.ip().to_string()));
        self.number(semconv::NETWORK_PEER_PORT, exchange.peer.map(|p| p.port()));
        self.some(semconv::NETWORK_PROTOCOL_VERSION, exchange.protocol_version);
        self.some(semconv::USER_AGENT_ORIGINAL, exchange.user_agent.clone());
        self.number(semconv::HTTP_REQUEST_BODY_SIZE, exchange.request_body.size);
        self.number(semconv::HTTP_RESPONSE_BODY_SIZE, exchange.response_body.size);
    }

    /// What APItoolkit's servers read besides.
    fn apitoolkit(&mut self, exchange: &RedactedExchange, config: &Config) {
        self.text(semconv::APITOOLKIT_SDK_TYPE, semconv::SDK_TYPE_INCOMING);
        self.text(semconv::APITOOLKIT_MSG_ID, Uuid::from_u128(exchange.id).to_string());
        self.some(semconv::APITOOLKIT_SERVICE_VERSION, config.service_version.clone());
        if !config.tags.is_empty() {
            let tags = config.tags.iter().cloned().map(StringValue::from).collect();
            self.0.push(KeyValue::new(semconv::APITOOLKIT_TAGS, Value::Array(Array::String(tags))));
        }
        if !exchange.errors.is_empty() {
            self.text(semconv::APITOOLKIT_ERRORS, errors_json(exchange));
        }
        self.text(semconv::HTTP_REQUEST_QUERY_PARAMS, params_json(&exchange.query_params));
        self.text(semconv::HTTP_REQUEST_PATH_PARAMS, params_json(&exchange.path_params));
        let query = exchange.query.as_deref();
        let target = query.map(|query| format!("{}?{query}", exchange.path));
        self.text(semconv::HTTP_TARGET, target.unwrap_or_else(|| exchange.path.clone()));
        self.some(semconv::NET_HOST_NAME, exchange.server.as_ref().map(|s| s.host.clone()));
    }

    fn bodies(&mut self, exchange: &RedactedExchange, convention: Convention) {
        let (request, response) = match convention {
            Convention::ApiToolkit => (semconv::HTTP_REQUEST_BODY, semconv::HTTP_RESPONSE_BODY),
            Convention::OpenTelemetry => {
                (semconv::HTTP_REQUEST_BODY_CONTENT, semconv::HTTP_RESPONSE_BODY_CONTENT)
            }
        };
        for (key, body) in [(request, &exchange.request_body), (response, &exchange.response_body)]
        {
            self.some(key, body_text(body, convention));
        }
    }

    fn headers(&mut self, prefix: &'static str, headers: &[(String, Vec<String>)]) {
        for (name, values) in headers {
            let values = values.iter().cloned().map(StringValue::from).collect();
            self.0.push(KeyValue::new(
                format!("{prefix}{name}"),
                Value::Array(Array::String(values)),
            ));
        }
    }
}

fn body_text(body: &RedactedBody, convention: Convention) -> Option<String> {
    let content = body.content.as_deref()?;
    Some(match convention {
        Convention::ApiToolkit => STANDARD.encode(content),
        Convention::OpenTelemetry => String::from_utf8_lossy(content).into_owned(),
    })
}

/// A JSON object in the order of first appearance; a repeated key holds an array.
fn params_json(params: &[(String, String)]) -> String {
    let mut places = HashMap::with_capacity(params.len());
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::with_capacity(params.len());
    for (name, value) in params {
        let place = *places.entry(name.as_str()).or_insert(grouped.len());
        match grouped.get_mut(place) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    let members: Vec<_> = grouped
        .iter()
        .map(|(name, values)| match values.as_slice() {
            [value] => format!("{}:{}", json(name), json(value)),
            values => format!("{}:{}", json(name), json(values)),
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Texts and lists of texts always have a JSON form.
fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// `apitoolkit.errors`: what the contract lists, for each error in order.
fn errors_json(exchange: &RedactedExchange) -> String {
    let errors: Vec<_> = exchange
        .errors
        .iter()
        .map(|error| {
            serde_json::json!({
                "when": humantime::format_rfc3339_nanos(error.when).to_string(),
                "error_type": error.error_type,
                "message": error.message,
                "root_error_type": error.root_error_type,
                "root_error_message": error.root_error_message,
                "stack_trace": error.stack_trace.as_deref().unwrap_or_default(),
            })
        })
        .collect();
    serde_json::Value::Array(errors).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_their_order_and_repeats_become_arrays() {
        let pairs = [("b", "1"), ("a", "\"x\""), ("b", "2")];
        let pairs: Vec<_> = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(params_json(&pairs), r#"{"b":["1","2"],"a":"\"x\""}"#);
        assert_eq!(params_json(&[]), "{}");
    }
}
