//! Sending a request again, to the app itself.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use actix_web::http::{
    Method,
    header::{HeaderName, HeaderValue},
};
use tokio::time;

use super::{
    record::{Kind, Part, Record},
    store::Store,
};
use crate::{redact::Redactor, semconv};

/// What says of a request that it is another one again; holds the id of that.
pub(super) const HEADER: &str = "x-apitoolkit-replay";
/// How long the app may take.
const LIMIT: Duration = Duration::from_secs(30);
/// How long the answer may take to reach the store once it is there.
const ARRIVAL: Duration = Duration::from_secs(5);

/// Headers that are of the connection, or made anew.
const OWN: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "traceparent",
];

/// Why a request cannot be sent again.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum ReplayError {
    #[error("only requests to this app can be sent again")]
    NotIncoming,
    #[error("it came from a file, and not to this app")]
    Imported,
    #[error("this app is reached over TLS, which the explorer does not speak")]
    Tls,
    #[error("its path or query holds a redacted value")]
    RedactedUrl,
    #[error("its method or path cannot be sent")]
    Unusable,
    #[error("its body was not captured: capture_request_body is off, or the body was given up")]
    NoBody,
    #[error("its body was withheld, or parts of it were redacted")]
    RedactedBody,
    #[error("the app did not answer: {0}")]
    Unanswered(String),
    #[error("the app answered, but the exchange was not recorded within {} s", ARRIVAL.as_secs())]
    Unseen,
}

/// A request that can be sent again.
#[derive(Debug)]
pub(super) struct Replay {
    method: Method,
    target: String,
    host: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

impl Replay {
    /// That of a record, with `given` in place of headers whose values were redacted. Those that are
    /// not given are left out.
    pub(super) fn of(record: &Record, given: &[(String, String)]) -> Result<Self, ReplayError> {
        if record.kind != Kind::Incoming {
            return Err(ReplayError::NotIncoming);
        }
        if record.imported {
            return Err(ReplayError::Imported);
        }
        let query = record.text(semconv::URL_QUERY);
        let target = match query {
            Some(query) => [record.path(), "?", query].concat(),
            None => record.path().to_owned(),
        };
        if target.contains(Redactor::URL_MARKER) {
            return Err(ReplayError::RedactedUrl);
        }
        let method = Method::from_bytes(record.method().as_bytes());
        let method = method.map_err(|_| ReplayError::Unusable)?;
        if !target.starts_with('/') {
            return Err(ReplayError::Unusable);
        }
        let host = record.headers(Part::Request).find(|(name, _)| *name == "host");
        let host = host.and_then(|(_, values)| values.first().map(|host| (*host).to_owned()));
        Ok(Self { method, target, host, headers: headers(record, given), body: body(record)? })
    }

    /// Sends it to the app at `address`, and waits for the exchange to be seen.
    pub(super) async fn send(
        self,
        store: &Store,
        address: SocketAddr,
        original: u64,
    ) -> Result<Arc<Record>, ReplayError> {
        let id = format!("{original}-{:016x}", fastrand::u64(..));
        let from = *store.subscribe().borrow();
        let client =
            awc::Client::builder().timeout(LIMIT).disable_redirects().no_default_headers().finish();
        let mut request = client
            .request(self.method, format!("http://{}{}", reachable(address), self.target))
            .no_decompress()
            .insert_header((HEADER, id.as_str()));
        if let Some(host) = &self.host {
            request = request.insert_header(("host", host.as_str()));
        }
        for (name, value) in self.headers {
            request = request.append_header((name, value));
        }
        let answer = request.send_body(self.body).await;
        let mut answer = answer.map_err(|error| ReplayError::Unanswered(error.to_string()))?;
        // The exchange ends with its body. However long that is, nobody here looks at it.
        let read = async { while let Some(Ok(_)) = chunk(&mut answer).await {} };
        let _ = time::timeout(LIMIT, read).await;
        time::timeout(ARRIVAL, seen(store, from, &id)).await.map_err(|_| ReplayError::Unseen)
    }
}

/// Waits for the exchange that is the replay `id`.
async fn seen(store: &Store, from: u64, id: &str) -> Arc<Record> {
    let mut newest = store.subscribe();
    loop {
        newest.mark_unchanged();
        let is_it = |record: &&Arc<Record>| {
            record.kind == Kind::Incoming && replayed_as(record) == Some(id)
        };
        if let Some(record) = store.since(from).iter().find(is_it) {
            return Arc::clone(record);
        }
        if newest.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// What a request says of being a replay.
fn replayed_as(record: &Record) -> Option<&str> {
    let mut headers = record.headers(Part::Request);
    let (_, values) = headers.find(|(name, _)| *name == HEADER)?;
    values.first().copied()
}

fn headers(record: &Record, given: &[(String, String)]) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = Vec::new();
    for (name, values) in record.headers(Part::Request) {
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        let is_own = OWN.contains(&name.as_str()) || name == HEADER || name == "tracestate";
        let instead = given.iter().find(|(of, value)| name == of.as_str() && !value.is_empty());
        let values = match instead {
            Some((_, value)) => vec![value.as_str()],
            None => values,
        };
        let values = values.into_iter().filter(|value| !is_redacted(value));
        let values = values.filter_map(|value| HeaderValue::from_str(value).ok());
        if !is_own {
            headers.extend(values.map(|value| (name.clone(), value)));
        }
    }
    headers
}

fn body(record: &Record) -> Result<Vec<u8>, ReplayError> {
    let size = record.int(semconv::HTTP_REQUEST_BODY_SIZE).unwrap_or(0);
    match record.body(Part::Request) {
        Some(body) if is_redacted(&String::from_utf8_lossy(&body)) => {
            Err(ReplayError::RedactedBody)
        }
        Some(body) => Ok(body.into_owned()),
        None if size > 0 => Err(ReplayError::NoBody),
        None => Ok(Vec::new()),
    }
}

fn is_redacted(text: &str) -> bool {
    text.contains("[CLIENT_REDACTED]")
}

/// Where an app is reached that listens at `address`.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn chunk<S>(answer: &mut S) -> Option<S::Item>
where
    S: futures_core::Stream + Unpin,
{
    std::future::poll_fn(|cx| std::pin::Pin::new(&mut *answer).poll_next(cx)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_listens_everywhere_is_reached_here() {
        for (address, reached) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.1.2.3:80", "10.1.2.3:80"),
        ] {
            assert_eq!(reachable(address.parse().unwrap()), reached.parse().unwrap());
        }
    }
}
