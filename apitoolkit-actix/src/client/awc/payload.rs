use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_http::{BoxedPayloadStream, Payload};
use actix_web::error::PayloadError;
use awc::ClientResponse;
use bytes::Bytes;
use futures_core::Stream;

use crate::client::call::CallRecord;

/// The response with its body recorded as it is read. The call ends when the body has ended or is
/// dropped; without a body it ends here.
pub(super) fn observe(response: ClientResponse, record: CallRecord) -> ClientResponse {
    response.map_body(|_, payload| match payload {
        Payload::None => {
            record.completed();
            Payload::None
        }
        payload => {
            let observed = ObservedPayload { inner: payload, record: Some(record) };
            Payload::Stream { payload: Box::pin(observed) as BoxedPayloadStream }
        }
    })
}

struct ObservedPayload {
    inner: Payload,
    record: Option<CallRecord>,
}

impl Stream for ObservedPayload {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(record) = &mut self.record {
            record.response_polled();
        }
        let item = ready!(Pin::new(&mut self.inner).poll_next(cx));
        match &item {
            Some(Ok(chunk)) => {
                if let Some(record) = &mut self.record {
                    record.response_chunk(chunk);
                }
            }
            Some(Err(error)) => {
                if let Some(record) = self.record.take() {
                    record.body_failed(error);
                }
            }
            None => {
                if let Some(record) = self.record.take() {
                    record.ended();
                }
            }
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
