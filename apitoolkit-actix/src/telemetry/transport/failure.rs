use std::time::Duration;

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
/// Longest message of a receiver that is repeated, in characters.
const MAX_MESSAGE: usize = 200;

impl Failure {
    pub(crate) fn timed_out(after: Duration) -> Self {
        Self {
            retryable: true,
            retry_after: None,
            words: format!("no answer within {} ms", after.as_millis()),
        }
    }

    /// By the table of the OTLP specification, section "OTLP/gRPC Throttling" and "Failures".
    pub(crate) fn of_grpc(status: &Status, port: Option<u16>) -> Self {
        let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
        let retryable = match status.code() {
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unavailable
            | Code::DataLoss => true,
            Code::ResourceExhausted => asked.is_some(),
            // A proxy or an HTTP/1 server in the way: it may be replaced by the right one.
            Code::Unknown | Code::Internal => is_transport_error(status),
            _ => false,
        };
        Self {
            retryable,
            retry_after: asked.map(|delay| delay.min(MAX_THROTTLE)),
            words: grpc_words(status, port),
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

    /// The connection itself failed.
    pub(crate) fn of_connection(error: &dyn std::error::Error, port: Option<u16>) -> Self {
        Self { retryable: true, retry_after: None, words: connection_words(error, port) }
    }
}

fn is_transport_error(status: &Status) -> bool {
    std::error::Error::source(status).is_some() || status.message().contains("protocol")
}

fn grpc_words(status: &Status, port: Option<u16>) -> String {
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => {
            format!("the receiver refused the API key ({:?})", status.code())
        }
        Code::Unimplemented => {
            "the receiver does not take this kind of telemetry (Unimplemented): is the endpoint an \
             OTLP receiver?"
                .to_owned()
        }
        Code::Unavailable | Code::Unknown | Code::Internal => {
            match std::error::Error::source(status) {
                Some(source) => connection_words(source, port),
                None => with_message(status),
            }
        }
        _ => with_message(status),
    }
}

fn with_message(status: &Status) -> String {
    let message: String =
        status.message().chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect();
    format!("the receiver answered {:?}: {message}", status.code())
}

/// A connection error in words: its whole chain, since the outermost says least.
fn connection_words(error: &dyn std::error::Error, port: Option<u16>) -> String {
    let chain: Vec<String> =
        std::iter::successors(Some(error), |e| e.source()).map(ToString::to_string).collect();
    let all = chain.join(": ").to_lowercase();
    if all.contains("connection refused") {
        return "connection refused: nothing listens there".to_owned();
    }
    if all.contains("dns") || all.contains("lookup address") {
        return "the host name cannot be resolved".to_owned();
    }
    if all.contains("h2") || all.contains("http2") || all.contains("frame") {
        let hint = match port {
            Some(4318) => "port 4318 is OTLP over HTTP; gRPC is usually on 4317",
            _ => "what listens there does not speak gRPC",
        };
        return hint.to_owned();
    }
    if all.contains("invalid http version") || all.contains("invalid message") {
        let hint = match port {
            Some(4317) => "port 4317 usually speaks gRPC; OTLP over HTTP is on 4318",
            _ => "what listens there does not speak HTTP/1.1",
        };
        return hint.to_owned();
    }
    chain.last().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::ErrorDetails;

    fn grpc(code: Code) -> Failure {
        Failure::of_grpc(&Status::new(code, "m"), None)
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
        let failure = Failure::of_grpc(&status, None);
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
        let error = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert!(Failure::of_connection(&error, None).words.contains("nothing listens"));
    }
}
