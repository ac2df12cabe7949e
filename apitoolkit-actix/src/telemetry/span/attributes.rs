use std::{borrow::Cow, mem, sync::Arc};

use base64_simd::STANDARD;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use uuid::Uuid;

use super::{json, to_value};
use crate::{
    config::{Config, Convention},
    exchange::{self, Direction, RedactedBody, RedactedExchange, RedactedHeader},
    redact::HeaderName,
    semconv,
};

/// So many an exchange has as a rule.
const USUAL: usize = 32;

/// A span's attributes in the making.
#[derive(Debug, Default)]
pub(crate) struct Attributes(Vec<KeyValue>);

impl Attributes {
    /// None yet, in the memory of others.
    pub(super) fn in_memory(mut others: Vec<KeyValue>) -> Self {
        others.clear();
        Self(others)
    }

    /// Takes all of them out.
    pub(super) fn take(&mut self) -> Vec<KeyValue> {
        mem::take(&mut self.0)
    }

    /// Makes room, unless there is some from those before.
    fn reserve(&mut self) {
        if self.0.capacity() == 0 {
            self.0.reserve(USUAL);
        }
    }

    pub(super) fn text(&mut self, key: &'static str, value: impl Into<StringValue>) {
        self.0.push(KeyValue::new(key, Value::String(value.into())));
    }

