use super::{Attributes, Common, hyphenated::hyphenated, json};
use crate::{
    config::{Config, Convention},
    exchange::{Direction, OpenHeaders, RedactedExchange},
    semconv,
    telemetry::otlp::key,
};

/// Which bodies are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodies {
    Told,
    /// They take more room than there is.
    Shed,
}

/// Tells all attributes of an exchange: core attributes first, headers last, since a span keeps only
/// its first 128. `made` is what was made before of what it has in common with others.
pub(crate) fn describe(
    exchange: &RedactedExchange<'_>,
    config: &Config,
    bodies: Bodies,
    made: &mut Common<'_>,
    to: &mut impl Attributes,
) {
    to.once(made.kind.as_deref_mut(), |to| common(exchange, config, to));
    to.once(made.peer.as_deref_mut(), |to| peer(exchange, to));
    let headers = &mut exchange.headers.open();
    core(exchange, headers, to);
    if config.convention == Convention::ApiToolkit {
        apitoolkit(exchange, to);
    }
    texts(exchange, config.convention, bodies, to);
    for (key, value) in &exchange.attributes {
        to.value(key.clone(), value.clone());
    }
    headers.of_request(|name, values, made| {
        to.once(made, |to| to.texts(name.request_attribute(), values));
    });
    headers.of_response(|name, values, made| {
        to.once(made, |to| to.texts(name.response_attribute(), values));
    });
}

/// What is the same for all exchanges of one [kind](super::Standing), but for those that something
/// kept from their end, calls after the first of a row, and methods that nobody knows.
pub(super) fn common(exchange: &RedactedExchange<'_>, config: &Config, to: &mut impl Attributes) {
    to.method(key!(semconv::HTTP_REQUEST_METHOD), exchange.method.name());
    to.some(key!(semconv::HTTP_REQUEST_METHOD_ORIGINAL), exchange.method.original());
    to.some(key!(semconv::HTTP_ROUTE), exchange.route.map(|route| &**route));
    to.number_if(key!(semconv::HTTP_RESPONSE_STATUS_CODE), exchange.status);
    to.some(key!(semconv::ERROR_TYPE), exchange.error_type().as_deref());
    if let Direction::Outgoing(call) = &exchange.direction
        && call.resends > 0
    {
        to.number(key!(semconv::HTTP_REQUEST_RESEND_COUNT), call.resends.into());
    }
    to.filled(key!(semconv::URL_SCHEME), exchange.scheme);
    let server = exchange.server.as_ref();
    to.some(key!(semconv::SERVER_ADDRESS), server.map(|server| &*server.host));
    to.number_if(key!(semconv::SERVER_PORT), server.and_then(|server| server.port));
    to.some(key!(semconv::NETWORK_PROTOCOL_VERSION), exchange.protocol_version);
    to.some(key!(semconv::SERVICE_NAME), config.service_name.as_deref());
    if config.convention != Convention::ApiToolkit {
        return;
    }
    to.text(key!(semconv::APITOOLKIT_SDK_TYPE), exchange.direction.sdk_type());
    to.some(key!(semconv::NET_HOST_NAME), server.map(|server| &*server.host));
    if exchange.direction == Direction::Incoming {
        to.some(key!(semconv::APITOOLKIT_VIRTUAL_HOST), config.virtual_host.as_deref());
        to.some(key!(semconv::APITOOLKIT_APPLICATION_ID), config.application_id.as_deref());
    }
    to.some(key!(semconv::APITOOLKIT_SERVICE_VERSION), config.service_version.as_deref());
    if !config.tags.is_empty() {
        to.texts(semconv::APITOOLKIT_TAGS, &config.tags);
    }
}

/// Who asked: the same for all exchanges of one peer, unless a proxy spoke for it.
fn peer(exchange: &RedactedExchange<'_>, to: &mut impl Attributes) {
    to.some(key!(semconv::CLIENT_ADDRESS), exchange.client_address.as_deref());
    to.some(key!(semconv::NETWORK_PEER_ADDRESS), exchange.peer_address.as_deref());
}

/// What else the semantic conventions say of every HTTP span.
fn core(exchange: &RedactedExchange<'_>, headers: &mut OpenHeaders<'_>, to: &mut impl Attributes) {
    to.number_if(key!(semconv::NETWORK_PEER_PORT), exchange.peer.map(|peer| peer.port()));
    headers.first("user-agent", |agent, made| {
        to.once(made, |to| to.text(key!(semconv::USER_AGENT_ORIGINAL), agent));
    });
    to.number_if(key!(semconv::HTTP_REQUEST_BODY_SIZE), exchange.request_body.size);
    to.number_if(key!(semconv::HTTP_RESPONSE_BODY_SIZE), exchange.response_body.size);
}

/// What else APItoolkit's servers read.
fn apitoolkit(exchange: &RedactedExchange<'_>, to: &mut impl Attributes) {
    to.ascii(key!(semconv::APITOOLKIT_MSG_ID), &hyphenated(exchange.id));
    if let Direction::Outgoing(call) = &exchange.direction
        && let Some(parent) = call.parent
    {
        to.ascii(key!(semconv::APITOOLKIT_PARENT_ID), &hyphenated(parent));
    }
    if !exchange.errors.is_empty() {
        to.text(key!(semconv::APITOOLKIT_ERRORS), &json::errors(exchange));
    }
    to.text(key!(semconv::HTTP_REQUEST_QUERY_PARAMS), exchange.query_params);
    to.text(key!(semconv::HTTP_REQUEST_PATH_PARAMS), exchange.path_params);
    match &exchange.query {
        Some(query) => to.joined(key!(semconv::HTTP_TARGET), [&exchange.path, "?", query]),
        None => to.filled(key!(semconv::HTTP_TARGET), &exchange.path),
    }
}

/// What an exchange has texts of its own for.
fn texts(
    exchange: &RedactedExchange<'_>,
    convention: Convention,
    bodies: Bodies,
    to: &mut impl Attributes,
) {
    to.some(key!(semconv::URL_FULL), exchange.full_url.as_deref());
    to.filled(key!(semconv::URL_PATH), &exchange.path);
    to.some(key!(semconv::URL_QUERY), exchange.query.as_deref());
    let [request, response] = match bodies {
        Bodies::Told => exchange.bodies().map(|body| body.content.as_deref()),
        Bodies::Shed => [None; 2],
    };
    match convention {
        Convention::ApiToolkit => {
            to.some(key!(semconv::APITOOLKIT_REQUEST_ID), exchange.request_id.as_deref());
            if let Some(body) = request {
                to.base64(key!(semconv::HTTP_REQUEST_BODY), body);
            }
            if let Some(body) = response {
                to.base64(key!(semconv::HTTP_RESPONSE_BODY), body);
            }
        }
        Convention::OpenTelemetry => {
            let body = request.map(String::from_utf8_lossy);
            to.some(key!(semconv::HTTP_REQUEST_BODY_CONTENT), body.as_deref());
            let body = response.map(String::from_utf8_lossy);
            to.some(key!(semconv::HTTP_RESPONSE_BODY_CONTENT), body.as_deref());
        }
    }
}
