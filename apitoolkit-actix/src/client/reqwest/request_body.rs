//! Noting a request body: one that is in memory at once, a stream as the client sends it.

use std::{
    pin::Pin,
    sync::PoisonError,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body as _, Frame, SizeHint};
use reqwest::Body;

use super::end;
use crate::client::{
    call::{CallRecord, Tee},
    options::Plan,
};

/// Notes a request's body, or only its length where that is known and all that is asked for.
///
/// A body in memory stays what it is: one that was wrapped could not be sent again, neither to where
/// a redirect leads nor on another connection.
pub(super) fn observe(body: &mut Option<Body>, record: &mut CallRecord, plan: &Plan) {
    let Some(sent) = body else { return };
    let length = sent.size_hint().exact();
    match (sent.as_bytes(), length) {
        (_, Some(0)) => {}
        (_, Some(bytes)) if !plan.capture_request_body => record.request_size(bytes),
        (Some(bytes), _) => {
            if let Some(tee) = record.tee() {
                note(&tee, bytes);
            }
        }
        (None, _) => {
            if let Some(tee) = record.tee() {
                let sent = std::mem::take(sent);
                *body = Some(Body::wrap(ObservedBody { inner: sent, tee }));
            }
        }
    }
}

/// Notes a whole body by a copy: to share it, it would have to be taken out of the app's request.
fn note(tee: &Tee, bytes: &[u8]) {
    let mut seen = tee.lock().unwrap_or_else(PoisonError::into_inner);
    seen.push(bytes);
    seen.end();
}

/// A request body that notes what is read of it. Frames, size and errors are those of the body
/// inside.
struct ObservedBody {
    inner: Body,
    tee: Tee,
}

impl hyper::body::Body for ObservedBody {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let item = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        let mut seen = self.tee.lock().unwrap_or_else(PoisonError::into_inner);
        match &item {
            Some(Ok(frame)) => {
                if let Some(chunk) = frame.data_ref() {
                    // It may be a piece of something larger.
                    seen.push(chunk);
                }
                if end::has_come(&self.inner) {
                    seen.end();
                }
            }
            Some(Err(_)) => seen.fail(),
            None => seen.end(),
        }
        drop(seen);
        Poll::Ready(item)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
}
