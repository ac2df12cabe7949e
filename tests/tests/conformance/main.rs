//! W3C Trace Context, level 2: what the relay example passes on of what it was sent.
//!
//! The same requirements that the specification's own conformance tests check at their strictest
//! (41 tests, strict level 2), and a few beyond.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../../../examples/relay/app.rs"]
mod relay;
mod traceparent;
mod tracestate;

use std::{net::SocketAddr, sync::mpsc, thread};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use apitoolkit_tests::{SOON, TestApp};

const TRACE: &str = "12345678901234567890123456789012";
const PARENT: &str = "1234567890123456";

/// A relay, and what it calls.
struct Relay {
    app: TestApp,
    callee: SocketAddr,
    calls: mpsc::Receiver<Vec<(String, String)>>,
}

/// What the callee of a relayed call was sent.
#[derive(Debug)]
struct Sent {
    trace: String,
    parent: String,
    flags: u8,
    /// The members of the `tracestate`, in order.
    state: Vec<(String, String)>,
}

impl Relay {
    fn start() -> Self {
        let (heard, calls) = mpsc::channel();
        let (started, running) = mpsc::channel();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    let heard = heard.clone();
                    let answer = move |request: HttpRequest, _: web::Bytes| {
                        let headers = request.headers().iter().map(|(name, value)| {
                            (name.to_string(), value.to_str().expect("ASCII").to_owned())
                        });
                        let _ = heard.send(headers.collect());
                        async { HttpResponse::Ok().json(()) }
                    };
                    App::new().default_service(web::to(answer))
                })
                .workers(1)
                .disable_signals()
                .bind(("127.0.0.1", 0))
                .expect("a free port");
                let _ = started.send(*server.addrs().first().expect("an address"));
                server.run().await
            })
        });
        let callee = running.recv_timeout(SOON).expect("a server");
        Self { app: TestApp::start(|toolkit| toolkit, relay::routes), callee, calls }
    }

    /// Has the relay make so many calls for a request with these headers.
    fn calls(&self, headers: &[(&str, &str)], calls: usize) -> Vec<Sent> {
        let call =
            serde_json::json!({ "url": format!("http://{}/", self.callee), "arguments": [] });
        let body = serde_json::Value::Array(vec![call; calls]).to_string();
        let mut request = format!(
            "POST /test HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("\r\n{body}"));
        let (answer, _) = self.app.connect().send(request.as_bytes()).rest();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        (0..calls).map(|_| Sent::read(&self.calls.recv_timeout(SOON).expect("a call"))).collect()
    }

    fn call(&self, headers: &[(&str, &str)]) -> Sent {
        self.calls(headers, 1).pop().expect("a call")
    }

    /// What is passed on beside a valid `traceparent`.
    fn state(&self, lines: &[&str]) -> Vec<(String, String)> {
        let parent = parent("00");
        let mut headers = vec![("traceparent", parent.as_str())];
        headers.extend(lines.iter().map(|line| ("tracestate", *line)));
        let sent = self.call(&headers);
        assert_eq!(sent.trace, TRACE, "the trace goes on, whatever its state is: {lines:?}");
        sent.state
    }
}

impl Sent {
    /// Reads the headers as strictly as the specification writes them.
    fn read(headers: &[(String, String)]) -> Self {
        let all = |name| headers.iter().filter(move |h| h.0 == name).map(|h| h.1.as_str());
        let traceparents: Vec<_> = all("traceparent").collect();
        let [line] = traceparents[..] else { panic!("not one traceparent: {traceparents:?}") };
        let fields: Vec<_> = line.split('-').collect();
        let [version, trace, parent, flags] = fields[..] else {
            panic!("not a traceparent: {line}")
        };
        assert_eq!((version, trace.len(), parent.len(), flags.len()), ("00", 32, 16, 2), "{line}");
        let hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        assert!([trace, parent, flags].iter().all(|field| field.bytes().all(hex)), "{line}");
        assert!([trace, parent].iter().all(|id| id.bytes().any(|c| c != b'0')), "{line}");
        let states: Vec<_> = all("tracestate").collect();
        assert!(states.len() <= 1, "more than one tracestate: {states:?}");
        Self {
            trace: trace.to_owned(),
            parent: parent.to_owned(),
            flags: u8::from_str_radix(flags, 16).expect("two digits"),
            state: states.first().map_or_else(Vec::new, |state| members(state)),
        }
    }
}

/// A `traceparent` with these flags.
fn parent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

fn members(text: &str) -> Vec<(String, String)> {
    let member = |member: &str| {
        let (key, value) = member.split_once('=').expect("a member");
        (key.to_owned(), value.to_owned())
    };
    text.split(',').map(member).collect()
}
