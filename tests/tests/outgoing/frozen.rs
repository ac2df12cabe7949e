//! Requests that are sent many times.

use actix_web::http::header;
use awc::http::{Method, header::HeaderMap};
use serde_json::json;

use crate::{
    fidelity::{assert_same, chunks, echo, held, streamed},
    support::{Here, app, ask},
    ways::same,
};

#[test]
fn frozen_requests() {
    let upstream = echo();
    let extra = || {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, "text/*".parse().unwrap());
        headers.append(header::ACCEPT, "image/*".parse().unwrap());
        headers
    };
    let app = app(
        &upstream,
        |b| b,
        async move |here: Here| {
            let url = || here.url("/x?y");
            macro_rules! frozen {
                (|$frozen:ident| $send:expr) => {
                    same!(here, |client| {
                        let $frozen = client.post(url()).insert_header(("x-app", "1"));
                        let $frozen =
                            $frozen.insert_header((header::ACCEPT, "*/*")).freeze().unwrap();
                        assert_eq!(
                            ($frozen.get_method(), $frozen.headers().len()),
                            (&Method::POST, 3)
                        );
                        assert_eq!($frozen.get_uri(), &*url());
                        drop($frozen.clone());
                        $send
                    })
                };
            }
            frozen!(|request| request.send());
            frozen!(|request| request.send_body("text"));
            frozen!(|request| request.send_body(chunks()));
            frozen!(|request| request.send_json(&json!({"a": 1})));
            frozen!(|request| request.send_form(&[("a", "b")]));
            frozen!(|request| request.send_stream(streamed(&["a", "b"])));
            frozen!(|request| request.extra_headers(extra()).send());
            frozen!(|request| request.extra_header(("x-app", "2")).send_body("text"));
            frozen!(|request| {
                request.extra_headers(extra()).extra_header(("x-b", "2")).send_json(json!(1))
            });
            frozen!(|request| request.extra_header(("x-b", "2")).send_form([("a", "b")]));
            frozen!(|request| request.extra_header(("x-b", "2")).send_stream(streamed(&["a"])));
            String::new()
        },
    );
    ask(&app);
    let sent = assert_same(&upstream, 11);
    assert_eq!(sent[7].the("x-app"), "2");
    held(&app, 11);
}
