use std::time::{Duration, Instant};

use apitoolkit_actix::{Body, Redactor, Scratch, Side};

const SIZE: usize = 64 * 1024;

/// `unit`, as often as it fits.
fn full(unit: &str) -> String {
    unit.repeat(SIZE / unit.len())
}

/// Bodies of 64 KiB that are meant to hurt, with rules that are meant to hurt.
#[test]
fn hostile_json_costs_little_time() {
    let paths = ["$..*", "$..a..b..c", "$..[?@.a]", "$[?@..a]", "$..[-1]", "$.*.*.*.x"];
    let members: String = (0..SIZE / 12).map(|n| format!(r#""k{n}":{n},"#)).collect();
    let bodies = [
        full("["),
        "[".repeat(SIZE / 2) + &"]".repeat(SIZE / 2),
        full(r#"{"a":"#),
        format!("[{}1]", full("1,")),
        format!("[{}{{}}]", full(r#"{"a":{"b":{"c":1}}},"#)),
        format!(r#"{{{members}"a":1}}"#),
        format!(r#"{{{}"z":1}}"#, full(r#""a":{"a":[{"b":1}]},"#)),
        format!(r#"["{}"]"#, full(r"\u0061")),
        format!(r#"["{}"]"#, full(r#"{\"a\":[1],"#)),
        format!(r#"[{}""]"#, full(r#""[{\"password\":1}]","#)),
    ];
    let mut slowest = (Duration::ZERO, String::new());
    for path in paths {
        let redactor = Redactor::builder().redact_response_body([path]).build().unwrap();
        let mut scratch = Scratch::default();
        for json in &bodies {
            let content_type: &[&[u8]] = &[b"application/json"];
            let body = Body::new(json.as_bytes()).content_type(content_type).cap(1 << 20);
            let start = Instant::now();
            let _ = redactor.body(Side::Response, &body, &mut scratch);
            let took = start.elapsed() * SIZE as u32 / json.len() as u32;
            slowest = slowest.max((took, format!("{path} of {}…", &json[..20])));
        }
    }
    let (took, which) = slowest;
    println!("figure: 64 KiB of hostile JSON: {took:.1?} at most ({which})");
    // Without optimisation, and on a machine that is busy, it takes many times as long.
    let allowed = Duration::from_millis(if cfg!(debug_assertions) { 5_000 } else { 50 });
    assert!(took < allowed, "{took:?}: {which}");
}
