//! Everything that comes from outside is escaped, on every page.

use std::time::SystemTime;

use super::{Shown, sheet};
use crate::{
    explorer::{
        pages::{
            Marks, Mistake, Outcome, Rule, Shares, Sheet, Table, Trial, breakdown, compare, errors,
            exchange, flow, groups, health, login_needed, missing, order, redaction, refused,
        },
        query::{self, By},
        record::{Line, Part, testing::Made},
        redaction::Place,
    },
    semconv,
};

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

#[test]
fn nothing_that_is_shown_is_markup() {
    let hostile = || {
        Made::incoming(HOSTILE, HOSTILE, 500)
            .attribute(HOSTILE, HOSTILE)
            .attribute(semconv::URL_QUERY, HOSTILE)
            .attribute(semconv::TENANT_ID, HOSTILE)
            .attribute(
                semconv::HTTP_REQUEST_PATH_PARAMS,
                serde_json::json!({ HOSTILE: HOSTILE }).to_string(),
            )
            .header("http.request.header.content-type", &[HOSTILE])
            .header("http.response.header.content-type", &["application/json"])
            .body(semconv::HTTP_REQUEST_BODY, HOSTILE.as_bytes())
            .body(
                semconv::HTTP_RESPONSE_BODY,
                serde_json::json!({ HOSTILE: HOSTILE }).to_string().as_bytes(),
            )
            .failed(HOSTILE)
            .exception(HOSTILE, HOSTILE, HOSTILE)
    };
    let shown = Shown::with([
        hostile().ids(1, 1),
        Made::service(HOSTILE, HOSTILE).ids(1, 2).child_of(1),
        Made::statement(HOSTILE).ids(1, 3).child_of(2).attribute(semconv::DB_QUERY_TEXT, HOSTILE),
        Made::outgoing(HOSTILE, 503).ids(1, 4).child_of(1).attribute(semconv::HTTP_ROUTE, HOSTILE),
        hostile().ids(2, 1),
    ]);
    shown.store.push_line(Line {
        when: SystemTime::UNIX_EPOCH,
        level: "INFO",
        text: HOSTILE.to_owned(),
        attributes: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        trace_id: 1.into(),
        span_id: 1.into(),
    });
    for (name, html) in every_page(&shown) {
        assert!(name == "health" || name == "login" || html.contains("&lt;script&gt;"), "{name}");
        assert!(!html.contains("<script>"), "{name}: {html}");
        assert_eq!(
            html.matches("<script").count(),
            html.matches("assets/app.js").count(),
            "{name}"
        );
        for inline in [" style=", " onclick=", " onload=", "javascript:", "<style"] {
            assert!(!html.contains(inline), "{name} has {inline}");
        }
    }
}

fn every_page(shown: &Shown) -> Vec<(&'static str, String)> {
    let view = shown.view();
    let all = shown.store.newest_first();
    let record = shown.store.get(1).unwrap();
    let marks = Marks {
        named: vec![(Place::Query, HOSTILE.to_owned(), HOSTILE.to_owned())],
        body: vec![(Part::Response, 0..1_000, HOSTILE.to_owned())],
    };
    let sheet = Sheet {
        curl: Some(HOSTILE),
        no_replay: Some(HOSTILE),
        back: HOSTILE,
        ..sheet(&record, &marks)
    };
    let known = query::suggest(&all).attributes;
    let exchanges: Vec<_> = all.iter().filter(|r| r.kind.is_exchange()).cloned().collect();
    let by_key = query::breakdown(&exchanges, HOSTILE);
    let shares = Shares { by: HOSTILE, known: &known, breakdown: &by_key, query: "q=%3Cscript%3E" };
    let mistakes =
        vec![Mistake { text: HOSTILE.to_owned(), offset: Some(3), reason: HOSTILE.to_owned() }];
    let rules = [Rule { source: HOSTILE.to_owned(), expression: HOSTILE.to_owned(), matches: 1 }];
    let trial =
        |outcome| Trial { json: HOSTILE, paths: HOSTILE, outcome: Some(outcome), rules: &rules };
    let mut pages = vec![
        ("list", shown.list("", None)),
        ("filtered", shown.list("q=%3Cscript%3E&method=%3Cscript%3E&min=%3Cscript%3E", None)),
        ("selected", shown.list("", Some(1))),
        ("exchange", exchange(&view, &sheet).into_string()),
        ("compare", compare(&view, &sheet, Some(&sheet)).into_string()),
        ("offers", compare(&view, &sheet, None).into_string()),
        ("flow", flow(&view, &query::flow(&all, HOSTILE)).into_string()),
        ("errors", errors(&view, &query::errors(&all)).into_string()),
        ("breakdown", breakdown(&view, &shares).into_string()),
        ("leaves", redaction(&view, &trial(Outcome::Leaves(HOSTILE.to_owned()))).into_string()),
        ("wrong", redaction(&view, &trial(Outcome::Wrong(mistakes))).into_string()),
        ("health", health(&view).into_string()),
        ("refused", refused(HOSTILE, Some(HOSTILE), Some(HOSTILE)).into_string()),
        ("login", login_needed(view.base).into_string()),
        ("missing", missing(&view, HOSTILE).into_string()),
    ];
    for (name, by) in [
        ("routes", By::Route),
        ("outgoing", By::Outgoing),
        ("statements", By::Statement),
        ("services", By::Service),
    ] {
        let found = query::groups(&all, by, 30);
        pages.push((
            name,
            groups(&view, &Table { by, groups: &found, order: order("") }).into_string(),
        ));
    }
    pages
}
