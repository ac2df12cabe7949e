use actix_web::HttpMessage;

use crate::telemetry::RequestContext;

/// The id of a request: that which the caller sent in `x-request-id`, if callers are trusted
/// ([`TrustInbound::Parent`](crate::TrustInbound::Parent)) and it is a word of at most 128 bytes;
/// else one of our own.
///
/// An id of our own is that of the exchange, `apitoolkit.msg_id`; a caller's is
/// `apitoolkit.request_id` there. A request has one whether it is recorded or not. `None` for a
/// request that no [`ApiToolkit`](crate::ApiToolkit) has seen.
///
/// ```
/// # use actix_web::{HttpRequest, HttpResponse, Responder};
/// use apitoolkit_actix::request_id;
///
/// async fn handler(request: HttpRequest) -> impl Responder {
///     HttpResponse::Ok().body(request_id(&request).unwrap_or_default())
/// }
/// ```
#[must_use]
pub fn request_id(request: &impl HttpMessage) -> Option<String> {
    request.extensions().get::<RequestContext>().map(|request| request.id.to_string())
}
