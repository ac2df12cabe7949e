//! An export request as it came in over the network.

use std::{
    fmt,
    net::SocketAddr,
    time::{Instant, SystemTime},
};

use bytes::Bytes;
use http::HeaderMap;

use super::Code;

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Signal {
    /// Spans.
    Traces,
    /// Metrics.
    Metrics,
    /// Log records.
    Logs,
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        })
    }
}

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// OTLP/gRPC.
    Grpc,
    /// OTLP/HTTP with protobuf (`http/protobuf`).
    Http,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// No answer was given, or none yet: it is delayed, held in a black hole, or its connection
    /// went away first. What it carries does not count as received.
    Unanswered,
    /// The sender stopped before the end of the message.
    CutOff,
    /// All that it carries was taken.
    Accepted,
    /// Some of it was taken and the sender was told how much was not.
    PartiallyAccepted {
        /// How many spans, data points or log records were not taken.
        rejected: u64,
    },
    /// It was answered with an error, by script or because of what it is.
    Failed {
        /// The gRPC status code.
        code: Code,
        /// The text sent with it.
        message: String,
    },
}

/// One export request, kept whatever became of it: what was refused has left the sender too.
#[derive(Clone)]
pub struct Request {
    pub(super) signal: Signal,
    pub(super) transport: Transport,
    pub(super) headers: HeaderMap,
    pub(super) encoding: Option<String>,
    pub(super) wire_len: usize,
    pub(super) message: Bytes,
    pub(super) connection: u64,
    pub(super) peer: SocketAddr,
    pub(super) arrived: SystemTime,
    pub(super) arrived_instant: Instant,
    pub(super) outcome: Outcome,
}

impl Request {
    /// What it carries.
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// How it came in.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// What became of it, as of the moment at which the collector was asked.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The protobuf message, byte for byte as it was sent, decompressed and without gRPC's frame
    /// header. If it could not be decompressed, the bytes on the wire.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.message
    }

    /// Bytes of the message on the wire: after compression, without gRPC's frame header.
    #[must_use]
    pub fn wire_len(&self) -> usize {
        self.wire_len
    }

    /// The compression, `gzip` or `zstd`; `None` if the message was not compressed.
    #[must_use]
    pub fn encoding(&self) -> Option<&str> {
        self.encoding.as_deref()
    }

    /// The first value of a header (gRPC metadata), the name in any case; `None` also if it is not
    /// visible ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Every header (gRPC metadata) as it was sent.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
    }

    /// Which connection it came on, counted from 1 in the order of acceptance.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.connection
    }

    /// The sender's address.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Wall clock when the message was complete.
    #[must_use]
    pub fn arrived(&self) -> SystemTime {
        self.arrived
    }

    /// Monotonic clock when the message was complete, for measuring the time between requests.
    #[must_use]
    pub fn arrived_instant(&self) -> Instant {
        self.arrived_instant
    }
}

/// Without header values and content, which may hold an API key.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("signal", &self.signal)
            .field("transport", &self.transport)
            .field("encoding", &self.encoding)
            .field("bytes", &self.message.len())
            .field("wire_len", &self.wire_len)
            .field("connection", &self.connection)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}
