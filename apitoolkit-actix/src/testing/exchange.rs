//! One export request from its arrival to its answer; what gRPC and HTTP have in common.

use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use prost::encoding;

use super::{
    Code, Outcome, Request, Signal, Transport,
    compression::MAX_BYTES,
    connection::Connection,
    contents::Contents,
    faults::{Action, Fault},
    store::{Shared, Ticket},
};

/// A message out of its transport's wrapping, or why it cannot be taken out.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) bytes: Bytes,
    pub(super) wire_len: usize,
    /// The compression, if the message was compressed.
    pub(super) encoding: Option<String>,
    pub(super) fault: Option<Refusal>,
}

/// What to answer.
#[derive(Debug)]
pub(super) enum Answer {
    /// The bytes of the signal's `Export…ServiceResponse`.
    Accepted(Bytes),
    Refused(Refusal),
    /// The connection is closing; nothing reaches the sender.
    Nothing,
}

/// An error as gRPC knows it.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) retry_after: Option<Duration>,
    pub(super) oversize: bool,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None, oversize: false }
    }
}

/// Reads a request's body, unwraps it and does with it what the script says.
pub(super) async fn exchange(
    connection: &Connection,
    signal: Signal,
    transport: Transport,
    headers: HeaderMap,
    body: Incoming,
    unwrap: impl FnOnce(&HeaderMap, Bytes) -> Message,
) -> Answer {
    let mut upload =
        Upload { connection, signal, transport, headers, bytes: Vec::new(), done: false };
    if upload.read(body).await.is_err() {
        return Answer::Nothing;
    }
    let (request, fault) = upload.finish(unwrap);
    answer(connection, request, fault).await
}

/// A body that is being read. Dropped before its end, what came so far is kept as cut off: those
/// bytes have left the sender.
struct Upload<'a> {
    connection: &'a Connection,
    signal: Signal,
    transport: Transport,
    headers: HeaderMap,
    bytes: Vec<u8>,
    done: bool,
}

impl Upload<'_> {
    async fn read(&mut self, mut body: Incoming) -> Result<(), hyper::Error> {
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                let room = MAX_BYTES.saturating_sub(self.bytes.len());
                self.bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
                if room <= data.len() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn finish(
        mut self,
        unwrap: impl FnOnce(&HeaderMap, Bytes) -> Message,
    ) -> (Request, Option<Refusal>) {
        self.done = true;
        let bytes = std::mem::take(&mut self.bytes).into();
        let message = unwrap(&self.headers, bytes);
        (self.request(message.bytes, message.wire_len, message.encoding), message.fault)
    }

    fn request(&mut self, message: Bytes, wire_len: usize, encoding: Option<String>) -> Request {
        Request {
            signal: self.signal,
            transport: self.transport,
            headers: std::mem::take(&mut self.headers),
            encoding,
            wire_len,
            message,
            connection: self.connection.number,
            peer: self.connection.peer,
            arrived: SystemTime::now(),
            arrived_instant: Instant::now(),
            outcome: Outcome::Unanswered,
        }
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if !self.done {
            let bytes = Bytes::from(std::mem::take(&mut self.bytes));
            let len = bytes.len();
            let mut request = self.request(bytes, len, None);
            request.outcome = Outcome::CutOff;
            self.connection.shared.update(|store| store.arrive(request));
        }
    }
}

async fn answer(connection: &Connection, request: Request, refusal: Option<Refusal>) -> Answer {
    let (signal, bytes) = (request.signal, request.message.clone());
    let (ticket, fault) =
        connection.shared.update(|store| (store.arrive(request), store.script.next(signal)));
    let Fault { action, delay, .. } = fault;
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
    match action {
        Action::Take => take(&connection.shared, ticket, signal, &bytes, refusal, None),
        Action::PartialSuccess { rejected, message } => {
            take(&connection.shared, ticket, signal, &bytes, refusal, Some((rejected, message)))
        }
        Action::Fail { code, message, retry_after } => {
            let refusal = Refusal { retry_after, ..Refusal::new(code, message) };
            refuse(&connection.shared, ticket, refusal)
        }
        Action::HangUp => {
            connection.hang_up();
            Answer::Nothing
        }
        Action::BlackHole => {
            // Until the collector is told to behave; too late for an answer then.
            let mut door = connection.shared.door();
            let _ = door.changed().await;
            Answer::Nothing
        }
    }
}

fn take(
    shared: &Shared,
    ticket: Ticket,
    signal: Signal,
    bytes: &[u8],
    refusal: Option<Refusal>,
    partial: Option<(u64, String)>,
) -> Answer {
    if let Some(refusal) = refusal.or_else(|| oversize(shared, bytes)) {
        return refuse(shared, ticket, refusal);
    }
    // Decoded before the lock is taken.
    let mut contents = match Contents::decode(signal, bytes, ticket.is_kept()) {
        Ok(contents) => contents,
        Err(error) => {
            let refusal =
                Refusal::new(Code::InvalidArgument, format!("not OTLP {signal}: {error}"));
            return refuse(shared, ticket, refusal);
        }
    };
    let rejected = partial.as_ref().map_or(0, |(rejected, _)| *rejected).min(contents.len() as u64);
    contents.truncate(contents.len() - rejected as usize);
    let outcome =
        if rejected > 0 { Outcome::PartiallyAccepted { rejected } } else { Outcome::Accepted };
    shared.update(|store| {
        store.take(ticket, contents);
        store.conclude(ticket, outcome);
    });
    Answer::Accepted(
        partial.map_or_else(Bytes::new, |(rejected, message)| response(rejected, &message)),
    )
}

fn oversize(shared: &Shared, bytes: &[u8]) -> Option<Refusal> {
    let limit = shared.lock().max_message_bytes;
    (bytes.len() > limit).then(|| {
        let message =
            format!("received message larger than max ({} vs. {limit} bytes)", bytes.len());
        Refusal { oversize: true, ..Refusal::new(Code::ResourceExhausted, message) }
    })
}

fn refuse(shared: &Shared, ticket: Ticket, refusal: Refusal) -> Answer {
    let outcome = Outcome::Failed { code: refusal.code, message: refusal.message.clone() };
    shared.update(|store| {
        store.counters.oversize_requests += u64::from(refusal.oversize);
        store.conclude(ticket, outcome);
    });
    Answer::Refused(refusal)
}

/// `Export…ServiceResponse { partial_success: { rejected = 1, error_message = 2 } = 1 }`, whose
/// encoding is the same for the three signals.
fn response(rejected: u64, message: &str) -> Bytes {
    let mut partial = Vec::new();
    if rejected > 0 {
        encoding::uint64::encode(1, &rejected, &mut partial);
    }
    if !message.is_empty() {
        encoding::string::encode(2, &message.to_owned(), &mut partial);
    }
    let mut out = Vec::new();
    encoding::bytes::encode(1, &partial, &mut out);
    out.into()
}
