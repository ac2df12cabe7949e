//! Calls over TLS, and over HTTP/2, which awc speaks over nothing else.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{Arc, mpsc},
    thread,
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, http::Version, web};
use apitoolkit_actix::{observe, testing::StatusCode};
use awc::{Client, ClientBuilder, Connector};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

use crate::{
    support::{Caller, run, text},
    ways::Seen,
};

/// A server with a certificate that nobody vouches for, and who would trust it.
struct Callee {
    address: SocketAddr,
    roots: RootCertStore,
}

/// Says what it was asked: version, method, `traceparent`, body.
async fn echo(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let parent = request.headers().get_all("traceparent").collect::<Vec<_>>();
    let text = format!("{:?} {} {parent:?} {body:?}", request.version(), request.method());
    HttpResponse::Ok().content_type("text/plain").body(text)
}

impl Callee {
    fn start() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                let app = || {
                    let moved = || async {
                        HttpResponse::Found().insert_header(("location", "/end")).finish()
                    };
                    App::new().route("/on", web::to(moved)).default_service(web::to(echo))
                };
                let server = HttpServer::new(app).workers(1).disable_signals();
                let server = server.bind_rustls_0_23(("127.0.0.1", 0), config).unwrap();
                tell.send(server.addrs()[0]).unwrap();
                server.run().await
            })
        });
        Self { address: told.recv().unwrap(), roots }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }
}

fn connector(roots: RootCertStore, protocols: &[&str]) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

macro_rules! client {
    ($roots:expr, $protocols:expr) => {
        ClientBuilder::new()
            .connector(Connector::new().rustls_0_23(Arc::new(connector($roots, $protocols))))
    };
}

#[test]
fn both_versions_of_http() {
    let callee = Callee::start();
    for (protocols, version) in [(&["h2"][..], Version::HTTP_2), (&["http/1.1"], Version::HTTP_11)]
    {
        let caller = Caller::new();
        run(async {
            let bare = client!(callee.roots.clone(), protocols).finish();
            let observed = caller.observed().capture_request_body(true).capture_response_body(true);
            let ours = client!(callee.roots.clone(), protocols).wrap(observed).finish();
            let call = |client: &Client| client.post(callee.url("/a")).content_type("text/plain");
            let plain = text(call(&bare).send_body("body").await.unwrap()).await;
            let seen = text(call(&ours).send_body("body").await.unwrap()).await;
            assert!(
                plain.contains("POST [] b\"body\"") && seen.starts_with(&format!("{version:?}"))
            );
            let (before, after) = seen.split_once('[').unwrap();
            assert!(plain.starts_with(before) && plain.ends_with(after.split_once(']').unwrap().1));
            // Its length is announced, and there is no body to come.
            let head = Seen::of(ours.head(callee.url("/head")).send().await).await;
            assert_eq!((head.body(), head.error()), (&b""[..], None));
            text(observe().client(&ours).get(callee.url("/on")).send().await.unwrap()).await;
        });
        let calls = caller.held(4);
        for call in &calls {
            assert_eq!(call.str_attr("url.scheme"), Some("https"));
            assert_eq!(call.str_attr("server.address"), Some("localhost"));
            let expected = if version == Version::HTTP_2 { "2" } else { "1.1" };
            assert_eq!(call.str_attr("network.protocol.version"), Some(expected));
            assert_eq!((call.status.code, call.attr("error.type")), (StatusCode::Unset, None));
            let path = call.str_attr("url.path").unwrap();
            assert_eq!(call.str_attr("url.full"), Some(callee.url(path).as_str()));
        }
        let post = &calls[0];
        assert_eq!(post.request_body(), Some(b"body".to_vec()));
        let said = String::from_utf8(post.response_body().unwrap()).unwrap();
        assert!(said.contains(&post.span_id) && said.contains("b\"body\""), "{said}");
        assert_eq!(post.int_attr("http.request.body.size"), Some(4));
        assert_eq!(post.int_attr("http.response.body.size"), Some(said.len() as i64));
        let resent: Vec<_> =
            calls.iter().filter_map(|call| call.int_attr("http.request.resend_count")).collect();
        assert_eq!(resent, [1]);
    }
}

/// A certificate that is not trusted, one for another name, and what is no TLS at all.
#[test]
fn tls_that_fails() {
    let callee = Callee::start();
    let garbage = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let other = garbage.local_addr().unwrap();
    thread::spawn(move || {
        for stream in garbage.incoming() {
            let mut stream = stream.unwrap();
            // After the client has spoken, lest it hear of a reset instead.
            let _ = stream.read(&mut [0; 16 * 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 CANARY\r\n\r\n");
            let _ = stream.read(&mut [0; 16 * 1024]);
        }
    });
    let cases = [
        (RootCertStore::empty(), callee.url("/?token=CANARY")),
        (callee.roots.clone(), format!("https://u:CANARY@127.0.0.1:{}/", callee.address.port())),
        (callee.roots.clone(), format!("https://localhost:{}/", other.port())),
    ];
    let caller = Caller::new();
    run(async {
        for (roots, url) in &cases {
            let bare = client!(roots.clone(), &["h2", "http/1.1"]).finish();
            let ours = client!(roots.clone(), &["h2", "http/1.1"]).wrap(caller.observed()).finish();
            let expected = bare.get(url).send().await.err().unwrap().to_string();
            assert_eq!(ours.get(url).send().await.err().unwrap().to_string(), expected);
            let observed = observe().client(&ours).get(url).send().await.err().unwrap();
            assert_eq!(observed.to_string(), expected);
        }
        // Nobody listens: that has nothing to do with TLS.
        let refused = client!(callee.roots.clone(), &["h2"]).wrap(caller.observed()).finish();
        refused.get("https://localhost:1/").send().await.err().unwrap();
    });
    let calls = caller.held(7);
    let words: Vec<_> = calls.iter().map(|call| call.str_attr("error.type").unwrap()).collect();
    assert_eq!(words, ["tls", "tls", "tls", "tls", "tls", "tls", "connect"]);
    for call in calls {
        assert_eq!((call.status.code, call.events.len()), (StatusCode::Error, 1));
        assert_eq!(call.attr("http.response.status_code"), None);
    }
}
