use std::time::Duration;

use opentelemetry::{Array, Value};

use super::Shown;
use crate::{
    explorer::{pages::row, query::Filter, record::testing::Made},
    semconv,
};

#[test]
fn the_list_shows_each_exchange_and_fits_its_budget() {
    let tags = Value::Array(Array::String(vec!["eu-west".into()]));
    let made = (0..60).map(|n| {
        Made::incoming("GET", "/users/{id}", 200)
            .ids(n, 1)
            .at(1_000, 10)
            .attribute(semconv::HTTP_RESPONSE_BODY_SIZE, 2_048)
            .attribute(semconv::APITOOLKIT_TAGS, tags.clone())
    });
    let shown = Shown::with(made);
    let html = shown.list("", None);
    assert_eq!(html.matches("<li id=\"r").count(), 50);
    assert!(html.len() < 60_000, "{} bytes", html.len());
    assert!(html.contains("<span data-total=\"60\">60</span> exchanges"));
    assert!(html.contains("href=\"/_apitoolkit/?before=11\" rel=\"next\""));
    assert!(html.contains("data-live=\"/_apitoolkit/live\""));
    assert!(html.contains("data-newest=\"60\""));
    let longest = Duration::from_millis(20);
    let record = shown.store.get(60).unwrap();
    assert_eq!(
        row(&shown.view(), &record, longest).into_string(),
        "<li id=\"r60\" class=\"row\" data-id=\"60\" data-us=\"10000\">\
         <a href=\"/_apitoolkit/exchange/60\">\
         <span class=\"what\"><svg class=\"icon i-in\" role=\"img\" aria-label=\"incoming\">\
         <use href=\"#i-in\"></svg><span class=\"method m-read\">GET</span></span>\
         <span class=\"place\"><span class=\"route\">/users/{id}</span>\
         <span class=\"under\"><span class=\"tag\">eu-west</span></span></span>\
         <span class=\"badge status good\">200</span>\
         <span class=\"took\"><span class=\"n\">10.0 ms</span>\
         <svg class=\"bar\" viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"50.0\" height=\"6\"></rect></svg></span>\
         <span class=\"size\" title=\"request ?, response 2.0 KiB\">? → 2.0 KiB</span>\
         <span class=\"when\"><time datetime=\"2024-01-01T00:00:01.000Z\" \
         title=\"2024-01-01 00:00:01.000 UTC\">1 min ago</time></span></a></li>"
    );
}

#[test]
fn filters_stand_in_their_inputs_and_chips_take_them_away() {
    let shown = Shown::with([Made::incoming("GET", "/a", 500).attribute("user role", "<b>")]);
    let html = shown.list("q=x%22y&status=5xx&attr=user%20role%3D%3Cb%3E&errors=1&min=no", None);
    for expected in [
        "name=\"q\" value=\"x&quot;y\"",
        "name=\"status\" value=\"5xx\"",
        "name=\"attr\" value=\"user role=&lt;b&gt;\"",
        "name=\"errors\" value=\"1\" checked",
        "<details class=\"more\" open>",
        "role=\"alert\">min=no: ",
        "aria-label=\"Remove errors only\"",
        "Nothing matches",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    let (rest, mistakes) = Filter::read("q=x%22y&attr=user%20role%3D%3Cb%3E&errors=1");
    assert_eq!(mistakes, []);
    let link = format!("href=\"/_apitoolkit/?{}\"", rest.to_query().replace('&', "&amp;"));
    assert!(html.contains(&format!("{link} aria-label=\"Remove status: 5xx\"")), "{link}: {html}");
}
