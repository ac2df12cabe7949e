//! Backtraces, which the environment asks for.

use actix_web::{HttpRequest, web};
use apitoolkit_actix::{report_error, testing::Span};
use apitoolkit_tests::TestApp;

use crate::{
    children,
    requests::get,
    support::{BROKEN_CAUSES, Broken},
};

fn named_on_the_way(request: &HttpRequest) {
    for _ in 0..6 {
        report_error(request, &Broken::new());
    }
}

fn span() -> Span {
    let app = TestApp::start(
        |b| b,
        |cfg| {
            cfg.route(
                "/",
                web::get().to(|request: HttpRequest| {
                    named_on_the_way(&request);
                    async { "fine" }
                }),
            );
        },
    );
    app.same(get("/"));
    app.held_one()
}

async fn panics() -> &'static str {
    named_in_a_panic()
}

fn named_in_a_panic() -> &'static str {
    panic!("on purpose")
}

fn traces(span: &Span) -> Vec<String> {
    let trace = |event: &apitoolkit_actix::testing::Event| {
        event.attributes.str("exception.stacktrace").unwrap_or_default().to_owned()
    };
    span.events.iter().map(trace).collect()
}

#[test]
fn a_backtrace_says_how_the_program_came_there() {
    let name = "backtraces::a_backtrace_says_how_the_program_came_there";
    children::run(name, &[("RUST_BACKTRACE", "0"), ("RUST_LIB_BACKTRACE", "1")], || {
        let traces = traces(&span());
        assert_eq!(traces.len(), 6);
        for (n, trace) in traces.iter().enumerate() {
            if n < 4 {
                let start = format!("{BROKEN_CAUSES}\n\nStack backtrace:\n");
                assert!(trace.starts_with(&start), "{trace}");
                assert!(trace.contains("backtraces::named_on_the_way"), "{trace}");
                assert!(trace.len() <= 16 * 1024);
            } else {
                assert_eq!(trace, BROKEN_CAUSES);
            }
        }
        let app = TestApp::start(
            |b| b,
            |cfg| {
                cfg.route("/", web::get().to(panics));
            },
        );
        app.same(get("/"));
        let [trace] = &self::traces(&app.held_one())[..] else { panic!() };
        assert!(trace.starts_with(&format!("at {}:", file!())), "{trace}");
        assert!(trace.contains("\n\nStack backtrace:\n"), "{trace}");
        assert!(trace.contains("backtraces::named_in_a_panic"), "{trace}");
    });
}

#[test]
fn without_being_asked_there_is_none() {
    let name = "backtraces::without_being_asked_there_is_none";
    children::run(name, &[("RUST_BACKTRACE", "1"), ("RUST_LIB_BACKTRACE", "0")], || {
        assert_eq!(traces(&span()), [BROKEN_CAUSES; 6]);
    });
}
