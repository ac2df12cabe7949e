//! An app that is told to end while requests are under way, as an orchestrator does: a process of
//! its own, whose receiver is here.
#![expect(clippy::print_stdout, reason = "the parent listens")]

use std::{
    env,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use actix_web::{App, HttpServer, rt::time::sleep, web};
use apitoolkit_actix::{
    ApiToolkit, Telemetry,
    testing::{Collector, Span},
};
use apitoolkit_tests::{Raw, SOON};

use crate::requests::get;

const ENDPOINT: &str = "APITOOLKIT_TESTS_ENDPOINT";
/// How long the slow route takes.
const SLOW: Duration = Duration::from_secs(2);
/// How long the shutdown of the telemetry may take.
const TIMEOUT: Duration = Duration::from_secs(1);

/// In the child: the app, until a signal ends it. As in an app of anyone's: nothing is sent before
/// the end, since spans wait for five seconds.
fn serve(endpoint: String) {
    let telemetry = Telemetry::builder()
        .environment(std::iter::empty::<(String, String)>())
        .endpoint(endpoint)
        .service_name("child")
        .shutdown_timeout(TIMEOUT)
        .build()
        .unwrap();
    let toolkit = ApiToolkit::builder().capture_response_body(true).build().unwrap();
    actix_rt::System::new().block_on(async {
        let app = move || {
            let slow = || async {
                println!("running");
                sleep(SLOW).await;
                "slow"
            };
            App::new()
                .wrap(toolkit.clone())
                .route("/slow", web::get().to(slow))
                .route("/fast", web::get().to(|| async { "fast" }))
        };
        let server = HttpServer::new(app).workers(1).bind(("127.0.0.1", 0)).unwrap();
        println!("listening {}", server.addrs()[0]);
        server.run().await.unwrap();
    });
    let result = telemetry.shutdown();
    let stats = telemetry.stats();
    println!(
        "ended {} {} {} {}",
        result.is_ok(),
        stats.exchanges_created(),
        stats.exchanges_exported(),
        stats.exchanges_dropped()
    );
}

/// The app as its parent sees it.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

impl Running {
    fn start(test: &str, collector: &Collector) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(ENDPOINT, collector.endpoint())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut running = Self { child, lines, address: ([127, 0, 0, 1], 0).into() };
        running.address = running.says("listening ").parse().unwrap();
        running
    }

    /// What follows these words, when it says them.
    fn says(&mut self, words: &str) -> String {
        loop {
            let line = self.lines.next().unwrap_or_else(|| panic!("never said {words:?}")).unwrap();
            // The first line may begin with the name of the test.
            if let Some(at) = line.find(words) {
                return line[at + words.len()..].to_owned();
            }
        }
    }

    /// So many requests whose handlers are at work.
    fn slow(&mut self, requests: usize) -> Vec<Raw> {
        let mut clients: Vec<_> = (0..requests).map(|_| Raw::connect(self.address)).collect();
        for client in &mut clients {
            client.send(get("/slow"));
        }
        (0..requests).for_each(|_| drop(self.says("running")));
        clients
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end: whether the shutdown succeeded, and the exchanges that were created,
    /// exported and lost.
    fn end(mut self) -> (bool, [usize; 3]) {
        let said = self.says("ended ");
        assert!(self.child.wait().unwrap().success());
        let mut words = said.split(' ');
        let succeeded = words.next() == Some("true");
        let numbers: Vec<_> = words.map(|number| number.parse().unwrap()).collect();
        (succeeded, numbers.try_into().unwrap())
    }
}

fn count(spans: &[Span], route: &str) -> usize {
    spans.iter().filter(|span| span.str_attr("http.route") == Some(route)).count()
}

#[test]
fn two_hundred_in_flight_are_answered_and_exported_before_the_end() {
    const NAME: &str = "signals::two_hundred_in_flight_are_answered_and_exported_before_the_end";
    if let Ok(endpoint) = env::var(ENDPOINT) {
        return serve(endpoint);
    }
    let collector = Collector::start().unwrap();
    let mut app = Running::start(NAME, &collector);
    assert_eq!(Raw::connect(app.address).send(get("/fast")).reply().text(), "fast");
    let mut clients = app.slow(200);
    app.signal("TERM");
    for client in &mut clients {
        assert_eq!(client.reply().text(), "slow");
    }
    assert_eq!(app.end(), (true, [201, 201, 0]));
    let spans = collector.spans();
    assert_eq!((count(&spans, "/slow"), count(&spans, "/fast"), spans.len()), (200, 1, 201));
    assert!(spans.iter().all(|span| span.response_body().is_some()), "whole exchanges");
}

#[test]
fn what_an_interrupt_breaks_off_is_exported_too() {
    const NAME: &str = "signals::what_an_interrupt_breaks_off_is_exported_too";
    if let Ok(endpoint) = env::var(ENDPOINT) {
        return serve(endpoint);
    }
    let collector = Collector::start().unwrap();
    let mut app = Running::start(NAME, &collector);
    for _ in 0..50 {
        Raw::connect(app.address).send(get("/fast")).reply();
    }
    let clients = app.slow(20);
    app.signal("INT");
    assert_eq!(app.end(), (true, [70, 70, 0]));
    let spans = collector.spans();
    assert_eq!((count(&spans, "/slow"), count(&spans, "/fast"), spans.len()), (20, 50, 70));
    let broken_off = spans.iter().filter(|s| s.str_attr("http.route") == Some("/slow"));
    for span in broken_off {
        assert_eq!(span.attr("http.response.status_code"), None);
        assert_eq!(span.str_attr("error.type"), Some("client_disconnected"));
    }
    drop(clients);
}

/// Keeps the port of a receiver that is gone, so that no other test's receiver gets it, and with it
/// what is sent there.
fn keep_place(collector: &Collector) -> socket2::Socket {
    let endpoint = collector.endpoint();
    let address = endpoint.strip_prefix("http://").unwrap();
    let address: SocketAddr = address.trim_end_matches('/').parse().unwrap();
    let place = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    place.set_reuse_address(true).unwrap();
    // Bound, and never listened at: who connects is refused.
    place.bind(&address.into()).unwrap();
    place
}

#[test]
fn without_a_receiver_the_end_is_no_later_than_the_timeout() {
    const NAME: &str = "signals::without_a_receiver_the_end_is_no_later_than_the_timeout";
    if let Ok(endpoint) = env::var(ENDPOINT) {
        return serve(endpoint);
    }
    for silent in [false, true] {
        let collector = Collector::start().unwrap();
        let mut app = Running::start(NAME, &collector);
        let _place = match silent {
            true => {
                collector.black_hole();
                None
            }
            false => {
                collector.stop();
                Some(keep_place(&collector))
            }
        };
        let mut clients = app.slow(20);
        app.signal("TERM");
        for client in &mut clients {
            assert_eq!(client.reply().text(), "slow");
        }
        let answered = Instant::now();
        assert_eq!(app.end(), (false, [20, 0, 20]));
        // The server's own end takes a moment too.
        assert!(answered.elapsed() < TIMEOUT + SOON / 4, "{:?}", answered.elapsed());
    }
}
