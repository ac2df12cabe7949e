//! Redirects go where and as they would without us, with what belongs to each hop.

use apitoolkit_actix::observed_client;
use apitoolkit_tests::{Answer, Upstream};
use awc::{Client, middleware::Redirect};
use bytes::Bytes;
use futures_util::stream;

use crate::{
    support::{Caller, Here, app, ask, run, text},
    ways::{RECORDED, each, same},
};

/// Every status, method and body as awc has it; a stream cannot be sent twice.
#[test]
fn redirects_go_as_they_would_without_us() {
    let upstream = Upstream::start(|request| {
        let target = request.target();
        match target.strip_prefix('/').and_then(|status| status.parse().ok()) {
            Some(status) => Answer::redirect(status, "/end?token=CANARY"),
            None => {
                Answer::ok([request.method().as_bytes(), b" ", request.content.as_slice()].concat())
            }
        }
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let mut seen = Vec::new();
            for status in [301, 302, 303, 307, 308, 300, 304] {
                let url = here.url(&format!("/{status}"));
                let sent = same!(here, |client| client.put(&url).send_body("body"));
                seen.push(String::from_utf8(sent.body().to_vec()).unwrap());
                let stream = || stream::iter([Ok::<_, std::io::Error>(Bytes::from("body"))]);
                let sent = same!(here, |client| client.put(&url).send_stream(stream()));
                seen.push(String::from_utf8(sent.body().to_vec()).unwrap());
            }
            seen.join(",")
        },
    );
    assert_eq!(ask(&app), "GET ,GET ,GET ,GET ,GET ,GET ,PUT body,PUT ,PUT body,PUT ,,,,");
    // Two calls for each of ten ways, of which five send on with two hops; one for the others.
    drop(app.held_calls(1, (5 * 2 * 2 + 2 * 2) * RECORDED));
}

/// The bodies of each hop are its own.
#[test]
fn bodies_of_hops() {
    let upstream = Upstream::start(|request| match request.target() {
        "/on" => {
            let headers = [("location", "/end"), ("content-type", "text/plain")];
            Answer::new(307, &headers, "moved")
        }
        _ => Answer::ok("end"),
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let observer = here.observe().capture_request_body(true).capture_response_body(true);
            let call =
                observer.url_wildcard("/{x}").post(here.url("/on")).content_type("text/plain");
            text(call.send_body("sent").await.unwrap()).await
        },
    );
    assert_eq!(ask(&app), "end");
    let mut calls = app.held_calls(1, 2).clients;
    calls.sort_by_key(|call| call.start);
    let [on, end] = calls.as_slice() else { panic!("two") };
    // The client does not read the body of an answer that sends it on.
    assert_eq!((on.request_body(), on.response_body()), (Some(b"sent".to_vec()), None));
    assert_eq!(
        (end.request_body(), end.response_body()),
        (Some(b"sent".to_vec()), Some(b"end".to_vec()))
    );
    assert_eq!((on.attr("error.type"), on.events.len()), (None, 0), "nothing was cancelled");
    assert_eq!(on.str_attr("http.route"), Some("/{x}"));
}

#[test]
fn wherever_the_location_points() {
    let elsewhere = Upstream::saying("elsewhere");
    let far = elsewhere.address;
    let upstream = Upstream::start(move |request| match request.target() {
        "/path" => Answer::redirect(302, "/end"),
        "/bare" => Answer::redirect(302, "end"),
        "/scheme" => Answer::redirect(302, &format!("//{far}/end")),
        "/whole" => Answer::redirect(302, &format!("http://{far}/end")),
        "/bad" => Answer::redirect(302, "http://["),
        "/none" => Answer::new(302, &[], ""),
        _ => Answer::ok("here"),
    });
    for observed in [true, false] {
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                let mut seen = Vec::new();
                for path in ["/path", "/bare", "/scheme", "/whole", "/bad", "/none"] {
                    let answer = match observed {
                        true => here.observe().get(here.url(path)).send().await,
                        false => observed_client().get(here.url(path)).send().await,
                    };
                    let bare = Client::new().get(here.url(path)).send().await;
                    seen.push(match (answer, bare) {
                        (Ok(answer), Ok(bare)) => {
                            let (answer, bare) = (text(answer).await, text(bare).await);
                            assert_eq!(answer, bare);
                            answer
                        }
                        (Err(error), Err(bare)) => {
                            assert_eq!(error.to_string(), bare.to_string());
                            "error".to_owned()
                        }
                        _ => panic!("one of them fails"),
                    });
                }
                seen.join(",")
            },
        );
        assert_eq!(ask(&app), "here,here,elsewhere,elsewhere,here,");
        let calls = app.held_calls(1, 11).clients;
        let resent: Vec<_> =
            calls.iter().filter_map(|call| call.int_attr("http.request.resend_count")).collect();
        assert_eq!(resent, [1; 5]);
    }
}

/// Secrets do not go to another origin (awc sees to that), and none is captured of either hop.
#[test]
fn secrets_on_the_way_to_another_origin() {
    let elsewhere = Upstream::saying("elsewhere");
    let far = elsewhere.address;
    let upstream = Upstream::start(move |_| {
        Answer::redirect(
            302,
            &format!("http://{far}/end?access_token=CANARY-1&x=1#access_token=CANARY-2"),
        )
    });
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            each!(here, |client| {
                let call = client.get(here.url("/?sig=CANARY-3")).bearer_auth("CANARY-4");
                let call = call.insert_header(("cookie", "sid=CANARY-5"));
                text(call.insert_header(("x-api-key", "CANARY-6")).send().await.unwrap()).await
            })
        },
    );
    assert_eq!(ask(&app), "elsewhere");
    for request in elsewhere.received() {
        assert_eq!(request.header("authorization").len() + request.header("cookie").len(), 0);
        assert_eq!(request.the("x-api-key"), "CANARY-6");
        assert_eq!(request.target(), "/end?access_token=CANARY-1&x=1");
    }
    let calls = app.held_calls(1, 2 * RECORDED).clients;
    let end = calls.iter().find(|call| call.str_attr("url.path") == Some("/end")).unwrap();
    assert_eq!(
        end.str_attr("url.full"),
        Some(format!("http://{far}/end?access_token=REDACTED&x=1").as_str())
    );
}

/// A client that follows inside of the middleware makes one call, and its body is sent again.
#[test]
fn a_redirect_inside_of_the_middleware() {
    let upstream = Upstream::start(|request| match request.target() {
        "/on" => Answer::redirect(307, "/end"),
        _ => Answer::ok(&request.content),
    });
    let caller = Caller::new();
    run(async {
        let observed = caller.observed().capture_request_body(true).capture_response_body(true);
        let client =
            Client::builder().disable_redirects().wrap(Redirect::new()).wrap(observed).finish();
        let call = client.post(upstream.url("/on")).content_type("text/plain");
        assert_eq!(text(call.send_body("twice").await.unwrap()).await, "twice");
    });
    let call = caller.held(1).remove(0);
    assert_eq!(call.str_attr("url.full"), Some(upstream.url("/on").as_str()));
    assert_eq!(call.int_attr("http.response.status_code"), Some(200));
    assert_eq!(call.request_body(), Some(b"twice".to_vec()));
}
