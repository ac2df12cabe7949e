//! What the library says of its exports: the first result once, and little after that.

use std::sync::Arc;

use actix_web::{App, HttpServer};
use apitoolkit_actix::{
    ApiToolkit,
    testing::{Code, Fault, Signal},
};
use tracing::Level;

use crate::{
    log,
    support::{SOON, pair, record, spans},
};

#[test]
fn the_first_result_is_said_once() {
    let since = log::mark();
    let (collector, telemetry) = pair(|b| b);
    for _ in 0..3 {
        spans(&telemetry, 2);
        record(&telemetry, "hello");
        telemetry.flush().unwrap();
    }
    telemetry.shutdown().unwrap();
    let endpoint = collector.endpoint();
    let said = since.lines(&endpoint);
    let [line] = &said[..] else { panic!("{said:#?}") };
    assert_eq!((line.level, line.target.as_str()), (Level::INFO, "apitoolkit_actix"));
    assert!(line.text.contains(&format!("first export to {endpoint} (grpc): ")), "{}", line.text);
    assert!(line.text.contains(" received"), "{}", line.text);
}

#[test]
fn of_many_failures_one_warning_is_made_and_recovery_is_said() {
    let since = log::mark();
    let (collector, telemetry) = pair(|b| b);
    collector.script([Fault::fail(Code::Unavailable, "restarting").on(Signal::Traces).times(3)]);
    spans(&telemetry, 1);
    collector.wait_for_spans(1, SOON).unwrap();
    telemetry.flush().unwrap();
    let endpoint = collector.endpoint();
    let warned = since.said(Level::WARN, &endpoint);
    let words = "the receiver answered Unavailable: restarting; it will be tried again";
    assert_eq!(warned, [format!("first export to {endpoint} (grpc) failed: traces: {words} ")]);
    let told = since.said(Level::INFO, &endpoint);
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.contains("exports of traces") && told.contains("resumed"), "{told}");
}

#[test]
fn failures_of_metrics_and_logs_are_named_too() {
    for (signal, name) in [(Signal::Metrics, "metrics"), (Signal::Logs, "logs")] {
        let since = log::mark();
        let (collector, telemetry) = pair(|b| b);
        collector.script([Fault::fail(Code::Unimplemented, "no").on(signal).forever()]);
        record(&telemetry, "hello");
        assert!(telemetry.flush().is_err());
        let warned = since.said(Level::WARN, &collector.endpoint());
        let [warned] = &warned[..] else { panic!("{warned:?}") };
        let expected = format!("failed: {name}: the receiver does not take this kind of telemetry");
        assert!(warned.contains(&expected), "{warned}");
    }
}

#[test]
fn a_toolkit_built_inside_the_servers_closure_is_noticed() {
    const SAID: &str = "inside the closure of HttpServer::new";
    let since = log::mark();
    let (_collector, telemetry) = pair(|b| b);
    let telemetry = Arc::new(telemetry);
    actix_rt::System::new().block_on(async {
        let outside = ApiToolkit::builder().telemetry(&telemetry).build().unwrap();
        assert_eq!(since.said(Level::WARN, SAID), [""; 0]);
        let inside = Arc::clone(&telemetry);
        let server = HttpServer::new(move || {
            let toolkit = ApiToolkit::builder().telemetry(&inside).build().unwrap();
            App::new().wrap(toolkit).wrap(outside.clone())
        })
        .workers(2)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        let running = actix_rt::spawn(server);
        // A server that answers has run its closure.
        assert_eq!(awc::Client::default().get(url).send().await.unwrap().status(), 404);
        handle.stop(false).await;
        running.await.unwrap().unwrap();
    });
    assert_eq!(since.said(Level::WARN, SAID).len(), 1);
}