    fn some(&mut self, key: &'static str, value: Option<impl Into<StringValue>>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    /// A text, unless it is empty: a call whose URL is none has no part of one.
    fn filled(&mut self, key: &'static str, value: impl Into<StringValue>) {
        let value = value.into();
        if !value.as_str().is_empty() {
            self.text(key, value);
        }
    }

    fn number(&mut self, key: &'static str, value: Option<impl TryInto<i64>>) {
        if let Some(value) = value.and_then(|value| value.try_into().ok()) {
            self.0.push(KeyValue::new(key, value));
        }
    }

    /// What the semantic conventions say of every HTTP span.
    pub(super) fn core(&mut self, exchange: &RedactedExchange) {
        self.reserve();
        self.0.push(KeyValue::new(semconv::HTTP_REQUEST_METHOD, exchange.method.name()));
        self.some(
            semconv::HTTP_REQUEST_METHOD_ORIGINAL,
            exchange.method.original().map(str::to_owned),
        );
        self.some(semconv::HTTP_ROUTE, exchange.route.clone());
        self.number(semconv::HTTP_RESPONSE_STATUS_CODE, exchange.status);
        self.some(semconv::ERROR_TYPE, exchange.error_type());
        if let Direction::Outgoing(call) = &exchange.direction
            && call.resends > 0
        {
            self.number(semconv::HTTP_REQUEST_RESEND_COUNT, Some(call.resends));
        }
        self.filled(semconv::URL_SCHEME, exchange.scheme.clone());
        self.some(semconv::SERVER_ADDRESS, exchange.server.as_ref().map(|s| Arc::clone(&s.host)));
        self.number(semconv::SERVER_PORT, exchange.server.as_ref().and_then(|s| s.port));
        self.some(semconv::CLIENT_ADDRESS, exchange.client_address.clone());
        self.some(semconv::NETWORK_PEER_ADDRESS, exchange.peer_address.clone());
        self.number(semconv::NETWORK_PEER_PORT, exchange.peer.map(|p| p.port()));
        self.some(semconv::NETWORK_PROTOCOL_VERSION, exchange.protocol_version);
        self.some(semconv::USER_AGENT_ORIGINAL, exchange.user_agent.clone());
        self.number(semconv::HTTP_REQUEST_BODY_SIZE, exchange.request_body.size);
        self.number(semconv::HTTP_RESPONSE_BODY_SIZE, exchange.response_body.size);
    }

    /// What APItoolkit's servers read besides.
    pub(super) fn apitoolkit(&mut self, exchange: &mut RedactedExchange, config: &Config) {
        self.text(semconv::APITOOLKIT_SDK_TYPE, exchange.direction.sdk_type());
        self.text(semconv::APITOOLKIT_MSG_ID, uuid(exchange.id));
        if let Direction::Outgoing(call) = &exchange.direction {
            self.some(semconv::APITOOLKIT_PARENT_ID, call.parent.map(uuid));
        }
        if exchange.direction == Direction::Incoming {
            self.some(semconv::APITOOLKIT_VIRTUAL_HOST, config.virtual_host.clone());
            self.some(semconv::APITOOLKIT_APPLICATION_ID, config.application_id.clone());
        }
        self.some(semconv::APITOOLKIT_SERVICE_VERSION, config.service_version.clone());
        if !config.tags.is_empty() {
            let tags = config.tags.iter().cloned().map(StringValue::from).collect();
            self.0.push(KeyValue::new(semconv::APITOOLKIT_TAGS, Value::Array(Array::String(tags))));
        }
        if !exchange.errors.is_empty() {
            self.text(semconv::APITOOLKIT_ERRORS, json::errors(exchange));
        }
        self.text(semconv::HTTP_REQUEST_QUERY_PARAMS, mem::take(&mut exchange.query_params));
        self.text(semconv::HTTP_REQUEST_PATH_PARAMS, mem::take(&mut exchange.path_params));
        self.filled(semconv::HTTP_TARGET, target(exchange));
        self.some(semconv::NET_HOST_NAME, exchange.server.as_ref().map(|s| Arc::clone(&s.host)));
    }

    /// What an exchange has texts of its own for.
    pub(super) fn texts(&mut self, exchange: &mut RedactedExchange, convention: Convention) {
        self.some(semconv::URL_FULL, exchange.full_url.take());
        self.filled(semconv::URL_PATH, mem::take(&mut exchange.path));
        self.some(semconv::URL_QUERY, exchange.query.take());
        let (request, response) = match convention {
            Convention::ApiToolkit => {
                self.some(semconv::APITOOLKIT_REQUEST_ID, exchange.request_id.take());
                (semconv::HTTP_REQUEST_BODY, semconv::HTTP_RESPONSE_BODY)
            }
            Convention::OpenTelemetry => {
                (semconv::HTTP_REQUEST_BODY_CONTENT, semconv::HTTP_RESPONSE_BODY_CONTENT)
            }
        };
        self.some(request, body_text(&mut exchange.request_body, convention));
        self.some(response, body_text(&mut exchange.response_body, convention));
    }

    /// What the app says of the exchange.
    pub(super) fn custom(&mut self, attributes: Vec<(Cow<'static, str>, exchange::Value)>) {
        let attributes = attributes.into_iter();
        self.0.extend(attributes.map(|(key, value)| KeyValue::new(key, to_value(value))));
    }

    /// Headers, each as the attribute that `key` names.
    pub(super) fn headers(
        &mut self,
        headers: Vec<RedactedHeader>,
        key: impl Fn(&HeaderName) -> &Arc<str>,
    ) {
        for RedactedHeader { name, value, more } in headers {
            let mut values = Vec::with_capacity(1 + more.len());
            values.push(StringValue::from(value));
            values.extend(more.into_iter().map(StringValue::from));
            let key = Arc::clone(key(&name));
            self.0.push(KeyValue::new(key, Value::Array(Array::String(values))));
        }
    }
}

fn uuid(id: u128) -> String {
    Uuid::from_u128(id).hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned()
}

/// Path and query.
fn target(exchange: &RedactedExchange) -> String {
    match &exchange.query {
        Some(query) => [&exchange.path, "?", query].concat(),
        None => exchange.path.clone(),
    }
}

fn body_text(body: &mut RedactedBody, convention: Convention) -> Option<String> {
    let content = body.content.take()?;
    Some(match convention {
        Convention::ApiToolkit => STANDARD.encode_to_string(content),
        Convention::OpenTelemetry => String::from_utf8(content)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    })
}
