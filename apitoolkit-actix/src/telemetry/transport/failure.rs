use std::{
    error::Error,
    io::{self, ErrorKind},
    time::Duration,
};

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Why a request did not get through, and whether to try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) retryable: bool,
    /// The least the receiver asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// What happened, in words, with what to do about it.
    pub(crate) words: String,
}

/// Longest wait that a receiver is granted.
const MAX_THROTTLE: Duration = Duration::from_secs(30);

impl Failure {
    pub(crate) fn timed_out(after: Duration) -> Self {
        Self {
            retryable: true,
            retry_after: None,
            words: format!("no answer within {} ms", after.as_millis()),
        }
    }

    /// The time to shut down was up.
    pub(crate) fn cut_off() -> Self {
        let words = "no answer before the time to shut down was up".to_owned();
        Self { retryable: true, retry_after: None, words }
    }

    /// By the table of the OTLP specification, section "OTLP/gRPC Throttling" and "Failures".
    pub(crate) fn of_grpc(status: &Status) -> Self {
        let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
        let retryable = match status.code() {
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss => true,
            Code::ResourceExhausted => asked.is_some(),
            // Nobody answered: the connection broke, or what is there does not speak gRPC and may
            // be replaced by the right one.
            Code::Unknown | Code::Internal => status.source().is_some(),
            _ => false,
        };
        Self {
            retryable,
            retry_after: asked.map(|delay| delay.min(MAX_THROTTLE)),
            words: grpc_words(status),
        }
    }

    /// By the table of the OTLP specification, section "OTLP/HTTP Response".
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "used by OTLP over HTTP"))]
    pub(crate) fn of_http(status: u16, retry_after: Option<&str>, port: Option<u16>) -> Self {
        let hint = match status {
            401 | 403 => ": the API key is missing or wrong",
            404 if port == Some(4317) => ": port 4317 usually speaks gRPC; OTLP over HTTP is 4318",
            404 => ": nothing receives OTLP at this path",
            413 => ": the request was too large for the receiver",
            _ => "",
        };
        Self {
            retryable: matches!(status, 429 | 502 | 503 | 504),
            retry_after: retry_after
                .and_then(|seconds| seconds.trim().parse().ok())
                .map(|seconds| Duration::from_secs(seconds).min(MAX_THROTTLE)),
            words: format!("the receiver answered HTTP {status}{hint}"),
        }
    }

    /// Standard output could not be written to; most often whoever read it is gone.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        let words = format!("standard output: {error}");
        Self { retryable: false, retry_after: None, words }
    }

    /// The connection itself failed, of OTLP over HTTP.
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "used by OTLP over HTTP"))]
    pub(crate) fn of_connection(error: &(dyn Error + 'static)) -> Self {
        Self { retryable: true, retry_after: None, words: connection_words(error, HTTP) }
    }
}

fn grpc_words(status: &Status) -> String {
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => {
            format!("the receiver refused the API key ({:?})", status.code())
        }
        Code::Unimplemented => {
            "the receiver does not take this kind of telemetry (Unimplemented): is the endpoint an \
             OTLP receiver?"
                .to_owned()
        }
        code => match status.source() {
            Some(source) => connection_words(source, GRPC),
            None => format!("the receiver answered {code:?}: {}", status.message()),
        },
    }
}

/// What a protocol's failure may come from, and what to do about it.
#[derive(Debug, Clone, Copy)]
struct Hint {
    /// What the error's chain says when the other side speaks something else.
    signs: &'static [&'static str],
    words: &'static str,
}

const GRPC: Hint = Hint {
    signs: &["frame with invalid size", "invalid connection preface"],
    words: "does not speak gRPC: OTLP over gRPC is usually on port 4317; 4318 is OTLP over HTTP \
            (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf)",
};
const HTTP: Hint = Hint {
    signs: &["invalid http version", "invalid message", "unexpected message", "http2 preface"],
    words: "does not speak HTTP/1.1: OTLP over HTTP is usually on port 4318; 4317 is OTLP over \
            gRPC (OTEL_EXPORTER_OTLP_PROTOCOL=grpc)",
};

/// A connection error in words, by its whole chain, since the outermost says least.
fn connection_words(error: &(dyn Error + 'static), hint: Hint) -> String {
    let io = chain(error).find_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind);
    let all = chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": ").to_lowercase();
    let says = |any: &[&str]| any.iter().any(|words| all.contains(words));
    if io == Some(ErrorKind::ConnectionRefused) {
        "connection refused: nothing listens there".to_owned()
    } else if says(&["dns", "lookup address"]) {
        "the host name cannot be resolved".to_owned()
    } else if says(hint.signs) {
        format!("what listens there {}", hint.words)
    } else if matches!(io, Some(kind) if is_closed(kind)) || says(&["connection closed"]) {
        format!(
            "the connection was closed before there was an answer; if that goes on, what listens \
             there {}",
            hint.words
        )
    } else {
        chain(error).last().map(ToString::to_string).unwrap_or_default()
    }
}

fn is_closed(kind: ErrorKind) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof)
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (**error).source())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::ErrorDetails;

    fn grpc(code: Code) -> Failure {
        Failure::of_grpc(&Status::new(code, "m"))
    }

    #[test]
    fn the_specifications_table() {
        use Code::{
            Aborted, AlreadyExists, Cancelled, DataLoss, DeadlineExceeded, FailedPrecondition,
            Internal, InvalidArgument, NotFound, OutOfRange, PermissionDenied, ResourceExhausted,
            Unauthenticated, Unavailable, Unimplemented, Unknown,
        };
        for code in [Cancelled, DeadlineExceeded, Aborted, OutOfRange, Unavailable, DataLoss] {
            assert!(grpc(code).retryable, "{code:?}");
        }
        for code in [
            Unknown,
            InvalidArgument,
            NotFound,
            AlreadyExists,
            PermissionDenied,
            Unauthenticated,
            ResourceExhausted,
            FailedPrecondition,
            Unimplemented,
            Internal,
        ] {
            assert!(!grpc(code).retryable, "{code:?}");
        }
    }

    #[test]
    fn retry_info_allows_a_retry_and_is_bounded() {
        let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(3_600)));
        let status = Status::with_error_details(Code::ResourceExhausted, "full", details);
        let failure = Failure::of_grpc(&status);
        assert!(failure.retryable);
        assert_eq!(failure.retry_after, Some(MAX_THROTTLE));
    }

    #[test]
    fn http_statuses() {
        for status in [429, 502, 503, 504] {
            assert!(Failure::of_http(status, Some("7"), None).retryable);
        }
        assert_eq!(
            Failure::of_http(503, Some("7"), None).retry_after,
            Some(Duration::from_secs(7))
        );
        for status in [400, 401, 404, 413, 500] {
            assert!(!Failure::of_http(status, None, None).retryable);
        }
        assert!(Failure::of_http(404, None, Some(4317)).words.contains("4318"));
    }

    #[test]
    fn refused_connections_are_said_plainly() {
        let error = io::Error::from(ErrorKind::ConnectionRefused);
        assert!(Failure::of_connection(&error).words.contains("nothing listens"));
    }
}
