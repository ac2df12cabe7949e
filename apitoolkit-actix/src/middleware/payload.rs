use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_web::{
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    http::{
        Method,
        header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap},
    },
};
use bytes::Bytes;
use futures_core::Stream;

use super::head;
use crate::{
    config::Config,
    exchange::{BodyBuffer, Budget, Fields, Form, Reservation},
    extract,
    telemetry::Current,
};

/// What was seen of a request's body so far, shared with the recorder on the same thread.
pub(super) type Tee = Rc<RefCell<BodyBuffer>>;

/// Puts a tee into the request's payload; absent when the request has none, or is an upgrade,
/// whose payload is another protocol's.
pub(super) fn tee(
    request: &mut ServiceRequest,
    config: &Arc<Config>,
    capture: bool,
    budget: &Arc<Budget>,
    exchange: &Current,
) -> Option<Tee> {
    // Most requests have none, and then nobody has to look for an upgrade among the headers.
    if matches!(request.parts_mut().1, Payload::None)
        || request.head().upgrade()
        || request.method() == Method::CONNECT
    {
        return None;
    }
    let form_head = if capture { form_head(request.headers()) } else { None };
    let (_, payload) = request.parts_mut();
    let observed = ObservedPayload {
        inner: std::mem::replace(payload, Payload::None),
        seen: Rc::default(),
        begun: false,
        config: Arc::clone(config),
        capture,
        form_head,
        budget: Arc::clone(budget),
        exchange: exchange.clone(),
    };
    let seen = Rc::clone(&observed.seen);
    *payload = Payload::Stream { payload: Box::pin(observed) };
    Some(seen)
}

/// What tells how a body is to be read that may be a form, as that is decided later.
fn form_head(headers: &HeaderMap) -> Option<Box<Fields>> {
    if !Form::may_be(headers.get(CONTENT_TYPE)?.as_bytes()) {
        return None;
    }
    let tells =
        |(name, ..): &(&str, &[u8], bool)| CONTENT_TYPE == *name || CONTENT_ENCODING == *name;
    let mut head = Box::<Fields>::default();
    head.extend(head::fields(headers).filter(tells));
    Some(head)
}

/// A payload that notes what its reader reads, and reads nothing by itself.
struct ObservedPayload {
    inner: Payload,
    seen: Tee,
    begun: bool,
    config: Arc<Config>,
    /// Whether it may be captured at all.
    capture: bool,
    /// There if it may be a form.
    form_head: Option<Box<Fields>>,
    budget: Arc<Budget>,
    exchange: Current,
}

impl ObservedPayload {
    /// Decides whether the body is captured when it is first read: by then a handler that has a
    /// say in it has said so.
    fn begin(&mut self) {
        let chosen =
            extract::announced(&self.exchange).and_then(|rules| rules.capture_request_body);
        if self.capture && chosen.unwrap_or(self.config.capture_request_body) {
            let reservation = Reservation::empty(&self.budget);
            let form = self.form_head.take().and_then(|head| Form::announced(&head));
            let captured = BodyBuffer::capturing(self.config.max_body_bytes, reservation, form);
            self.seen.replace(captured);
        }
    }
}

impl Stream for ObservedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !std::mem::replace(&mut self.begun, true) {
            self.begin();
        }
        let item = ready!(Pin::new(&mut self.inner).poll_next(cx));
        // Nobody else looks while a chunk comes in; if somebody did, the chunk is not noted.
        if let Ok(mut seen) = self.seen.try_borrow_mut() {
            match &item {
                Some(Ok(chunk)) => seen.push(chunk),
                Some(Err(_)) => seen.fail(),
                None => seen.end(),
            }
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
