//! `http.client.request.duration`, as the receiver gets it.

use std::{collections::BTreeMap, time::Duration};

use apitoolkit_actix::{
    Telemetry,
    testing::{self, Collector, MetricKind, Temporality},
};
use apitoolkit_tests::{Answer, Settings, Upstream};
use awc::Client;
use futures_util::StreamExt as _;

use crate::{
    support::{Caller, Here, app_with, ask, run, text},
    ways::Seen,
};

const NAME: &str = "http.client.request.duration";

/// How many calls each series of the metric holds, by its attributes.
fn series(collector: &Collector, telemetry: &Telemetry) -> BTreeMap<String, u64> {
    telemetry.flush().unwrap();
    let text = |value: &testing::Value| {
        value.as_str().map_or_else(|| value.as_int().unwrap().to_string(), str::to_owned)
    };
    let mut series = BTreeMap::new();
    for point in collector.metrics_named(NAME) {
        let attributes = point.attributes.iter();
        let mut attributes: Vec<_> =
            attributes.map(|(key, value)| format!("{key}={}", text(value))).collect();
        attributes.sort();
        // The newest point is the last.
        series.insert(attributes.join(" "), point.count.unwrap());
    }
    series
}

fn upstream() -> Upstream {
    Upstream::start(|request| match request.target() {
        "/never" => Answer::never(),
        "/half" => Answer::head(200, &[("content-length", "10")]).then("abc").hang(),
        "/reset" => Answer::head(200, &[("content-length", "10")]).then("abc").reset(),
        "/on" => Answer::redirect(302, "/ok"),
        "/500" => Answer::new(500, &[], ""),
        _ => Answer::ok("hello"),
    })
}

#[test]
fn durations_whether_sampled_or_not() {
    let mut seen = Vec::new();
    let upstream = upstream();
    let port = upstream.address.port();
    for sample_ratio in [1.0, 0.0] {
        let settings = Settings { sample_ratio, ..Settings::default() };
        let app = app_with(
            settings,
            &upstream,
            |b| b,
            async |here: Here| {
                let url = |path| here.url(path);
                let observe = || here.observe().url_wildcard("/{x}");
                for n in 0..2 {
                    text(observe().get(url("/ok?a=b")).send().await.unwrap()).await;
                    text(observe().put(url("/ok")).send_body(n.to_string()).await.unwrap()).await;
                }
                text(here.observe().get(url("/on")).send().await.unwrap()).await;
                let brew = awc::http::Method::from_bytes(b"BREW").unwrap();
                text(here.observe().request(brew, url("/500")).send().await.unwrap()).await;
                Seen::of(observe().get(url("/reset")).send().await).await;
                let mut half = observe().get(url("/half")).send().await.unwrap();
                half.next().await.unwrap().unwrap();
                drop(half);
                drop(observe().get(url("/ok")).send().await.unwrap());
                let short = Duration::from_millis(20);
                observe().get(url("/never")).timeout(short).send().await.err().unwrap();
                drop(actix_rt::time::timeout(short, observe().get(url("/never")).send()).await);
                here.observe().get("http://u:CANARY@127.0.0.1:1/").send().await.err().unwrap();
                here.observe().get("no url").send().await.err().unwrap();
                let client =
                    Client::builder().wrap(apitoolkit_actix::ObservedClient::new()).finish();
                text(client.get(url("/ok")).send().await.unwrap()).await
            },
        );
        ask(&app);
        let sampled = sample_ratio == 1.0;
        drop(app.held_calls(usize::from(sampled), if sampled { 15 } else { 0 }));
        seen.push(series(&app.collector, &app.telemetry));
    }
    let line = |method: &str, status: &str, rest: &str| {
        let (error, rest) = rest.split_at(rest.find('|').unwrap());
        let method = format!("http.request.method={method}");
        let status = if status.is_empty() {
            String::new()
        } else {
            format!(" http.response.status_code={status} network.protocol.version=1.1")
        };
        let server = format!(" server.address=127.0.0.1 server.port={port} url.scheme=http");
        format!("{error}{method}{status}{server}{}", &rest[1..])
    };
    let template = "|  url.template=/{x}".replace("  ", " ");
    let error = |word: &str| format!("error.type={word} {template}");
    let expected: BTreeMap<_, _> = [
        // Answered, given up half-way, and not looked at.
        (line("GET", "200", &template), 4),
        (line("PUT", "200", &template), 2),
        // The second hop, and the plain client's.
        (line("GET", "200", "|"), 2),
        (line("GET", "302", "|"), 1),
        (line("_OTHER", "500", "error.type=500 |"), 1),
        (line("GET", "200", &error("response_body")), 1),
        (line("GET", "", &error("timeout")), 1),
        (line("GET", "", &template), 1),
        (line("GET", "", "error.type=connect |").replace(&port.to_string(), "1"), 1),
        ("error.type=invalid_url http.request.method=GET".to_owned(), 1),
    ]
    .into();
    assert_eq!(seen[0], expected);
    assert_eq!(seen[1], expected, "not sampled");
}

#[test]
fn it_is_a_histogram_of_seconds() {
    let upstream = upstream();
    let caller = Caller::new();
    run(async {
        let client = caller.client();
        text(client.get(upstream.url("/ok")).send().await.unwrap()).await;
    });
    let took = caller.held(1)[0].duration().as_secs_f64();
    caller.telemetry.flush().unwrap();
    let point = caller.collector.metrics_named(NAME).pop().unwrap();
    assert_eq!((point.kind, point.unit.as_str()), (MetricKind::Histogram, "s"));
    assert_eq!((point.temporality, point.count), (Some(Temporality::Cumulative), Some(1)));
    let bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
    assert_eq!(point.bounds, bounds);
    assert!((point.sum.unwrap() - took).abs() < 1e-6, "{:?} {took}", point.sum);
}
