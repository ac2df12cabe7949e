//! Every way to make a call, written once for the bare client, the observer, and the bare client
//! with the middleware.

use actix_http::error::PayloadError;
use awc::{ClientResponse, error::SendRequestError};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

/// What a caller sees of an answer: status and headers, what the body gives chunk by chunk, errors.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    head: Result<(u16, Vec<(String, String)>), String>,
    body: Vec<u8>,
    body_error: Option<String>,
}

impl Seen {
    pub(crate) async fn of<S>(answer: Result<ClientResponse<S>, SendRequestError>) -> Self
    where
        S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    {
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let head = Err(error.to_string());
                return Self { head, body: Vec::new(), body_error: None };
            }
        };
        let mut headers: Vec<_> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), format!("{value:?}")))
            .collect();
        headers.sort();
        let head = Ok((answer.status().as_u16(), headers));
        let (mut body, mut body_error) = (Vec::new(), None);
        while let Some(chunk) = answer.next().await {
            match chunk {
                Ok(chunk) => body.extend(chunk),
                Err(error) => {
                    body_error = Some(error.to_string());
                    break;
                }
            }
        }
        Self { head, body, body_error }
    }

    pub(crate) fn error(&self) -> Option<&str> {
        self.head.as_ref().err().or(self.body_error.as_ref()).map(String::as_str)
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Does the same with a bare client, with observers that capture bodies and that do not, and with a
/// client of the app's own, and checks that the outcome is the same; returns it.
macro_rules! each {
    ($here:expr, |$client:ident| $outcome:expr) => {{
        let here: &crate::support::Here = &$here;
        let bare = {
            let $client = awc::Client::new();
            $outcome
        };
        let captured = {
            let $client = here.observe().capture_request_body(true).capture_response_body(true);
            $outcome
        };
        let counted = {
            let $client = here.observe();
            $outcome
        };
        let wrapped = {
            let observed = apitoolkit_actix::ObservedClient::new().capture_request_body(true);
            let $client = awc::Client::builder().wrap(observed).finish();
            $outcome
        };
        assert_eq!(captured, bare, "{}", stringify!($outcome));
        assert_eq!(counted, bare, "{}", stringify!($outcome));
        assert_eq!(wrapped, bare, "{}", stringify!($outcome));
        bare
    }};
}
pub(crate) use each;

/// As [`each!`] for one call, of which everything is compared that a caller can see.
macro_rules! same {
    ($here:expr, |$client:ident| $send:expr) => {
        crate::ways::each!($here, |$client| crate::ways::Seen::of($send.await).await)
    };
}
pub(crate) use same;

/// As many calls each of these makes, and as many of them are recorded.
pub(crate) const CALLS: usize = 4;
pub(crate) const RECORDED: usize = 3;
