//! Compressed bodies: decoded before they are redacted, and untouched on their way.

use std::io::Write as _;

use actix_web::{App, HttpResponse, middleware::Compress, web};
use apitoolkit_actix::testing::Span;
use apitoolkit_tests::{Settings, TestApp};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};

use crate::requests::{post_bytes, request};

const SECRET: &str = r#"{"password":"CANARY-secret","kept":"yes"}"#;
const REDACTED: &str = r#"{"password":"[CLIENT_REDACTED]","kept":"yes"}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A brotli stream of one meta-block that is not compressed: what needs no encoder.
fn brotli(bytes: &[u8]) -> Vec<u8> {
    // A window of 64 KiB; not the last block, its length, as it is; then the last, which is empty.
    let header = (bytes.len() as u32 - 1) << 4 | 1 << 20;
    [&header.to_le_bytes()[..3], bytes, &[0b11]].concat()
}

/// A zstd frame of one block that is not compressed.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let header = (bytes.len() as u32) << 3 | 1;
    [&[0x28, 0xB5, 0x2F, 0xFD, 0, 10 << 3], &header.to_le_bytes()[..3], bytes].concat()
}

fn sent(span: &Span) -> String {
    String::from_utf8(span.request_body().unwrap()).unwrap()
}

fn post(encoding: &str, body: &[u8]) -> Vec<u8> {
    let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
    post_bytes("/", &headers, body)
}

#[test]
fn requests() {
    let app = TestApp::start(
        |b| b.capture_request_body(true).max_body_bytes(16_384),
        |cfg| {
            cfg.route(
                "/",
                web::post().to(|body: web::Bytes| async move {
                    HttpResponse::Ok().body(body.len().to_string())
                }),
            );
        },
    );
    let bomb = gzip(&vec![b' '; 8 * 1024 * 1024][..]);
    let mut corrupt = gzip(SECRET.as_bytes());
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 0xFF;
    let zipped = gzip(SECRET.as_bytes());
    let whole: &[(&str, Vec<u8>)] = &[
        ("gzip", zipped.clone()),
        ("GZip", zipped.clone()),
        ("x-gzip", zipped.clone()),
        ("deflate", deflate(SECRET.as_bytes())),
        ("br", brotli(SECRET.as_bytes())),
        ("zstd", zstd(SECRET.as_bytes())),
        ("gzip, gzip", gzip(&zipped)),
        ("br, zstd", zstd(&brotli(SECRET.as_bytes()))),
        ("identity", SECRET.as_bytes().to_vec()),
    ];
    let mut withheld = vec![
        ("gzip", bomb),
        ("gzip", corrupt),
        ("unheard-of", SECRET.as_bytes().to_vec()),
        ("gzip", SECRET.as_bytes().to_vec()),
    ];
    // Cut short, each of them.
    withheld
        .extend(whole[..6].iter().map(|(coding, body)| (*coding, body[..body.len() - 3].to_vec())));
    let mut n = 0;
    for (encoding, body) in whole {
        app.same(post(encoding, body));
        n += 1;
        let span = &app.held(n)[n - 1];
        assert_eq!(sent(span), REDACTED, "{encoding}");
        // On the wire, not decoded.
        assert_eq!(span.int_attr("http.request.body.size"), Some(body.len() as i64));
    }
    for (encoding, body) in withheld {
        app.same(post(encoding, &body));
        n += 1;
        let text = sent(&app.held(n)[n - 1]);
        assert!(text.starts_with("[CLIENT_REDACTED] ["), "{encoding}: {text}");
    }
}

#[test]
fn responses_with_compress_inside_and_outside() {
    let large = format!(r#"{{"password":"CANARY-secret","pad":"{}"}}"#, "pad ".repeat(2_000));
    let expected = large.replace("CANARY-secret", "[CLIENT_REDACTED]");
    for inside in [true, false] {
        for streamed in [true, false] {
            let body = large.clone();
            let app = TestApp::wrapped(
                Settings::default(),
                |b| b.capture_response_body(true),
                |_, toolkit| {
                    let route = move || {
                        let body = body.clone();
                        web::resource("/").to(move || {
                            let body = body.clone();
                            async move {
                                let mut response = HttpResponse::Ok();
                                response.content_type("application/json");
                                if streamed {
                                    let chunks: Vec<_> = body
                                        .as_bytes()
                                        .chunks(700)
                                        .map(|c| {
                                            Ok::<_, actix_web::Error>(web::Bytes::copy_from_slice(
                                                c,
                                            ))
                                        })
                                        .collect();
                                    response.streaming(futures_util::stream::iter(chunks))
                                } else {
                                    response.body(body)
                                }
                            }
                        })
                    };
                    let plain = route.clone();
                    (
                        move || {
                            use actix_web::middleware::Condition;
                            App::new()
                                .wrap(Condition::new(inside, Compress::default()))
                                .wrap(toolkit.clone())
                                .wrap(Condition::new(!inside, Compress::default()))
                                .service(route())
                        },
                        move || App::new().wrap(Compress::default()).service(plain()),
                    )
                },
            );
            let ask = |address, encoding| {
                let mut client = apitoolkit_tests::Raw::connect(address);
                client.send(request("GET", "/", &[("Accept-Encoding", encoding)], ""));
                client.reply()
            };
            for (n, encoding) in ["gzip", "identity"].into_iter().enumerate() {
                let (with, without) = (ask(app.address, encoding), ask(app.baseline, encoding));
                assert_eq!(with, without);
                assert_eq!(with.head.contains("gzip"), encoding == "gzip");
                let span = &app.held(n + 1)[n];
                let captured = String::from_utf8(span.response_body().unwrap()).unwrap();
                assert_eq!(captured, expected, "inside {inside}, streamed {streamed}");
                let size = if inside { with.body.len() } else { large.len() };
                assert_eq!(span.int_attr("http.response.body.size"), Some(size as i64));
            }
        }
    }
}
