//! The demo: it shows what it is said to show.

use apitoolkit_actix::testing::{Collector, Kind, Span};
use apitoolkit_tests::Raw;

use crate::{program::TOKEN, running::Flaskr, tree::traces};

#[test]
fn in_the_demo_it_is_authors_who_wait() {
    let collector = Collector::start().expect("a receiver");
    let mut flaskr = Flaskr::start(Some(&collector), &["--demo", "--rounds", "3"]);
    let summary = flaskr.wait_for("The demo ");
    let requests: usize = summary
        .strip_prefix("The demo sent ")
        .and_then(|rest| rest.split_once(" requests."))
        .and_then(|(requests, _)| requests.parse().ok())
        .unwrap_or_else(|| panic!("{summary}"));
    let link = flaskr.wait_for("/breakdown?");
    let page = explorer(&flaskr, &link);
    let printed = flaskr.stop();

    // Everything that was sent, and each notification.
    let spans = collector.spans();
    let tree = traces(&spans);
    let count = |of: &str| tree.matches(of).count();
    assert_eq!(count("SERVER "), count(" of flaskr ") + count(" of NotificationServer"), "{tree}");
    assert_eq!(count(" of flaskr "), requests, "{tree}");
    let told =
        "  INTERNAL BlogReview.review\n    CLIENT GET /send 200\n      SERVER GET /send 200 of";
    assert_eq!(count(told), 2 * 3, "two authors, three posts each: {tree}");
    for happened in [
        "SERVER POST /auth/login 422 of flaskr by guest",
        "SERVER POST /create 422 of flaskr by editor inanna",
        "SERVER POST /{id}/update 403 of flaskr by author grace",
        "SERVER POST /{id}/delete 303 of flaskr by admin sonja",
        "SERVER GET /{id}/update 404 of flaskr by guest",
        "SERVER GET - 404 of flaskr by guest",
    ] {
        assert!(tree.contains(happened), "{happened} in {tree}");
    }
    let exchanges = requests + 2 * 2 * 3;
    assert!(printed.contains(&format!("\n{exchanges} exchanges recorded, 0 lost.\n")), "{printed}");

    // The slowest tenth of the new posts, and what the explorer says of it.
    let mut created: Vec<_> = spans.iter().filter(|span| is_new_post(span)).collect();
    created.sort_by_key(|span| std::cmp::Reverse(span.duration()));
    let slowest = &created[..created.len().div_ceil(10)];
    for span in slowest {
        assert_eq!(span.str_attr("user role"), Some("author"), "{tree}");
        let review = spans
            .iter()
            .find(|other| other.name == "BlogReview.review" && other.trace_id == span.trace_id);
        let review = review.expect("a review").duration();
        assert!(review.as_millis() >= 800 && review * 10 > span.duration() * 9, "{review:?}");
    }
    let share = r#"<span class="name" title="author">author</span><span class="n">100 %</span>"#;
    assert!(page.contains(share), "{page}");
    collector.assert_absent("correct-horse-battery");
    assert!(!printed.contains("correct-horse-battery"), "{printed}");
}

fn is_new_post(span: &Span) -> bool {
    let is = |key, value| span.str_attr(key) == Some(value);
    span.kind == Kind::Server && is("http.route", "/create") && is("http.request.method", "POST")
}

/// The page of the explorer that a line links to.
fn explorer(flaskr: &Flaskr, line: &str) -> String {
    let (_, path) = line.trim().split_once(&flaskr.blog.to_string()).expect("a link");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: Bearer {TOKEN}\r\n\r\n",
        flaskr.blog
    );
    let reply = Raw::connect(flaskr.blog).send(request).reply();
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text()
}
