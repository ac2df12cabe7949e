//! What is given up when more comes than there is time to redact.

use std::{
    sync::{Mutex, mpsc},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse,
    test::{TestRequest, call_service, init_service, read_body},
    web,
};
use apitoolkit_actix::{
    ApiToolkit, Telemetry, TelemetryBuilder,
    testing::{Collector, Span},
};
use serde_json::json;

use crate::support::{SOON, assert_accounted, pair};

const BODY_BYTES: usize = 10_000;
const HOLD: &str = "/hold";
const BODY: &str = "/body";
const PLAIN: &str = "/plain";

/// An app whose redaction stands still at each exchange of `/hold` until it is let go.
struct Held {
    collector: Collector,
    telemetry: Telemetry,
    toolkit: ApiToolkit,
    /// Hears when it stands still.
    stands: mpsc::Receiver<()>,
    goes: mpsc::Sender<()>,
}

impl Held {
    fn new(change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder) -> Self {
        let (collector, telemetry) = pair(|b| change(b).shutdown_timeout(SOON));
        let ((stand, stands), (goes, go)) = (mpsc::channel(), mpsc::channel());
        let (stand, go) = (Mutex::new(stand), Mutex::new(go));
        let toolkit = ApiToolkit::builder()
            .telemetry(&telemetry)
            .capture_response_body(true)
            .redact_response_body(["$.blob"])
            .clean_url_rule(move |path| {
                if path == HOLD {
                    stand.lock().unwrap().send(()).unwrap();
                    go.lock().unwrap().recv_timeout(SOON).unwrap();
                }
                None
            })
            .build()
            .unwrap();
        Self { collector, telemetry, toolkit, stands, goes }
    }

    /// Sends requests for a path while `more`, asked with the number of them so far, says so.
    fn send(&self, path: &str, mut more: impl FnMut(usize) -> bool) {
        let answer = |request: HttpRequest| async move {
            match request.path() {
                BODY => HttpResponse::Ok().json(json!({ "blob": "x".repeat(BODY_BYTES) })),
                _ => HttpResponse::NoContent().finish(),
            }
        };
        actix_rt::System::new().block_on(async {
            let app = App::new().wrap(self.toolkit.clone()).default_service(web::to(answer));
            let app = init_service(app).await;
            for n in 0.. {
                if !more(n) {
                    break;
                }
                let request = TestRequest::get().uri(path).to_request();
                let response = call_service(&app, request).await;
                read_body(response).await;
            }
        });
    }

    fn stands_still(&self) {
        self.stands.recv_timeout(SOON).unwrap();
    }

    /// Everything arrived. Returns the exchanges with bodies in the order in which they began.
    fn arrived(&self, exchanges: usize) -> Vec<Span> {
        self.telemetry.shutdown().unwrap();
        let stats = self.telemetry.stats();
        assert_accounted(&stats);
        assert_eq!((stats.exchanges_created(), stats.exchanges_dropped()), (exchanges as u64, 0));
        let mut spans = self.collector.spans();
        assert_eq!(spans.len(), exchanges);
        spans.retain(|span| span.str_attr("url.path") == Some(BODY));
        spans.sort_by_key(|span| span.start);
        spans
    }

    fn shed(&self) -> Vec<(&'static str, u64)> {
        self.telemetry.stats().shed_by_reason().collect()
    }
}

#[test]
fn bodies_that_wait_are_given_up_before_an_exchange_finds_no_room() {
    const BUDGET: usize = 512 * 1024;
    const BODIES: usize = 24;
    let held = Held::new(|b| b.memory_budget(BUDGET).schedule_delay(Duration::from_millis(20)));
    held.send(HOLD, |n| n < 1);
    held.stands_still();
    held.send(BODY, |n| n < BODIES);
    assert_eq!(held.shed(), [], "there was room for each of them");
    // What has no body takes some of the quarter that is left for it.
    let mut plain = 0;
    held.send(PLAIN, |n| {
        plain = n;
        held.telemetry.stats().buffered_bytes() <= BUDGET / 4 * 3
    });
    held.goes.send(()).unwrap();
    let bodies = held.arrived(1 + BODIES + plain);
    // One is room enough, and it is the oldest. The others are small once they are redacted.
    assert_eq!(held.shed(), [("budget", 1)]);
    let (first, rest) = bodies.split_first().unwrap();
    assert_eq!(first.response_body(), None);
    for span in rest {
        assert_eq!(span.response_body().as_deref(), Some(&br#"{"blob":"[CLIENT_REDACTED]"}"#[..]));
    }
}

#[test]
fn bodies_are_given_up_while_the_queue_behind_them_fills() {
    const QUEUE: usize = 40;
    const BODIES: usize = 10;
    for (behind, shed) in [(QUEUE / 2 - 1, 0), (QUEUE / 2, BODIES)] {
        let held = Held::new(|b| b.queue_size(QUEUE));
        held.send(HOLD, |n| n < 1);
        held.stands_still();
        // They are taken out of the queue together.
        held.send(HOLD, |n| n < 1);
        held.send(BODY, |n| n < BODIES);
        held.goes.send(()).unwrap();
        held.stands_still();
        held.send(PLAIN, |n| n < behind);
        held.goes.send(()).unwrap();
        let bodies = held.arrived(2 + BODIES + behind);
        let without = bodies.iter().filter(|span| span.response_body().is_none()).count();
        assert_eq!(without, shed, "{behind}");
        let expected = (shed > 0).then_some(("queue_full", shed as u64));
        assert_eq!(held.shed(), Vec::from_iter(expected));
    }
}
