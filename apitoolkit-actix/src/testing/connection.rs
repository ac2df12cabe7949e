//! One TCP connection, which the collector may hold or close at any moment.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use http::Response;
use hyper::{
    rt::Executor,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{Notify, watch},
    task::JoinSet,
};

use super::{
    grpc, otlp_http,
    reply::Reply,
    store::{Door, Shared},
};

/// A connection, as its requests know it.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) shared: Arc<Shared>,
    /// Counted from 1.
    pub(super) number: u64,
    pub(super) peer: SocketAddr,
    hang_up: Arc<Notify>,
}

impl Connection {
    pub(super) fn new(shared: Arc<Shared>, number: u64, peer: SocketAddr) -> Self {
        Self { shared, number, peer, hang_up: Arc::new(Notify::new()) }
    }

    /// Asks for the connection to be closed.
    pub(super) fn hang_up(&self) {
        self.hang_up.notify_one();
    }

    pub(super) async fn serve_grpc(self, stream: TcpStream) {
        let (door, hang_up) = (self.shared.door(), self.hang_up.clone());
        let service = service_fn(move |request| answered(grpc::serve(self.clone(), request)));
        let server = http2::Builder::new(Streams::default());
        hold(server.serve_connection(TokioIo::new(stream), service), door, &hang_up).await;
    }

    pub(super) async fn serve_http(self, stream: TcpStream) {
        let (door, hang_up) = (self.shared.door(), self.hang_up.clone());
        let service = service_fn(move |request| answered(otlp_http::serve(self.clone(), request)));
        let mut server = http1::Builder::new();
        server.header_read_timeout(None);
        hold(server.serve_connection(TokioIo::new(stream), service), door, &hang_up).await;
    }
}

async fn answered(
    answer: impl Future<Output = Option<Response<Reply>>>,
) -> io::Result<Response<Reply>> {
    answer.await.ok_or_else(|| io::Error::other("no answer, by script"))
}

/// Drives a connection as the door allows. Returning closes it.
async fn hold<E>(
    served: impl Future<Output = Result<(), E>>,
    mut door: watch::Receiver<Door>,
    hang_up: &Notify,
) {
    let mut served = pin!(served);
    loop {
        let now = *door.borrow_and_update();
        match now {
            Door::Closed => return,
            // Not polled, nothing is read or written: to the peer it is a network that went away.
            Door::BlackHole => {
                if door.changed().await.is_err() {
                    return;
                }
            }
            // In this order, so that the door counts from the moment in which it was set.
            Door::Open => tokio::select! {
                biased;
                changed = door.changed() => if changed.is_err() { return },
                () = hang_up.notified() => return,
                _ = &mut served => return,
            },
        }
    }
}

/// Runs the streams of an HTTP/2 connection and ends them with it.
#[derive(Clone, Default)]
struct Streams(Arc<Mutex<JoinSet<()>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while streams.try_join_next().is_some() {}
        streams.spawn(stream);
    }
}
