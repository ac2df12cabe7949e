//! A row's app behind a socket.

use std::{io, sync::atomic::Ordering};

use actix_http::Request;
use actix_service::IntoServiceFactory;
use actix_web::{
    Error, HttpServer,
    body::MessageBody,
    dev::{AppConfig, ServiceFactory, ServiceResponse},
    rt::{self, task::spawn_blocking},
};

use crate::rig::Rig;

/// Serves with one worker until standard input ends. Prints the address, and for each line of input
/// how many spans arrived, after handing over those that are queued.
pub(crate) async fn serve<F, I, S, B>(apps: F, rig: &Rig)
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    let server = HttpServer::new(apps).workers(1).disable_signals();
    let server = server.bind(("127.0.0.1", 0)).expect("a free port");
    let address = server.addrs()[0];
    let running = rt::spawn(server.run());
    println!("{address}");
    let line = || spawn_blocking(|| io::stdin().lines().next());
    while let Some(line) = line().await.expect("a thread") {
        line.expect("a line");
        rig.hand_over();
        println!("{}", rig.sink.exported.load(Ordering::SeqCst));
    }
    running.abort();
}
