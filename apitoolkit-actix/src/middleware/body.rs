use std::{
    error::Error as StdError,
    fmt,
    pin::Pin,
    task::{self, Poll, ready},
};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use opentelemetry::Context;
use pin_project_lite::pin_project;

use super::{recorder::Recorder, scope};

pin_project! {
    /// A response body that is recorded as it streams.
    ///
    /// The exchange ends when the body has ended or is dropped. Size, chunks and errors are those
    /// of the body inside.
    pub struct ObservedBody<B> {
        #[pin]
        body: Content<B>,
        size: BodySize,
        recorder: Option<Recorder>,
    }
}

pin_project! {
    #[project = ContentProjection]
    enum Content<B> {
        /// All of it, so that none of the app's code runs any more.
        Whole { bytes: Option<Bytes> },
        Stream {
            #[pin]
            body: B,
            context: Option<Context>,
        },
    }
}

impl<B: MessageBody> ObservedBody<B> {
    pub(super) fn new(body: B, context: Option<Context>, recorder: Option<Recorder>) -> Self {
        let size = body.size();
        let body = match body.try_into_bytes() {
            Ok(bytes) => Content::Whole { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()) },
            Err(body) => Content::Stream { body, context },
        };
        Self { body, size, recorder }
    }
}

impl<B: MessageBody> MessageBody for ObservedBody<B> {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        match &self.body {
            Content::Whole { .. } => self.size,
            Content::Stream { body, .. } => body.size(),
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.project();
        if let Some(recorder) = this.recorder {
            recorder.response_polled();
        }
        let polled = match this.body.project() {
            ContentProjection::Whole { bytes } => Poll::Ready(bytes.take().map(Ok)),
            ContentProjection::Stream { body, context } => {
                scope::inside(context.as_ref(), this.recorder, || body.poll_next(cx))
            }
        };
        match ready!(polled) {
            Some(Ok(chunk)) => {
                if let Some(recorder) = this.recorder {
                    recorder.response_chunk(&chunk);
                }
                Poll::Ready(Some(Ok(chunk)))
            }
            Some(Err(error)) => {
                let error = error.into();
                if let Some(recorder) = this.recorder.take() {
                    recorder.body_failed(&*error);
                }
                Poll::Ready(Some(Err(error)))
            }
            None => {
                if let Some(recorder) = this.recorder.take() {
                    recorder.completed();
                }
                Poll::Ready(None)
            }
        }
    }

    /// All of the body at once, as that inside would give it; not if it is recorded, since it is sent
    /// only afterwards.
    fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self {
            Self { body: Content::Whole { bytes }, recorder: None, .. } => {
                Ok(bytes.unwrap_or_default())
            }
            recorded => Err(recorded),
        }
    }
}

impl<B> fmt::Debug for ObservedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedBody").finish_non_exhaustive()
    }
}
