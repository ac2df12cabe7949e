//! What it costs.

use std::time::{Duration, Instant};

use super::support::{ask, get, listed, start};

/// The list of ten thousand exchanges: its first byte comes within 20 ms in a release build, and it
/// is below 200 KB. How long it takes here is printed, and bounded loosely: tests are not optimised
/// and share the machine.
#[test]
fn the_list_of_ten_thousand_is_small_and_quick() {
    let app = start(|toolkit| toolkit);
    assert_eq!(ask(&app, "GET /users/1", ""), 200);
    listed(&app, "", 1);
    let one = get(&app, "/export?format=otlp").text();
    let span: serde_json::Value = serde_json::from_str(&one).expect("JSON");
    let mut many = span.clone();
    let spans = span["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().expect("spans");
    let server = spans.iter().find(|span| span["kind"] == 2).expect("an exchange");
    let copies: Vec<_> = (0..10_000_u32)
        .map(|n| {
            let mut copy = server.clone();
            copy["spanId"] = format!("{:016x}", n + 1).into();
            copy
        })
        .collect();
    many["resourceSpans"][0]["scopeSpans"][0]["spans"] = copies.into();
    let answer = super::support::post(&app, "/import", &many.to_string());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let until = Instant::now() + Duration::from_secs(60);
    while stored(&app) < 10_001 {
        assert!(Instant::now() < until, "{} came", stored(&app));
    }
    let mut fastest = Duration::MAX;
    let mut size = 0;
    for _ in 0..5 {
        let began = Instant::now();
        let page = get(&app, "/");
        fastest = fastest.min(began.elapsed());
        size = page.body.len();
        assert!(page.text().contains("10,001"), "the number of all");
    }
    println!("a list of 10,001 exchanges: {size} bytes in {fastest:?}");
    assert!(size < 200 * 1024, "{size} bytes");
    assert!(fastest < Duration::from_millis(500), "{fastest:?}");
}

fn stored(app: &apitoolkit_tests::TestApp) -> u64 {
    let page: serde_json::Value =
        serde_json::from_slice(&get(app, "/api/exchanges?limit=1").body).expect("JSON");
    page["total"].as_u64().expect("a number")
}
