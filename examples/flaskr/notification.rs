//! The second app: it stands for a server that sends mails to the editors, and knows nothing of the
//! blog.

use std::{io, net::TcpListener};

use actix_web::{App, HttpServer, Responder, dev::Server, get};
use apitoolkit_actix::ApiToolkit;

/// It goes on until it is told to stop: the blog, which calls it, stops first.
pub(crate) fn server(listener: TcpListener, toolkit: ApiToolkit) -> io::Result<Server> {
    let server = HttpServer::new(move || App::new().wrap(toolkit.clone()).service(send));
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

#[get("/send")]
async fn send() -> impl Responder {
    "The editors have been told."
}
