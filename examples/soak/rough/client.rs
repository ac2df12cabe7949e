use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use socket2::SockRef;

use crate::requests::get;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection for one request.
pub(super) struct Client {
    stream: TcpStream,
}

impl Client {
    pub(super) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream })
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Reads at least so many bytes.
    pub(super) fn read(&mut self, bytes: usize) -> io::Result<()> {
        self.stream.read_exact(&mut vec![0; bytes])
    }

    pub(super) fn reset_after(self, millis: u64) -> io::Result<()> {
        thread::sleep(Duration::from_millis(millis));
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
    }

    /// Everything until the server closes the connection, or resets it.
    pub(super) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.stream.read_to_end(&mut bytes) {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
            _ => Ok(bytes),
        }
    }

    /// Closes its side and reads the answer, which has to be of this status, or none if that is
    /// empty.
    pub(super) fn expect(&mut self, status: &str) -> io::Result<()> {
        // Else the server would wait for more. It may have closed the connection already.
        let _ = self.stream.shutdown(Shutdown::Write);
        let answer = self.rest()?;
        let text = String::from_utf8_lossy(&answer);
        let answered = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap_or("");
        if answered == status {
            return Ok(());
        }
        Err(io::Error::other(format!("was answered {answered:?}, not {status:?}")))
    }
}

/// The body of the answer for this path, from a client that behaves.
pub(crate) fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut client = Client::connect(address)?;
    client.send(get(path).as_bytes())?;
    let _ = client.stream.shutdown(Shutdown::Write);
    let answer = String::from_utf8_lossy(&client.rest()?).into_owned();
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}
