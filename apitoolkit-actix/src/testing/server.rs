//! The thread that listens: its runtime and its two ports.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, mpsc as sync_mpsc},
    thread::{self, JoinHandle},
};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::{Builder, Handle},
    sync::mpsc,
    task::JoinSet,
};

use super::{connection::Connection, store::Shared};

const BACKLOG: u32 = 1024;
/// Pause after a failed `accept`, lest a lack of file descriptors becomes a busy loop.
const ACCEPT_PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// Where the server listens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Addresses {
    pub(super) grpc: SocketAddr,
    pub(super) http: SocketAddr,
}

/// Owns the thread. Dropped, it closes every connection and joins.
#[derive(Debug)]
pub(super) struct Server {
    /// `None` only while it is dropped.
    commands: Option<mpsc::UnboundedSender<Command>>,
    thread: Option<JoinHandle<()>>,
    runtime: Handle,
    addresses: Addresses,
}

#[derive(Debug)]
enum Command {
    Stop(sync_mpsc::Sender<io::Result<()>>),
    Restart(sync_mpsc::Sender<io::Result<()>>),
}

impl Server {
    pub(super) fn start(grpc: SocketAddr, shared: Arc<Shared>) -> io::Result<Self> {
        let http = SocketAddr::new(grpc.ip(), 0);
        let sockets = Sockets { grpc: bind(grpc)?, http: bind(http)? };
        let addresses =
            Addresses { grpc: sockets.grpc.local_addr()?, http: sockets.http.local_addr()? };
        let (commands, inbox) = mpsc::unbounded_channel();
        let (started, start) = sync_mpsc::channel();
        let thread = thread::Builder::new()
            .name("otlp-test-collector".to_owned())
            .spawn(move || run(sockets, addresses, shared, inbox, &started))?;
        let runtime = start.recv().unwrap_or_else(|_| Err(gone()))?;
        Ok(Self { commands: Some(commands), thread: Some(thread), runtime, addresses })
    }

    pub(super) fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The runtime of the server's thread; its timers run for as long as the server lives.
    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    pub(super) fn stop(&self) -> io::Result<()> {
        self.ask(Command::Stop)
    }

    pub(super) fn restart(&self) -> io::Result<()> {
        self.ask(Command::Restart)
    }

    fn ask(&self, command: fn(sync_mpsc::Sender<io::Result<()>>) -> Command) -> io::Result<()> {
        let (done, answer) = sync_mpsc::channel();
        let commands = self.commands.as_ref().ok_or_else(gone)?;
        commands.send(command(done)).map_err(|_| gone())?;
        answer.recv().unwrap_or_else(|_| Err(gone()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the server's thread has already been printed by its hook.
            let _ = thread.join();
        }
    }
}

fn gone() -> io::Error {
    io::Error::other("the collector's thread has ended")
}

/// Both ports, bound but not listening: connections are refused, and no other process or test can
/// be given the ports.
struct Sockets {
    grpc: TcpSocket,
    http: TcpSocket,
}

struct Listeners {
    grpc: TcpListener,
    http: TcpListener,
}

impl Sockets {
    fn listen(self) -> io::Result<Listeners> {
        Ok(Listeners { grpc: self.grpc.listen(BACKLOG)?, http: self.http.listen(BACKLOG)? })
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows the option means that two processes may listen at once, and is not needed.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn run(
    sockets: Sockets,
    addresses: Addresses,
    shared: Arc<Shared>,
    inbox: mpsc::UnboundedReceiver<Command>,
    started: &sync_mpsc::Sender<io::Result<Handle>>,
) {
    let runtime = match Builder::new_current_thread().enable_io().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // The receiver waits; it cannot be gone.
            let _ = started.send(Err(error));
            return;
        }
    };
    let handle = runtime.handle().clone();
    runtime.block_on(async {
        match sockets.listen() {
            Ok(listeners) => {
                let _ = started.send(Ok(handle));
                let desk = Desk { shared, addresses, connections: JoinSet::new(), next: 1 };
                desk.serve(listeners, inbox).await;
            }
            Err(error) => {
                let _ = started.send(Err(error));
            }
        }
    });
    runtime.shutdown_background();
}

/// Accepts connections and takes commands.
struct Desk {
    shared: Arc<Shared>,
    addresses: Addresses,
    connections: JoinSet<()>,
    next: u64,
}

impl Desk {
    async fn serve(mut self, first: Listeners, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut listeners = Some(first);
        let mut reserved = None;
        loop {
            tokio::select! {
                command = inbox.recv() => match command {
                    None => return,
                    Some(Command::Stop(done)) => {
                        listeners = None;
                        self.connections.shutdown().await;
                        if reserved.is_none() {
                            reserved = self.reserve();
                        }
                        let _ = done.send(Ok(()));
                    }
                    Some(Command::Restart(done)) => {
                        let result = match listeners {
                            Some(_) => Ok(()),
                            None => self.bind().and_then(Sockets::listen).map(|again| {
                                listeners = Some(again);
                                reserved = None;
                            }),
                        };
                        let _ = done.send(result);
                    }
                },
                (accepted, transport) = accept(listeners.as_ref()) => match accepted {
                    Ok((stream, peer)) => self.welcome(stream, peer, transport),
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
                Some(_) = self.connections.join_next() => {}
            }
        }
    }

    fn bind(&self) -> io::Result<Sockets> {
        Ok(Sockets { grpc: bind(self.addresses.grpc)?, http: bind(self.addresses.http)? })
    }

    /// Keeps the ports while the collector is stopped, where the system allows to bind them again
    /// next to it; elsewhere they are merely free.
    fn reserve(&self) -> Option<Sockets> {
        if cfg!(target_os = "linux") { self.bind().ok() } else { None }
    }

    fn welcome(&mut self, stream: TcpStream, peer: SocketAddr, port: Port) {
        let connection = Connection::new(self.shared.clone(), self.next, peer);
        self.next += 1;
        self.shared.update(|store| store.counters.connections += 1);
        // Answers are small and awaited; a failure to say so only makes them later.
        let _ = stream.set_nodelay(true);
        self.connections.spawn(async move {
            match port {
                Port::Grpc => connection.serve_grpc(stream).await,
                Port::Http => connection.serve_http(stream).await,
            }
        });
    }
}

#[derive(Clone, Copy)]
enum Port {
    Grpc,
    Http,
}

async fn accept(listeners: Option<&Listeners>) -> (io::Result<(TcpStream, SocketAddr)>, Port) {
    let Some(Listeners { grpc, http }) = listeners else { return std::future::pending().await };
    tokio::select! {
        accepted = grpc.accept() => (accepted, Port::Grpc),
        accepted = http.accept() => (accepted, Port::Http),
    }
}
