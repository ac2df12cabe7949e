use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use socket2::SockRef;

use super::Gate;

/// What the server does with a request, step by step.
#[derive(Debug, Default)]
pub struct Answer(Vec<Step>);

#[derive(Debug)]
enum Step {
    Send(Vec<u8>),
    Repeat(Vec<u8>, usize),
    Wait(Gate),
    Hang,
    Close,
    Reset,
}

impl Answer {
    /// A whole answer, with its length.
    #[must_use]
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        let mut headers = headers.to_vec();
        headers.push(("content-length", &length));
        Self::head(status, &headers).then(body)
    }

    /// 200 with a text.
    #[must_use]
    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[("content-type", "text/plain")], body)
    }

    /// 200 with JSON.
    #[must_use]
    pub fn json(body: &str) -> Self {
        Self::new(200, &[("content-type", "application/json")], body)
    }

    /// A redirect.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, &[("location", location)], "")
    }

    /// A head as written here, which says nothing of a body by itself.
    #[must_use]
    pub fn head(status: u16, headers: &[(&str, &str)]) -> Self {
        let mut head = format!("HTTP/1.1 {status} X\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        Self::default().then(head + "\r\n")
    }

    /// Nothing, and the connection stays open until the client goes.
    #[must_use]
    pub fn never() -> Self {
        Self(vec![Step::Hang])
    }

    /// Lets a client that asks first send its body; the next answer is to the whole request.
    #[must_use]
    pub fn go_on() -> Self {
        Self::default()
    }

    /// Then these bytes.
    #[must_use]
    pub fn then(self, bytes: impl AsRef<[u8]>) -> Self {
        self.step(Step::Send(bytes.as_ref().to_vec()))
    }

    /// Then these bytes, so many times.
    #[must_use]
    pub fn repeat(self, bytes: impl AsRef<[u8]>, times: usize) -> Self {
        self.step(Step::Repeat(bytes.as_ref().to_vec(), times))
    }

    /// Goes on when the gate is open.
    #[must_use]
    pub fn when(self, gate: &Gate) -> Self {
        self.step(Step::Wait(gate.clone()))
    }

    /// Then nothing more, until the client goes.
    #[must_use]
    pub fn hang(self) -> Self {
        self.step(Step::Hang)
    }

    /// Then closes the connection.
    #[must_use]
    pub fn close(self) -> Self {
        self.step(Step::Close)
    }

    /// Then resets the connection.
    #[must_use]
    pub fn reset(self) -> Self {
        self.step(Step::Reset)
    }

    fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    pub(super) fn goes_on(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the connection is still there afterwards.
    pub(super) fn perform(self, mut stream: &TcpStream) -> io::Result<bool> {
        for step in self.0 {
            match step {
                Step::Send(bytes) => stream.write_all(&bytes)?,
                Step::Repeat(bytes, times) => {
                    for _ in 0..times {
                        stream.write_all(&bytes)?;
                    }
                }
                Step::Wait(gate) => gate.wait(),
                Step::Hang => {
                    while stream.read(&mut [0; 1024])? > 0 {}
                    return Ok(false);
                }
                Step::Close => {
                    stream.shutdown(Shutdown::Both)?;
                    return Ok(false);
                }
                Step::Reset => {
                    SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
