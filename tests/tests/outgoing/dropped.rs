//! Calls that the app drops before their end: each ends at once, once, and did not fail.

use std::{
    cell::Cell,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, SystemTime},
};

use apitoolkit_actix::testing::{Span, StatusCode};
use apitoolkit_tests::{Answer, Gate, SOON, Upstream};
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, future::select_all, poll, stream};

use crate::{
    support::{Caller, Here, app, ask, run},
    time_limits::full,
};

/// As much later may a span end than the call was dropped.
const AT_ONCE: Duration = Duration::from_millis(100);

fn assert_cancelled(call: &Span, dropped: SystemTime, status: Option<i64>) {
    assert_eq!((call.status.code, call.status.message.as_str()), (StatusCode::Unset, ""));
    assert_eq!(call.attr("error.type"), None);
    assert_eq!(call.int_attr("http.response.status_code"), status);
    let events: Vec<_> = call.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(events, ["cancelled"]);
    let late = call.end.duration_since(dropped).unwrap_or_default();
    assert!(late < AT_ONCE, "{late:?}");
    assert!(call.events[0].time >= call.start);
}

/// Says when it is dropped.
struct OnDrop(mpsc::Sender<SystemTime>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        // The test may be over.
        let _ = self.0.send(SystemTime::now());
    }
}

fn upstream() -> Upstream {
    Upstream::start(|request| match request.target() {
        "/half" => Answer::head(200, &[("content-length", "10")]).then("abc").hang(),
        "/ok" => Answer::ok("hello"),
        _ => Answer::never(),
    })
}

#[test]
fn while_connecting() {
    let (_listener, _waiting, full) = full();
    let caller = Caller::new();
    let dropped = Cell::new(SystemTime::UNIX_EPOCH);
    run(async {
        let client = caller.client();
        let url = format!("http://{full}/");
        let plain = client.get(&url).send();
        let observer = apitoolkit_actix::observe().client(&client);
        let mut observed = observer.post(&url).send_body("x");
        // One is never polled.
        assert!(poll!(&mut observed).is_pending());
        dropped.set(SystemTime::now());
        drop((plain, observed));
    });
    for call in caller.held(2) {
        assert_cancelled(&call, dropped.get(), None);
    }
}

#[test]
fn while_waiting_for_the_head_or_in_the_middle_of_a_body() {
    let upstream = upstream();
    let caller = Caller::new();
    let dropped = Cell::new(SystemTime::UNIX_EPOCH);
    run(async {
        let client = caller.client();
        let observe = || apitoolkit_actix::observe().client(&client);
        let endless = stream::repeat(Bytes::from_static(b"0123456789"));
        let mut sending =
            observe().post(upstream.url("/s")).send_stream(endless.map(Ok::<_, std::io::Error>));
        let mut waiting = client.get(upstream.url("/w")).send();
        assert!(poll!(&mut sending).is_pending() && poll!(&mut waiting).is_pending());
        let mut half = client.get(upstream.url("/half")).send().await.unwrap();
        assert_eq!(half.next().await.unwrap().unwrap(), "abc");
        let mut payload = observe().get(upstream.url("/half")).send().await.unwrap();
        let mut payload = actix_web::HttpMessage::take_payload(&mut payload);
        assert_eq!(payload.next().await.unwrap().unwrap(), "abc");
        assert!(poll!(payload.next()).is_pending());
        dropped.set(SystemTime::now());
        drop((waiting, half, payload, sending));
    });
    for call in caller.held(4) {
        let is_half = call.str_attr("url.path") == Some("/half");
        assert_cancelled(&call, dropped.get(), is_half.then_some(200));
    }
}

