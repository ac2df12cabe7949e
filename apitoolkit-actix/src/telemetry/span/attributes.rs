use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use uuid::Uuid;

use super::{json, to_value};
use crate::{
    config::{Config, Convention},
    exchange::{self, Direction, RedactedBody, RedactedExchange},
    semconv,
};

/// A span's attributes in the making.
pub(super) struct Attributes(Vec<KeyValue>);

impl Default for Attributes {
    fn default() -> Self {
        Self(Vec::with_capacity(48))
    }
}

impl Attributes {
    pub(super) fn into_vec(self) -> Vec<KeyValue> {
        self.0
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
        self.some(
            semconv::HTTP_REQUEST_METHOD_ORIGINAL,
            exchange.method.original().map(str::to_owned),
        );
        self.some(semconv::HTTP_ROUTE, exchange.route.clone());
        self.number(semconv::HTTP_RESPONSE_STATUS_CODE, exchange.status);
        self.some(semconv::ERROR_TYPE, exchange.error_type());
        if let Direction::Outgoing(call) = &exchange.direction {
            self.some(semconv::URL_FULL, exchange.full_url.clone());
            if call.resends > 0 {
                self.number(semconv::HTTP_REQUEST_RESEND_COUNT, Some(call.resends));
            }
        }
        self.filled(semconv::URL_SCHEME, exchange.scheme.clone());
        self.filled(semconv::URL_PATH, exchange.path.clone());
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
    pub(super) fn apitoolkit(&mut self, exchange: &RedactedExchange, config: &Config) {
        self.text(semconv::APITOOLKIT_SDK_TYPE, exchange.direction.sdk_type());
        self.text(semconv::APITOOLKIT_MSG_ID, Uuid::from_u128(exchange.id).to_string());
        if let Direction::Outgoing(call) = &exchange.direction {
            let parent = call.parent.map(|id| Uuid::from_u128(id).to_string());
            self.some(semconv::APITOOLKIT_PARENT_ID, parent);
        }
        self.some(semconv::APITOOLKIT_REQUEST_ID, exchange.request_id.clone());
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
        self.text(semconv::HTTP_REQUEST_QUERY_PARAMS, json::params(&exchange.query_params));
        self.text(semconv::HTTP_REQUEST_PATH_PARAMS, json::params(&exchange.path_params));
        let query = exchange.query.as_deref();
        let target = query.map(|query| format!("{}?{query}", exchange.path));
        self.filled(semconv::HTTP_TARGET, target.unwrap_or_else(|| exchange.path.clone()));
        self.some(semconv::NET_HOST_NAME, exchange.server.as_ref().map(|s| s.host.clone()));
    }

    pub(super) fn bodies(&mut self, exchange: &RedactedExchange, convention: Convention) {
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

    /// What the app says of the exchange.
    pub(super) fn custom(&mut self, attributes: &[(Cow<'static, str>, exchange::Value)]) {
        let attributes = attributes.iter().cloned();
        self.0.extend(attributes.map(|(key, value)| KeyValue::new(key, to_value(value))));
    }

    pub(super) fn headers(&mut self, prefix: &'static str, headers: &[(String, Vec<String>)]) {
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
