use std::{
    fmt,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use tokio::sync::watch;

use super::{Answer, Received, connection::serve};
use crate::SOON;

/// A running server.
#[derive(Debug)]
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    answer: Box<dyn Fn(&Received) -> Answer + Send + Sync>,
    accepted: AtomicUsize,
    received: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
    /// Closed when the server goes; not held, so that a connection ends when its script does.
    streams: Mutex<Vec<Weak<TcpStream>>>,
    stopped: AtomicBool,
}

#[expect(clippy::expect_used, reason = "a fixture")]
impl Upstream {
    /// Starts a server that answers as `answer` says. A request that waits to be told to send its
    /// body is shown without it first: an [empty answer](Answer::go_on) tells it.
    ///
    /// # Panics
    /// When there is no port or thread left.
    #[must_use]
    pub fn start(answer: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            answer: Box::new(answer),
            accepted: AtomicUsize::new(0),
            received: Mutex::default(),
            count: watch::Sender::new(0),
            streams: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accepting.accept(&listener));
        Self { address, shared }
    }

    /// Starts a server that answers every request with this text.
    #[must_use]
    pub fn saying(text: &'static str) -> Self {
        Self::start(move |_| Answer::ok(text))
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one request that came.
    ///
    /// # Panics
    /// When there was none, or another.
    #[must_use]
    pub fn the_one(&self) -> Received {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:#?}");
        received.remove(0)
    }

    /// Waits until so many requests have come.
    ///
    /// # Panics
    /// When they do not.
    pub async fn reached(&self, requests: usize) {
        let mut count = self.shared.count.subscribe();
        let come = count.wait_for(|count| *count >= requests);
        let come = tokio::time::timeout(SOON, come).await;
        drop(come.expect("requests in time").expect("a running server"));
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let streams = self.shared.streams.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in streams.iter().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes whoever accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn accept(self: Arc<Self>, listener: &TcpListener) {
        while let Ok((stream, _)) = listener.accept() {
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            let number = self.accepted.fetch_add(1, Ordering::SeqCst) + 1;
            let _ = stream.set_nodelay(true);
            let stream = Arc::new(stream);
            let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
            streams.push(Arc::downgrade(&stream));
            drop(streams);
            let shared = Arc::clone(&self);
            thread::spawn(move || {
                // What ends a connection is part of the test.
                let _ = serve(&stream, number, &shared);
            });
        }
    }

    pub(super) fn answer(&self, request: &Received) -> Answer {
        (self.answer)(request)
    }

    pub(super) fn note(&self, request: Received) {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.push(request);
        self.count.send_replace(received.len());
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("accepted", &self.accepted).finish_non_exhaustive()
    }
}
