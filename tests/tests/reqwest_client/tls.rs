//! Calls over TLS, to servers that are trusted and to others.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use rcgen::CertifiedKey;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, ServerConnection, Stream,
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};

use crate::support::{Caller, observed, plain, run};

/// A server with a certificate for `localhost`, which answers one request on each connection.
fn server() -> (SocketAddr, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut connection, &mut stream);
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
                let _ = stream.flush();
            }
        }
    });
    (address, certificate)
}

#[test]
fn a_server_that_is_trusted() {
    let (address, certificate) = server();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let caller = Caller::new();
    run(async {
        let builder = plain().tls_backend_preconfigured(config).resolve("localhost", address);
        let client = observed(builder, caller.middleware());
        let url = format!("https://localhost:{}/", address.port());
        let answer = client.get(url).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "hello");
    });
    let span = caller.held_one();
    let url = format!("https://localhost:{}/", address.port());
    assert_eq!(span.str_attr("url.full"), Some(url.as_str()));
    assert_eq!(span.str_attr("url.scheme"), Some("https"));
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
}

#[test]
fn a_server_that_is_not() {
    let (address, _) = server();
    let caller = Caller::new();
    run(async {
        let client = observed(plain().resolve("localhost", address), caller.middleware());
        let url = format!("https://localhost:{}/?sig=CANARY", address.port());
        assert!(client.get(url).send().await.unwrap_err().is_connect());
    });
    let span = caller.held_one();
    assert_eq!(span.str_attr("error.type"), Some("tls"));
    assert_eq!(span.attr("http.response.status_code"), None);
}
