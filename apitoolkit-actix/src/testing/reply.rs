//! The body of an answer: some bytes, then for gRPC the trailers.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body, Frame, SizeHint};

#[derive(Debug, Default)]
pub(super) struct Reply {
    frames: VecDeque<Frame<Bytes>>,
    len: u64,
}

impl Reply {
    pub(super) fn new(bytes: Bytes, trailers: Option<HeaderMap>) -> Self {
        let len = bytes.len() as u64;
        let data = (len > 0).then(|| Frame::data(bytes));
        Self { frames: data.into_iter().chain(trailers.map(Frame::trailers)).collect(), len }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = self.frames.pop_front();
        if frame.as_ref().is_some_and(Frame::is_data) {
            self.len = 0;
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len)
    }
}
