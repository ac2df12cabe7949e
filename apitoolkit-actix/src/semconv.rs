//! Every attribute key, metric name and instrumentation scope the library emits, once.
//!
//! Keys of the OpenTelemetry semantic conventions (1.44) keep the conventions' spelling; the
//! others are those that APItoolkit's and Monoscope's servers read. The table of what each holds
//! is in `docs/wire-format.md`.

/// Prefix of redacted request headers: `http.request.header.<lower-case name>`.
pub(crate) const REQUEST_HEADER: &str = "http.request.header.";
/// Prefix of redacted response headers: `http.response.header.<lower-case name>`.
pub(crate) const RESPONSE_HEADER: &str = "http.response.header.";

/// Prefix of what only APItoolkit's servers read.
const APITOOLKIT: &str = "apitoolkit.";

macro_rules! keys {
    ($($name:ident = $key:literal;)*) => { $(pub(crate) const $name: &str = $key;)* };
}

keys! {
    // The exchange, by the semantic conventions.
    CLIENT_ADDRESS = "client.address";
    ERROR_TYPE = "error.type";
    HTTP_REQUEST_BODY_SIZE = "http.request.body.size";
    HTTP_REQUEST_METHOD = "http.request.method";
    HTTP_REQUEST_RESEND_COUNT = "http.request.resend_count";
    HTTP_REQUEST_METHOD_ORIGINAL = "http.request.method_original";
    HTTP_RESPONSE_BODY_SIZE = "http.response.body.size";
    HTTP_RESPONSE_STATUS_CODE = "http.response.status_code";
    HTTP_ROUTE = "http.route";
    NETWORK_PEER_ADDRESS = "network.peer.address";
    NETWORK_PEER_PORT = "network.peer.port";
    NETWORK_PROTOCOL_VERSION = "network.protocol.version";
    SERVER_ADDRESS = "server.address";
    SERVER_PORT = "server.port";
    URL_FULL = "url.full";
    URL_PATH = "url.path";
    URL_QUERY = "url.query";
    URL_SCHEME = "url.scheme";
    URL_TEMPLATE = "url.template";
    USER_AGENT_ORIGINAL = "user_agent.original";

    // Bodies: one key pair for each convention.
    HTTP_REQUEST_BODY = "http.request.body";
    HTTP_RESPONSE_BODY = "http.response.body";
    HTTP_REQUEST_BODY_CONTENT = "http.request.body.content";
    HTTP_RESPONSE_BODY_CONTENT = "http.response.body.content";

    // What APItoolkit's servers read besides.
    APITOOLKIT_APPLICATION_ID = "apitoolkit.application_id";
    APITOOLKIT_ERRORS = "apitoolkit.errors";
    APITOOLKIT_MSG_ID = "apitoolkit.msg_id";
    APITOOLKIT_PARENT_ID = "apitoolkit.parent_id";
    APITOOLKIT_REQUEST_ID = "apitoolkit.request_id";
    APITOOLKIT_SDK_TYPE = "apitoolkit.sdk_type";
    APITOOLKIT_SERVICE_VERSION = "apitoolkit.service_version";
    APITOOLKIT_TAGS = "apitoolkit.tags";
    APITOOLKIT_VIRTUAL_HOST = "apitoolkit.virtual_host";
    HTTP_REQUEST_PATH_PARAMS = "http.request.path_params";
    HTTP_REQUEST_QUERY_PARAMS = "http.request.query_params";
    HTTP_TARGET = "http.target";
    NET_HOST_NAME = "net.host.name";

    // Custom services.
    APITOOLKIT_SERVICE = "apitoolkit.service";
    APITOOLKIT_SERVICE_METHOD = "apitoolkit.service.method";
    CODE_FUNCTION_NAME = "code.function.name";

    // Who an exchange is for.
    SESSION_ID = "session.id";
    TENANT_ID = "tenant.id";
    TENANT_NAME = "tenant.name";
    USER_EMAIL = "user.email";
    USER_FULL_NAME = "user.full_name";
    USER_ID = "user.id";

    // Database statements.
    APITOOLKIT_DB_ROUND_TRIPS = "apitoolkit.db.round_trips";
    DB_COLLECTION_NAME = "db.collection.name";
    DB_NAMESPACE = "db.namespace";
    DB_OPERATION_NAME = "db.operation.name";
    DB_QUERY_SUMMARY = "db.query.summary";
    DB_QUERY_TEXT = "db.query.text";
    DB_RESPONSE_RETURNED_ROWS = "db.response.returned_rows";
    DB_SYSTEM_NAME = "db.system.name";
    NETWORK_TRANSPORT = "network.transport";

    // Exception events.
    EXCEPTION = "exception";
    EXCEPTION_MESSAGE = "exception.message";
    EXCEPTION_STACKTRACE = "exception.stacktrace";
    EXCEPTION_TYPE = "exception.type";

    // The event of an outgoing call whose caller lost interest.
    CANCELLED = "cancelled";

    // Metrics.
    METRIC_HTTP_SERVER_ACTIVE_REQUESTS = "http.server.active_requests";
    METRIC_HTTP_CLIENT_REQUEST_DURATION = "http.client.request.duration";
    METRIC_HTTP_SERVER_REQUEST_DURATION = "http.server.request.duration";
    METRIC_HTTP_SERVER_REQUEST_BODY_SIZE = "http.server.request.body.size";
    METRIC_HTTP_SERVER_RESPONSE_BODY_SIZE = "http.server.response.body.size";
    METRIC_DB_CLIENT_OPERATION_DURATION = "db.client.operation.duration";
    METRIC_BODIES_SHED = "apitoolkit.bodies.shed";
    METRIC_EXCHANGES_DROPPED = "apitoolkit.exchanges.dropped";
    METRIC_LOG_RECORDS_DROPPED = "apitoolkit.log_records.dropped";
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
/// `apitoolkit.sdk_type` of a call through `awc`.
pub(crate) const SDK_TYPE_AWC: &str = "RustAwcOutgoing";
/// `apitoolkit.sdk_type` of a call through `reqwest`.
#[cfg_attr(not(feature = "reqwest"), expect(dead_code, reason = "used by calls through it"))]
pub(crate) const SDK_TYPE_REQWEST: &str = "RustReqwestOutgoing";

/// Whether a key holds a captured body.
pub(crate) fn is_body(key: &str) -> bool {
    [HTTP_REQUEST_BODY, HTTP_RESPONSE_BODY, HTTP_REQUEST_BODY_CONTENT, HTTP_RESPONSE_BODY_CONTENT]
        .contains(&key)
}

/// Whether a key says who an exchange is for.
pub(crate) fn is_person(key: &str) -> bool {
    [SESSION_ID, TENANT_ID, TENANT_NAME, USER_EMAIL, USER_FULL_NAME, USER_ID].contains(&key)
}

/// Whether the library itself sets this attribute on the spans of exchanges.
pub(crate) fn is_own(key: &str) -> bool {
    const KEYS: &[&str] = &[
        CLIENT_ADDRESS,
        ERROR_TYPE,
        HTTP_REQUEST_BODY,
        HTTP_REQUEST_BODY_CONTENT,
        HTTP_REQUEST_BODY_SIZE,
        HTTP_REQUEST_METHOD,
        HTTP_REQUEST_METHOD_ORIGINAL,
        HTTP_REQUEST_PATH_PARAMS,
        HTTP_REQUEST_QUERY_PARAMS,
        HTTP_REQUEST_RESEND_COUNT,
        HTTP_RESPONSE_BODY,
        HTTP_RESPONSE_BODY_CONTENT,
        HTTP_RESPONSE_BODY_SIZE,
        HTTP_RESPONSE_STATUS_CODE,
        HTTP_ROUTE,
        HTTP_TARGET,
        NETWORK_PEER_ADDRESS,
        NETWORK_PEER_PORT,
        NETWORK_PROTOCOL_VERSION,
        NET_HOST_NAME,
        SERVER_ADDRESS,
        SERVER_PORT,
        SERVICE_NAME,
        URL_FULL,
        URL_PATH,
        URL_QUERY,
        URL_SCHEME,
        USER_AGENT_ORIGINAL,
    ];
    KEYS.contains(&key)
        || [REQUEST_HEADER, RESPONSE_HEADER, APITOOLKIT].iter().any(|own| key.starts_with(own))
}
