use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::TcpStream,
};

use super::{Received, server::Shared};

/// As much of a body is kept.
const KEPT: usize = 1024 * 1024;

/// Answers the requests of one connection until it ends.
pub(super) fn serve(stream: &TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    let mut connection = Connection { stream, ahead: Vec::new() };
    while let Some(head) = connection.head()? {
        let mut request = Received { connection: number, head, ..Received::default() };
        if !request.header("expect").is_empty() {
            let answer = shared.answer(&request);
            if !answer.goes_on() {
                shared.note(request);
                answer.perform(stream)?;
                return Ok(());
            }
            connection.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let read = connection.body(&mut request);
        request.complete = read.is_ok();
        shared.note(request.clone());
        read?;
        if !shared.answer(&request).perform(stream)? {
            return Ok(());
        }
    }
    Ok(())
}

struct Connection<'s> {
    stream: &'s TcpStream,
    /// Read, and not yet looked at.
    ahead: Vec<u8>,
}

impl Connection<'_> {
    fn head(&mut self) -> io::Result<Option<String>> {
        loop {
            let end = self.ahead.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                let head = self.ahead.drain(..end + 4).collect::<Vec<_>>();
                return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    fn body(&mut self, request: &mut Received) -> io::Result<()> {
        if request.header("transfer-encoding") == ["chunked"] {
            return self.chunks(request);
        }
        let length = request.header("content-length").first().and_then(|text| text.parse().ok());
        self.content(request, length.unwrap_or(0))
    }

    fn chunks(&mut self, request: &mut Received) -> io::Result<()> {
        loop {
            let line = self.line()?;
            let text = String::from_utf8_lossy(&line);
            let size = u64::from_str_radix(text.trim(), 16).map_err(io::Error::other)?;
            keep(&mut request.body, &line);
            self.content(request, size)?;
            let end = self.line()?;
            keep(&mut request.body, &end);
            if size == 0 {
                return Ok(());
            }
        }
    }

    /// Reads so many bytes of content.
    fn content(&mut self, request: &mut Received, mut left: u64) -> io::Result<()> {
        while left > 0 {
            if self.ahead.is_empty() && !self.more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let taken = usize::try_from(left).unwrap_or(usize::MAX).min(self.ahead.len());
            let rest = self.ahead.split_off(taken);
            keep(&mut request.body, &self.ahead);
            keep(&mut request.content, &self.ahead);
            self.ahead = rest;
            request.length += taken as u64;
            left -= taken as u64;
        }
        Ok(())
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.ahead.windows(2).position(|window| window == b"\r\n") {
                return Ok(self.ahead.drain(..end + 2).collect());
            }
            if !self.more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn more(&mut self) -> io::Result<bool> {
        let mut buffer = vec![0; 64 * 1024];
        let n = self.stream.read(&mut buffer)?;
        self.ahead.extend_from_slice(buffer.get(..n).unwrap_or_default());
        Ok(n > 0)
    }
}

fn keep(kept: &mut Vec<u8>, bytes: &[u8]) {
    let room = KEPT.saturating_sub(kept.len()).min(bytes.len());
    kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
}
