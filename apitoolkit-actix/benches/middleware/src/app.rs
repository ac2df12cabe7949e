//! The app, and the requests that it gets.

use std::{
    cell::Cell,
    net::{Ipv4Addr, SocketAddr},
};

use actix_http::Request;
use actix_web::{
    HttpResponse, Responder,
    http::Method,
    test::TestRequest,
    web::{self, ServiceConfig},
};
use bytes::Bytes;

use crate::{body::SMALL, rows::Body};

pub(crate) const ROUTE: &str = "/users/{user}/posts/{post}";
pub(crate) const TOKEN: &str = "3b1f-the-bearers-secret-9c2e";

/// Adds the one route, with the response that it gives to GET.
pub(crate) fn routes(body: Body) -> impl FnOnce(&mut ServiceConfig) {
    let response = body.response();
    move |app| {
        let post = web::resource(ROUTE).route(web::get().to(read)).route(web::post().to(write));
        app.app_data(web::Data::new(response)).service(post);
    }
}

/// So many users send requests, in turn: what a request has of its own should not be found in
/// whatever remembers the last ones.
const USERS: u32 = 1_000;

/// What requests are made of.
pub(crate) struct Sender {
    peer: SocketAddr,
    users: Vec<User>,
    next: Cell<usize>,
    body: Option<Bytes>,
}

struct User {
    path: String,
    authorization: String,
}

impl Sender {
    pub(crate) fn new(body: Body) -> Self {
        Self {
            peer: (Ipv4Addr::LOCALHOST, 50_000).into(),
            users: (0..USERS).map(User::new).collect(),
            next: Cell::new(0),
            body: body.request(),
        }
    }

    /// What each user sends over TCP, where nothing has a body.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |User { path, authorization }: &User| {
            format!(
                "GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\
                 user-agent: bench/1.0\r\nauthorization: {authorization}\r\n\r\n"
            )
        };
        self.users.iter().map(text).collect()
    }

    /// A request with three headers, and two more for a body.
    pub(crate) fn request(&self) -> Request {
        let user = &self.users[self.next.get()];
        self.next.set((self.next.get() + 1) % self.users.len());
        let request = TestRequest::with_uri(&user.path)
            .peer_addr(self.peer)
            .insert_header(("accept", "application/json"))
            .insert_header(("user-agent", "bench/1.0"))
            .insert_header(("authorization", user.authorization.as_str()));
        match &self.body {
            None => {
                let mut request = request.to_request();
                // As a server has it: a test's request has a payload that is empty.
                let _ = request.take_payload();
                request
            }
            Some(body) => request
                .method(Method::POST)
                .insert_header(("content-type", "application/json"))
                .insert_header(("content-length", body.len()))
                .set_payload(body.clone())
                .to_request(),
        }
    }
}

impl User {
    fn new(id: u32) -> Self {
        Self {
            path: format!("/users/{id}/posts/7?page=2"),
            authorization: format!("Bearer {TOKEN}{id}"),
        }
    }
}

async fn read(ids: web::Path<(u32, u32)>, response: web::Data<Bytes>) -> impl Responder {
    assert!(ids.0 < USERS && ids.1 == 7);
    HttpResponse::Ok().content_type("application/json").body(Bytes::clone(&response))
}

async fn write(ids: web::Path<(u32, u32)>, sent: Bytes) -> impl Responder {
    assert!(ids.0 < USERS && ids.1 == 7);
    assert!(!sent.is_empty());
    HttpResponse::Ok().content_type("application/json").body(SMALL)
}
