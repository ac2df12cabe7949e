//! Redirects: each hop is a call of its own.

use apitoolkit_actix::{ObservedClient, observed_client, testing::Span};
use apitoolkit_tests::{Answer, TestApp, Upstream};
use awc::Client;
use futures_util::future::join_all;

use crate::support::{Here, app, ask, text};

/// `/n` sends on to `/n-1`, and `/0` says hello.
fn countdown() -> Upstream {
    Upstream::start(|request| {
        let path = request.target();
        let (name, hops) = path.rsplit_once('/').unwrap();
        match hops.parse::<u32>().unwrap() {
            0 => Answer::ok("hello"),
            n => Answer::redirect(302, &format!("{name}/{}", n - 1)),
        }
    })
}

/// Path, status and number of each hop, by the time of their start.
fn hops(calls: &[Span]) -> Vec<(String, i64, Option<i64>)> {
    let mut calls: Vec<_> = calls.iter().collect();
    calls.sort_by_key(|call| call.start);
    calls
        .iter()
        .map(|call| {
            let path = call.str_attr("url.path").unwrap().to_owned();
            let status = call.int_attr("http.response.status_code").unwrap();
            (path, status, call.int_attr("http.request.resend_count"))
        })
        .collect()
}

fn hop(path: &str, status: i64, resends: i64) -> (String, i64, Option<i64>) {
    (path.to_owned(), status, Some(resends).filter(|n| *n > 0))
}

fn assert_siblings(app: &TestApp, upstream: &Upstream, hops: usize) -> Vec<Span> {
    let held = app.held_calls(1, hops);
    let server = &held.servers[0];
    for call in &held.clients {
        assert_eq!(call.parent_span_id.as_ref(), Some(&server.span_id));
        assert_eq!(call.str_attr("apitoolkit.parent_id"), server.str_attr("apitoolkit.msg_id"));
        let url = upstream.url(call.str_attr("url.path").unwrap());
        assert_eq!(call.str_attr("url.full"), Some(url.as_str()));
        let sent = upstream.received().into_iter();
        let sent = sent.filter(|sent| sent.the("traceparent").contains(&call.span_id));
        let targets: Vec<_> = sent.map(|sent| sent.target().to_owned()).collect();
        assert_eq!(targets, [call.str_attr("url.path").unwrap()], "each hop names its own span");
    }
    let mut ids: Vec<_> =
        held.clients.iter().map(|call| call.str_attr("apitoolkit.msg_id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), hops);
    held.clients
}

#[test]
fn one_span_for_each_hop_of_an_observer() {
    let upstream = countdown();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| text(here.observe().get(here.url("/a/2")).send().await.unwrap()).await,
    );
    assert_eq!(ask(&app), "hello");
    let calls = assert_siblings(&app, &upstream, 3);
    assert_eq!(hops(&calls), [hop("/a/2", 302, 0), hop("/a/1", 302, 1), hop("/a/0", 200, 2)]);
}

#[test]
fn one_span_for_each_hop_of_a_plain_client() {
    let upstream = countdown();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            text(observed_client().get(here.url("/a/2")).send().await.unwrap()).await
        },
    );
    assert_eq!(ask(&app), "hello");
    let calls = assert_siblings(&app, &upstream, 3);
    assert_eq!(hops(&calls), [hop("/a/2", 302, 0), hop("/a/1", 302, 1), hop("/a/0", 200, 2)]);
}

/// A call that is begun in an exchange and waited for elsewhere: every hop belongs to the exchange.
#[test]
fn hops_of_a_call_that_another_task_waits_for() {
    let upstream = countdown();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let plain = observed_client().get(here.url("/a/2")).send();
            let observed = here.observe().get(here.url("/b/2")).send();
            let task = actix_rt::spawn(async move {
                text(plain.await.unwrap()).await + &text(observed.await.unwrap()).await
            });
            task.await.unwrap()
        },
    );
    assert_eq!(ask(&app), "hellohello");
    let calls = assert_siblings(&app, &upstream, 6);
    let (a, b): (Vec<_>, Vec<_>) =
        calls.into_iter().partition(|call| call.str_attr("url.path").unwrap().starts_with("/a"));
    assert_eq!(hops(&a), [hop("/a/2", 302, 0), hop("/a/1", 302, 1), hop("/a/0", 200, 2)]);
    assert_eq!(hops(&b), [hop("/b/2", 302, 0), hop("/b/1", 302, 1), hop("/b/0", 200, 2)]);
}

#[test]
fn a_circle_ends() {
    let upstream = Upstream::start(|request| match request.target() {
        "/a" => Answer::redirect(301, "/b"),
        _ => Answer::redirect(308, "/a"),
    });
    for observed in [true, false] {
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                let answer = match observed {
                    true => here.observe().get(here.url("/a")).send().await,
                    false => observed_client().get(here.url("/a")).send().await,
                };
                answer.unwrap().status().as_u16().to_string()
            },
        );
        assert_eq!(ask(&app), "301", "as awc: the answer after the tenth redirect");
        let calls = app.held_calls(1, 11).clients;
        let seen: Vec<_> = hops(&calls).into_iter().map(|(_, _, resends)| resends).collect();
        let expected: Vec<_> = (0..11).map(|n| Some(n).filter(|n| *n > 0)).collect();
        assert_eq!(seen, expected);
    }
}

/// An app that follows by itself makes calls of its own.
#[test]
fn following_by_hand() {
    let upstream = countdown();
    for observed in [true, false] {
        let app = app(
            &upstream,
            |b| b,
            async move |here: Here| {
                let client =
                    Client::builder().disable_redirects().wrap(ObservedClient::new()).finish();
                let mut url = here.url("/a/2");
                loop {
                    let answer = match observed {
                        true => here.observe().client(&client).get(&url).send().await.unwrap(),
                        false => client.get(&url).send().await.unwrap(),
                    };
                    match answer.headers().get("location") {
                        Some(location) => url = here.url(location.to_str().unwrap()),
                        None => return text(answer).await,
                    }
                }
            },
        );
        assert_eq!(ask(&app), "hello");
        let calls = app.held_calls(1, 3).clients;
        assert_eq!(hops(&calls), [hop("/a/2", 302, 0), hop("/a/1", 302, 0), hop("/a/0", 200, 0)]);
    }
}

/// Chains on one worker, hop by hop in turn: none takes another's place.
#[test]
fn chains_side_by_side() {
    let upstream = countdown();
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let chains = (0..30).map(|n| {
                let url = here.url(&format!("/{n}/{}", n % 5));
                let here = here.clone();
                async move {
                    let answer = match n % 3 {
                        0 => observed_client().get(url).send().await,
                        1 => here.observe().url_wildcard(format!("/{n}")).get(url).send().await,
                        _ => here.observe().get(url).freeze().unwrap().send().await,
                    };
                    text(answer.unwrap()).await
                }
            });
            join_all(chains).await.concat()
        },
    );
    assert_eq!(ask(&app), "hello".repeat(30));
    let calls = assert_siblings(&app, &upstream, 6 * (1 + 2 + 3 + 4 + 5));
    for call in &calls {
        let path = call.str_attr("url.path").unwrap();
        let (name, left) = path[1..].split_once('/').unwrap();
        let (n, left): (i64, i64) = (name.parse().unwrap(), left.parse().unwrap());
        assert_eq!(call.int_attr("http.request.resend_count").unwrap_or(0), n % 5 - left, "{path}");
        let route = (n % 3 == 1).then(|| format!("/{n}"));
        assert_eq!(call.str_attr("http.route"), route.as_deref());
    }
}
