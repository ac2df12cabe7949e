use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use socket2::SockRef;

use crate::SOON;

/// A client that sends what it is given, byte by byte, and sees every byte of the answer.
#[derive(Debug)]
pub struct Raw {
    stream: TcpStream,
    seen: Vec<u8>,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server closed it.
    Closed,
    /// The server reset it.
    Reset,
    /// It stayed open.
    Open,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Status line and headers as sent, made comparable by [`normal`].
    pub head: String,
    /// The body, out of its chunks.
    pub body: Vec<u8>,
}

#[expect(clippy::expect_used, reason = "a fixture")]
impl Raw {
    /// Connects.
    ///
    /// # Panics
    /// When it cannot; so do the others when the connection fails unexpectedly.
    #[must_use]
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(SOON)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Self { stream, seen: Vec::new() }
    }

    /// Sends bytes; what the server no longer takes is thrown away.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        match self.stream.write_all(bytes.as_ref()) {
            Err(error) if !is_gone(error.kind()) => panic_with(&error),
            _ => self,
        }
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) -> &mut Self {
        let _ = self.stream.shutdown(Shutdown::Write);
        self
    }

    /// Aborts the connection with a reset.
    pub fn reset(self) {
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)).expect("no linger");
    }

    /// Reads the next answer's head.
    ///
    /// # Panics
    /// When the server sends none.
    pub fn head(&mut self) -> String {
        loop {
            if let Some(end) = find(&self.seen, b"\r\n\r\n") {
                let head: Vec<u8> = self.seen.drain(..end + 4).collect();
                return String::from_utf8_lossy(&head).into_owned();
            }
            assert!(self.more(), "no head came; {:?}", String::from_utf8_lossy(&self.seen));
        }
    }

    /// Reads the next answer.
    pub fn reply(&mut self) -> Reply {
        self.reply_to("GET")
    }

    /// Reads the next answer, to a request with this method.
    pub fn reply_to(&mut self, method: &str) -> Reply {
        let head = self.head();
        let status = head.get(9..12).and_then(|s| s.parse().ok()).expect("a status");
        let lower = head.to_ascii_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "));
        let bodiless = method == "HEAD" || matches!(status, 100..=199 | 204 | 304);
        let body = if bodiless {
            Vec::new()
        } else if lower.contains("\r\ntransfer-encoding: chunked") {
            self.chunks()
        } else if let Some(length) = length {
            self.bytes(length.parse().expect("a length"))
        } else {
            self.rest().0
        };
        Reply { status, head: normal(&head), body }
    }

    /// Reads exactly so many bytes.
    ///
    /// # Panics
    /// When the server sends fewer.
    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        while self.seen.len() < n {
            assert!(self.more(), "{} of {n} bytes came", self.seen.len());
        }
        self.seen.drain(..n).collect()
    }

    /// Reads one chunk of a chunked body; empty is the last.
    ///
    /// # Panics
    /// When the server sends none.
    pub fn chunk(&mut self) -> Vec<u8> {
        loop {
            if let Some(end) = find(&self.seen, b"\r\n") {
                let size = String::from_utf8_lossy(&self.seen[..end]).into_owned();
                let size = usize::from_str_radix(size.trim(), 16).expect("a chunk size");
                self.bytes(end + 2);
                let chunk = self.bytes(size);
                self.bytes(2);
                return chunk;
            }
            assert!(self.more(), "no chunk came");
        }
    }

    /// Reads everything up to the end of the connection, and how it ended.
    pub fn rest(&mut self) -> (Vec<u8>, End) {
        let end = loop {
            match self.read() {
                Ok(true) => {}
                Ok(false) => break End::Closed,
                Err(kind) if is_gone(kind) => break End::Reset,
                Err(_) => break End::Open,
            }
        };
        (std::mem::take(&mut self.seen), end)
    }

    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let chunk = self.chunk();
            if chunk.is_empty() {
                return body;
            }
            body.extend(chunk);
        }
    }

    fn more(&mut self) -> bool {
        self.read().unwrap_or(false)
    }

    fn read(&mut self) -> Result<bool, ErrorKind> {
        let mut buffer = vec![0; 64 * 1024];
        let n = self.stream.read(&mut buffer).map_err(|error| error.kind())?;
        self.seen.extend_from_slice(&buffer[..n]);
        Ok(n > 0)
    }
}

impl Reply {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What the server sent, with the values of `date` headers blanked, for the clock is not the app's,
/// and the headers of each answer sorted by name, for Actix writes them in the order of a hash map.
#[must_use]
pub fn normal(answers: &str) -> String {
    let mut out = String::with_capacity(answers.len());
    let mut rest = answers;
    while let Some(start) = rest.find("HTTP/1.") {
        let (before, answer) = rest.split_at(start);
        let end = answer.find("\r\n\r\n").map_or(answer.len(), |end| end + 2);
        let (head, after) = answer.split_at(end);
        let mut lines = head.split_inclusive("\r\n");
        let status = lines.next().unwrap_or_default();
        let mut headers: Vec<_> = lines.map(without_date).collect();
        // Stable: the values of one name keep their order.
        headers.sort_by_key(|line| line.split(':').next().map(str::to_ascii_lowercase));
        out += before;
        out += status;
        out.extend(headers);
        rest = after;
    }
    out + rest
}

fn without_date(line: &str) -> &str {
    let is_date = line.get(..6).is_some_and(|name| name.eq_ignore_ascii_case("date: "));
    if is_date { "date: *\r\n" } else { line }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted
    )
}

#[expect(clippy::panic, reason = "a fixture")]
fn panic_with(error: &std::io::Error) -> ! {
    panic!("sending failed: {error}")
}
