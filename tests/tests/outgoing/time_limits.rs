//! Calls that take too long, by whatever limit, and calls that are given up at the same moment.

use std::{
    net::SocketAddr,
    pin::pin,
    time::{Duration, Instant},
};

use apitoolkit_actix::testing::StatusCode;
use apitoolkit_tests::{Answer, Upstream};
use awc::{Client, Connector};
use futures_util::FutureExt as _;
use socket2::{Domain, Socket, Type};

use crate::support::{Caller, run};

/// A listener that takes no connection any more.
pub(crate) fn full() -> (Socket, Vec<Socket>, SocketAddr) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let waiting = (0..8)
        .map(|_| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_nonblocking(true).unwrap();
            // It is on its way, or will never be.
            let _ = socket.connect(&address.into());
            socket
        })
        .collect();
    (listener, waiting, address)
}

const SHORT: Duration = Duration::from_millis(60);

/// By the request's time limit, by that of its client, and by that of its connector; while
/// connecting, and while waiting for the answer.
#[test]
fn time_limits() {
    let (_listener, _waiting, full) = full();
    let upstream = Upstream::start(|_| Answer::never());
    let caller = Caller::new();
    run(async {
        for url in [upstream.url("/"), format!("http://{full}/")] {
            let observed = || caller.observed().timeout(SHORT);
            let client = Client::builder().wrap(caller.observed()).finish();
            let limited = Client::builder().timeout(SHORT).wrap(caller.observed()).finish();
            let told = Client::builder().timeout(SHORT).wrap(observed()).finish();
            let observe = || apitoolkit_actix::observe();
            let frozen = observe().client(&client).get(&url).timeout(SHORT).freeze().unwrap();
            let before = Instant::now();
            let errors = [
                observe().client(&client).get(&url).timeout(SHORT).send().await.err(),
                observe().client(&limited).get(&url).send().await.err(),
                frozen.send().await.err(),
                frozen.extra_header(("x-a", "b")).send().await.err(),
                told.get(&url).send().await.err(),
            ];
            assert!(before.elapsed() >= SHORT * 5);
            let bare = Client::new().get(&url).timeout(SHORT).send().await.err();
            for error in errors {
                assert_eq!(error.unwrap().to_string(), bare.as_ref().unwrap().to_string());
            }
        }
        let connector = Connector::new().timeout(SHORT);
        let client = Client::builder().connector(connector).wrap(caller.observed()).finish();
        let error = client.get(format!("http://{full}/")).send().await.err().unwrap();
        assert!(error.to_string().contains("Timeout while establishing connection"), "{error}");
    });
    for call in caller.held(11) {
        assert_eq!(call.str_attr("error.type"), Some("timeout"));
        assert_eq!(call.status.code, StatusCode::Error);
        assert_eq!(call.attr("http.response.status_code"), None);
        assert!(call.duration() >= SHORT && call.duration() < SHORT * 20);
        assert_eq!(call.events_named("cancelled").count(), 0);
    }
}

/// A limit over all hops: the last one had less time than the limit.
#[test]
fn a_time_limit_over_redirects() {
    let upstream = Upstream::start(|request| match request.target() {
        "/end" => Answer::never(),
        _ => Answer::redirect(302, "/end"),
    });
    let caller = Caller::new();
    run(async {
        let client =
            Client::builder().timeout(SHORT).wrap(caller.observed().timeout(SHORT)).finish();
        client.get(upstream.url("/")).send().await.err().unwrap();
        apitoolkit_actix::observe()
            .client(&caller.client())
            .get(upstream.url("/"))
            .timeout(SHORT)
            .send()
            .await
            .err()
            .unwrap();
    });
    let calls = caller.held(4);
    let failed = calls.iter().filter(|call| call.str_attr("error.type") == Some("timeout"));
    let paths: Vec<_> = failed.map(|call| call.str_attr("url.path")).collect();
    assert_eq!(paths, [Some("/end"); 2]);
}

/// The same moment, given up by the caller: nothing failed.
#[test]
fn given_up_is_not_timed_out() {
    let upstream = Upstream::start(|_| Answer::never());
    let caller = Caller::new();
    run(async {
        let client = caller.client();
        let observed = apitoolkit_actix::observe().client(&client);
        let mut plain = pin!(client.get(upstream.url("/")).send().fuse());
        let mut ours = pin!(observed.get(upstream.url("/")).timeout(SHORT * 100).send().fuse());
        assert!(actix_rt::time::timeout(SHORT, &mut plain).await.is_err());
        assert!(actix_rt::time::timeout(SHORT, &mut ours).await.is_err());
    });
    for call in caller.held(2) {
        assert_eq!((call.attr("error.type"), call.status.code), (None, StatusCode::Unset));
        assert_eq!(call.events_named("cancelled").count(), 1);
    }
}
