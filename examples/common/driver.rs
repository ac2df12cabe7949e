//! Sends requests over keep-alive connections, at a fixed rate or as fast as they are answered, and
//! times the answers. The middleware's benchmark uses it too.

use std::{
    collections::VecDeque,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use super::process;

/// Between two looks at the connections, where nothing had come.
const PAUSE: Duration = Duration::from_micros(10);
/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) address: SocketAddr,
    /// Whole requests, sent in turn.
    pub(crate) requests: &'a [String],
    pub(crate) connections: usize,
    pub(crate) count: u64,
    /// Requests per second; if absent, as fast as they are answered.
    pub(crate) rate: Option<f64>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Driven {
    pub(crate) took: Duration,
    /// In ascending order.
    pub(crate) latencies: Vec<Duration>,
}

impl Driven {
    /// Answers per second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// The latency that this part of the requests, 0 to 1, did not exceed.
    pub(crate) fn percentile(&self, part: f64) -> Duration {
        percentile(&self.latencies, part)
    }
}

/// The latency that this part of those in ascending order, 0 to 1, did not exceed.
pub(crate) fn percentile(ascending: &[Duration], part: f64) -> Duration {
    let last = ascending.len().saturating_sub(1);
    ascending.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
}

impl Load<'_> {
    /// Sends everything, from one thread.
    ///
    /// With a rate, a latency counts from when the request was *due*, not from when it was sent: a
    /// server that stalls also delays the requests behind, and they say so.
    pub(crate) fn drive(self) -> io::Result<Driven> {
        let driver = move || {
            process::prefer_punctual(process::DRIVER_CORE);
            self.send_all()
        };
        let driven = thread::scope(|scope| scope.spawn(driver).join());
        driven.unwrap_or_else(|_| Err(io::Error::other("the driver panicked")))
    }

    fn send_all(self) -> io::Result<Driven> {
        let open = |_| Connection::open(self.address);
        let mut idle = (0..self.connections).map(open).collect::<io::Result<VecDeque<_>>>()?;
        let mut busy: Vec<Connection> = Vec::new();
        let mut requests = (0..self.count).zip(self.requests.iter().cycle()).peekable();
        let mut latencies = Vec::new();
        let mut buffer = vec![0; 128 * 1024];
        let start = Instant::now();
        let mut progress = start;
        while !busy.is_empty() || requests.peek().is_some() {
            while let Some((number, request)) = requests.peek()
                && let Some(due) = self.due(*number, start)
                && let Some(mut connection) = idle.pop_front()
            {
                connection.send(request, due)?;
                busy.push(connection);
                requests.next();
            }
            let answered = latencies.len();
            take_answers(&mut busy, &mut idle, &mut buffer, &mut latencies)?;
            if latencies.len() > answered {
                progress = Instant::now();
            } else if !busy.is_empty() && progress.elapsed() > PATIENCE {
                return Err(io::Error::other("no answer"));
            } else {
                thread::sleep(PAUSE);
            }
        }
        let took = start.elapsed();
        latencies.sort_unstable();
        Ok(Driven { took, latencies })
    }

    /// When a request was due, once it is.
    fn due(self, number: u64, start: Instant) -> Option<Instant> {
        let now = Instant::now();
        let due = match self.rate {
            Some(rate) => start + Duration::from_secs_f64(number as f64 / rate),
            None => now,
        };
        (due <= now).then_some(due)
    }
}

/// Moves connections whose answers are there from busy to idle, and notes how long these took.
fn take_answers(
    busy: &mut Vec<Connection>,
    idle: &mut VecDeque<Connection>,
    buffer: &mut [u8],
    latencies: &mut Vec<Duration>,
) -> io::Result<()> {
    let mut index = 0;
    while let Some(connection) = busy.get_mut(index) {
        if connection.is_answered(buffer)? {
            latencies.push(connection.due.elapsed());
            idle.push_back(busy.swap_remove(index));
        } else {
            index += 1;
        }
    }
    Ok(())
}

struct Connection {
    stream: TcpStream,
    /// When the request that it waits for was due.
    due: Instant,
    /// Bytes of the answer so far.
    filled: usize,
    /// Of the whole answer, once its head is there.
    whole: Option<usize>,
}

impl Connection {
    fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, due: Instant::now(), filled: 0, whole: None })
    }

    /// A request is small, and the one before was answered: it fits into the socket's buffer.
    fn send(&mut self, request: &str, due: Instant) -> io::Result<()> {
        (self.due, self.filled, self.whole) = (due, 0, None);
        self.stream.write_all(request.as_bytes())
    }

    /// Reads what is there. The head of an answer has to come in one piece.
    fn is_answered(&mut self, buffer: &mut [u8]) -> io::Result<bool> {
        let bytes = match self.stream.read(buffer) {
            Ok(0) => return Err(io::Error::other("the server closed the connection")),
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        self.filled += bytes;
        let whole = match self.whole {
            Some(whole) => whole,
            None => length(buffer.get(..bytes).unwrap_or_default())?,
        };
        self.whole = Some(whole);
        Ok(self.filled >= whole)
    }
}

/// Bytes of head and body of a success with a `content-length`.
fn length(answer: &[u8]) -> io::Result<usize> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default());
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    let body = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    match body {
        Some(body) if status.starts_with("HTTP/1.1 200") => Ok(end + 4 + body),
        _ => Err(io::Error::other(format!("not an answer to expect: {head}"))),
    }
}