/// The loser of a race, and the losers of a larger one.
#[test]
fn by_select() {
    let upstream = upstream();
    let caller = Caller::new();
    let dropped = Cell::new(SystemTime::UNIX_EPOCH);
    run(async {
        let client = caller.client();
        let observe = || apitoolkit_actix::observe().client(&client);
        tokio::select! {
            _ = observe().get(upstream.url("/loser")).send() => panic!("no answer comes"),
            answer = observe().get(upstream.url("/ok")).send() => drop(answer.unwrap()),
        }
        dropped.set(SystemTime::now());
        let paths = ["/1", "/2", "/ok", "/3"];
        let race = paths.map(|path| client.get(upstream.url(path)).send().boxed_local());
        let (winner, at, rest) = select_all(race).await;
        assert_eq!((winner.unwrap().status().as_u16(), at), (200, 2));
        dropped.set(SystemTime::now());
        drop(rest);
    });
    let (won, lost): (Vec<_>, Vec<_>) =
        caller.held(6).into_iter().partition(|call| call.str_attr("url.path") == Some("/ok"));
    assert_eq!((won.len(), lost.len()), (2, 4));
    lost.iter().for_each(|call| assert_cancelled(call, dropped.get(), None));
    won.iter().for_each(|call| assert_eq!(call.events, []));
}

/// The client of the app goes, and the server is stopped: the handler is dropped with its call.
#[test]
fn with_the_handler() {
    for stop in [false, true] {
        let upstream = upstream();
        let (tell, told) = mpsc::channel();
        let tell = Arc::new(Mutex::new(tell));
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                // Dropped before the call, which was there first.
                let call = here.observe().get(here.url("/never")).send();
                let _on_drop = OnDrop(tell.lock().unwrap().clone());
                drop(call.await);
                panic!("no answer comes")
            },
        );
        let mut client = app.connect();
        client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        run(upstream.reached(1));
        if stop {
            run(app.stop());
        } else {
            client.reset();
        }
        let dropped = told.recv_timeout(SOON).unwrap();
        let held = apitoolkit_tests::Held::of(&app.collector, &app.telemetry, 1, 1);
        assert_cancelled(&held.clients[0], dropped, None);
        assert_eq!(held.servers[0].str_attr("error.type"), Some("client_disconnected"));
        assert_eq!(held.clients[0].parent_span_id.as_ref(), Some(&held.servers[0].span_id));
    }
}

/// The handler panics with one call under way and the answer to another half read.
#[test]
fn by_a_panic() {
    let upstream = upstream();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let mut half = here.observe().get(here.url("/half")).send().await.unwrap();
            half.next().await.unwrap().unwrap();
            let mut waiting = here.observe().get(here.url("/never")).send();
            assert!(poll!(&mut waiting).is_pending());
            let _both = (half, waiting);
            panic!("with calls")
        },
    );
    let (answer, _) = app.connect().send("GET / HTTP/1.1\r\nhost: a\r\n\r\n").rest();
    assert_eq!(answer, b"");
    let held = app.held_calls(1, 2);
    assert_eq!(held.servers[0].str_attr("error.type"), Some("panic"));
    for call in &held.clients {
        let is_half = call.str_attr("url.path") == Some("/half");
        assert_cancelled(call, held.servers[0].end, is_half.then_some(200));
    }
}

/// A system that ends takes its tasks with it.
#[test]
fn at_the_end_of_the_runtime() {
    let upstream = upstream();
    let caller = Caller::new();
    run(async {
        let client = caller.client();
        let url = upstream.url("/never");
        actix_rt::spawn(async move { drop(client.get(url).send().await) });
        upstream.reached(1).await;
    });
    assert_cancelled(&caller.held(1)[0], SystemTime::now(), None);
}

/// An answer that was there when the call was dropped, and never looked at, is none.
#[test]
fn just_before_the_answer_is_seen() {
    let gate = Gate::default();
    let held_back = gate.clone();
    let upstream = Upstream::start(move |_| Answer::ok("hello").when(&held_back));
    let caller = Caller::new();
    let dropped = Cell::new(SystemTime::UNIX_EPOCH);
    run(async {
        let mut call = caller.client().get(upstream.url("/")).send();
        assert!(poll!(&mut call).is_pending());
        gate.open();
        dropped.set(SystemTime::now());
        drop(call);
    });
    assert_cancelled(&caller.held(1)[0], dropped.get(), None);
    // And the whole of it as a request that the app asked once.
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let observed = here.observe().get(here.url("/")).send().await.unwrap();
            observed.status().as_u16().to_string()
        },
    );
    assert_eq!(ask(&app), "200");
    assert_eq!(app.held_calls(1, 1).clients[0].events, []);
}
