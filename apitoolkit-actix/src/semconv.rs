//! Every attribute key, metric name and instrumentation scope the library emits, once.
//!
//! Keys of the OpenTelemetry semantic conventions (1.44) keep the conventions' spelling; the
//! others are those that APItoolkit's and Monoscope's servers read. The table of what each holds
//! is in `docs/wire-format.md`.

/// Prefix of redacted request headers: `http.request.header.<lower-case name>`.
pub(crate) const REQUEST_HEADER: &str = "http.request.header.";
/// Prefix of redacted response headers: `http.response.header.<lower-case name>`.
pub(crate) const RESPONSE_HEADER: &str = "http.response.header.";

macro_rules! keys {
    ($($name:ident = $key:literal;)*) => { $(pub(crate) const $name: &str = $key;)* };
}

keys! {
    // The exchange, by the semantic conventions.
    CLIENT_ADDRESS = "client.address";
    ERROR_TYPE = "error.type";
    HTTP_REQUEST_BODY_SIZE = "http.request.body.size";
    HTTP_REQUEST_METHOD = "http.request.method";
    HTTP_REQUEST_METHOD_ORIGINAL = "http.request.method_original";
    HTTP_RESPONSE_BODY_SIZE = "http.response.body.size";
    HTTP_RESPONSE_STATUS_CODE = "http.response.status_code";
    HTTP_ROUTE = "http.route";
    NETWORK_PEER_ADDRESS = "network.peer.address";
    NETWORK_PEER_PORT = "network.peer.port";
    NETWORK_PROTOCOL_VERSION = "network.protocol.version";
    SERVER_ADDRESS = "server.address";
    SERVER_PORT = "server.port";
    URL_PATH = "url.path";
    URL_QUERY = "url.query";
    URL_SCHEME = "url.scheme";
    USER_AGENT_ORIGINAL = "user_agent.original";

    // Bodies: one key pair for each convention.
    HTTP_REQUEST_BODY = "http.request.body";
    HTTP_RESPONSE_BODY = "http.response.body";
    HTTP_REQUEST_BODY_CONTENT = "http.request.body.content";
    HTTP_RESPONSE_BODY_CONTENT = "http.response.body.content";

    // What APItoolkit's servers read besides.
    APITOOLKIT_ERRORS = "apitoolkit.errors";
    APITOOLKIT_MSG_ID = "apitoolkit.msg_id";
    APITOOLKIT_SDK_TYPE = "apitoolkit.sdk_type";
    APITOOLKIT_SERVICE_VERSION = "apitoolkit.service_version";
    APITOOLKIT_TAGS = "apitoolkit.tags";
    HTTP_REQUEST_PATH_PARAMS = "http.request.path_params";
    HTTP_REQUEST_QUERY_PARAMS = "http.request.query_params";
    HTTP_TARGET = "http.target";
    NET_HOST_NAME = "net.host.name";

    // Custom services.
    APITOOLKIT_SERVICE = "apitoolkit.service";
    APITOOLKIT_SERVICE_METHOD = "apitoolkit.service.method";
    CODE_FUNCTION_NAME = "code.function.name";

    // Exception events.
    EXCEPTION = "exception";
    EXCEPTION_MESSAGE = "exception.message";
    EXCEPTION_STACKTRACE = "exception.stacktrace";
    EXCEPTION_TYPE = "exception.type";

    // Metrics.
    METRIC_BODIES_SHED = "apitoolkit.bodies.shed";
    METRIC_EXCHANGES_DROPPED = "apitoolkit.exchanges.dropped";
    METRIC_REASON = "reason";

    // The resource.
    PROJECT_KEY = "at-project-key";
    SERVICE_NAME = "service.name";
    SERVICE_VERSION = "service.version";
}

/// Instrumentation scope of the spans that are exchanges, and of the library's own metrics.
pub(crate) const SCOPE: &str = "apitoolkit-actix";
/// Span names that APItoolkit's servers know as exchanges.
pub(crate) const SPAN_NAME: &str = "monoscope.http";
/// `apitoolkit.sdk_type` of an incoming exchange.
pub(crate) const SDK_TYPE_INCOMING: &str = "RustActixWeb";

/// Whether a key holds a captured body.
pub(crate) fn is_body(key: &str) -> bool {
    [HTTP_REQUEST_BODY, HTTP_RESPONSE_BODY, HTTP_REQUEST_BODY_CONTENT, HTTP_RESPONSE_BODY_CONTENT]
        .contains(&key)
}
