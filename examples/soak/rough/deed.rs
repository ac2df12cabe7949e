use std::{io, net::SocketAddr, thread, time::Duration};

use fastrand::Rng;

use super::client::Client;
use crate::requests::{body, get, post_head};

/// What a client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deed {
    /// Resets the connection before the answer's head.
    ResetBeforeHead,
    /// Resets it within the answer's body.
    ResetInAnswer,
    /// Resets it within its own body.
    ResetInUpload,
    /// Resets it while the handler waits for a call.
    ResetInCall,
    /// Reads slowly, then resets.
    ReadSlowly,
    /// Sends its body a few bytes at a time, and reads the answer.
    SendSlowly,
    /// Closes its side and reads the answer.
    HalfClose,
    /// Reads a stream to its end.
    Stream,
    /// Asks for a panic before the head.
    Panic,
    /// Asks for a panic within the body.
    LatePanic,
    /// Asks for an error.
    Failure,
    /// Asks for what is left out.
    Ignored,
    /// Sends what is no request.
    Garbage,
}

/// Of a hundred clients, how many do what.
const MIX: [(u64, Deed); 13] = [
    (22, Deed::ResetBeforeHead),
    (18, Deed::ResetInAnswer),
    (15, Deed::ResetInUpload),
    (14, Deed::ResetInCall),
    (3, Deed::ReadSlowly),
    (2, Deed::SendSlowly),
    (4, Deed::HalfClose),
    (3, Deed::Stream),
    (6, Deed::Panic),
    (5, Deed::LatePanic),
    (4, Deed::Failure),
    (2, Deed::Ignored),
    (2, Deed::Garbage),
];

impl Deed {
    pub(super) fn any(rng: &mut Rng) -> Self {
        let mut left = rng.u64(0..100);
        let chosen = MIX.into_iter().find(|(share, _)| match left.checked_sub(*share) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        chosen.map_or(Self::ResetBeforeHead, |(_, deed)| deed)
    }

    pub(super) fn is_abort(self) -> bool {
        matches!(
            self,
            Self::ResetBeforeHead
                | Self::ResetInAnswer
                | Self::ResetInUpload
                | Self::ResetInCall
                | Self::ReadSlowly
        )
    }

    pub(super) fn commit(self, address: SocketAddr, rng: &mut Rng) -> io::Result<()> {
        let mut client = Client::connect(address)?;
        match self {
            Self::ResetBeforeHead => {
                let request = get("/pending");
                // Also within the request's own head.
                let sent = if rng.bool() { request.len() } else { rng.usize(1..request.len()) };
                client.send(request.as_bytes().get(..sent).unwrap_or_default())?;
                client.reset_after(rng.u64(0..60))
            }
            Self::ResetInAnswer => {
                let path = if rng.bool() { "/endless" } else { "/reports/100" };
                client.send(get(path).as_bytes())?;
                client.read(rng.usize(1..40_000))?;
                client.reset_after(0)
            }
            Self::ResetInUpload => {
                let body = body(rng.usize(2_000..200_000));
                client.send(post_head(body.len()).as_bytes())?;
                let sent = rng.usize(0..body.len());
                client.send(body.as_bytes().get(..sent).unwrap_or_default())?;
                client.reset_after(rng.u64(0..10))
            }
            Self::ResetInCall => {
                client.send(get("/call/20").as_bytes())?;
                client.reset_after(rng.u64(0..20))
            }
            Self::ReadSlowly => {
                client.send(get("/endless").as_bytes())?;
                for _ in 0..20 {
                    client.read(512)?;
                    thread::sleep(Duration::from_millis(5));
                }
                client.reset_after(0)
            }
            Self::SendSlowly => {
                let body = body(1_000);
                client.send(post_head(body.len()).as_bytes())?;
                for bytes in body.as_bytes().chunks(100) {
                    client.send(bytes)?;
                    thread::sleep(Duration::from_millis(3));
                }
                client.expect("200")
            }
            Self::HalfClose => {
                client.send(get("/pending").as_bytes())?;
                client.expect("200")
            }
            Self::Stream => {
                client.send(get("/events").as_bytes())?;
                client.expect("200")
            }
            Self::Panic => {
                client.send(get("/panic").as_bytes())?;
                client.expect("")
            }
            Self::LatePanic => {
                client.send(get("/panic/late").as_bytes())?;
                // The head may not have left.
                client.rest().map(drop)
            }
            Self::Failure => {
                client.send(get("/failure").as_bytes())?;
                client.expect("500")
            }
            Self::Ignored => {
                client.send(get("/ignored").as_bytes())?;
                client.expect("418")
            }
            Self::Garbage => {
                client.send(b"SOAK\0\x80 / HTTP/9.9\r\n\r\n")?;
                client.expect("400")
            }
        }
    }
}
