//! Recording a response body as it is read.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::StatusCode;
use hyper::body::{Frame, SizeHint};
use reqwest::{Body, Response, ResponseBuilderExt as _};

use super::{end, head};
use crate::client::call::CallRecord;

/// The response with its body recorded as it is read. The call ends when the body has ended or is
/// dropped; without a body it ends here.
pub(super) fn observe(response: Response, mut record: CallRecord) -> Response {
    let (version, status) = (head::version(response.version()), response.status().as_u16());
    record.responded(version, status, head::fields(response.headers()));
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        record.tunnelled();
        return response;
    }
    if response.content_length() == Some(0) {
        record.completed();
        return response;
    }
    let url = response.url().clone();
    let (mut parts, inner) = http::Response::<Body>::from(response).into_parts();
    // The one thing that a response of `reqwest` keeps elsewhere.
    let mut with_url = http::Response::builder().url(url);
    if let Some(extensions) = with_url.extensions_mut() {
        parts.extensions.extend(mem::take(extensions));
    }
    let body = if end::has_come(&inner) {
        record.completed();
        inner
    } else {
        Body::wrap(ObservedBody { inner, record: Some(record) })
    };
    http::Response::from_parts(parts, body).into()
}

/// A response body that is recorded. Frames, size and errors are those of the body inside.
struct ObservedBody {
    inner: Body,
    record: Option<CallRecord>,
}

impl hyper::body::Body for ObservedBody {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        if let Some(record) = &mut self.record {
            record.response_polled();
        }
        let item = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        match &item {
            Some(Ok(frame)) => {
                if let (Some(record), Some(chunk)) = (&mut self.record, frame.data_ref()) {
                    record.response_chunk(chunk);
                }
                if end::has_come(&self.inner) {
                    self.end();
                }
            }
            Some(Err(error)) => {
                if let Some(record) = self.record.take() {
                    record.body_failed(error);
                }
            }
            None => self.end(),
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
}

impl ObservedBody {
    fn end(&mut self) {
        if let Some(record) = self.record.take() {
            record.ended();
        }
    }
}
