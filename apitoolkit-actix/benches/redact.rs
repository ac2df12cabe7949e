//! How fast JSON bodies are redacted, beside ways that are known.
//!
//! ```text
//! cargo bench -p apitoolkit-actix --bench redact
//! ```
//!
//! Every figure is the best of many rounds on one thread, with warm memory. `of IgnoredAny` is the
//! speed as a share of what serde_json needs to *validate* the same document, which is the least
//! that anything has to do; `x naive` is how many times faster than to parse, look every path up
//! with jsonpath-rust, replace by path, and print.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and may fail")]

use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};

use apitoolkit_actix::{Body, BodyText, Redactor, Scratch, Side};
use fastrand::Rng;
use jsonpath_rust::{JsonPath as _, query::queryable::Queryable as _};
use serde::de::IgnoredAny;
use serde_json::Value;

const PATHS: [&str; 3] =
    ["$.users[*].email", "$.users[*].addresses[*].zip", "$.users[*].credit_card"];

fn main() {
    // `cargo test --benches` runs this too; then one round of each is enough.
    let patience = match std::env::args().any(|arg| arg == "--bench") {
        true => Duration::from_millis(300),
        false => Duration::ZERO,
    };
    for size in [800, 8_000, 80_000] {
        Document::new(size, patience).report();
    }
}

struct Document {
    json: String,
    patience: Duration,
    /// Seconds that serde_json needs to validate it.
    validation: f64,
    /// Seconds that three paths take in the naive way.
    naive: f64,
}

impl Document {
    fn new(size: usize, patience: Duration) -> Self {
        let json = users(size);
        let validation = best(patience, || {
            serde_json::from_str::<IgnoredAny>(black_box(&json)).unwrap();
        });
        let naive = best(patience, || {
            black_box(redact_naively(black_box(&json), &PATHS));
        });
        Self { json, patience, validation, naive }
    }

    fn report(&self) {
        let Self { json, patience, .. } = self;
        println!("\n{} bytes", json.len());
        println!("  {:<34}{:>10}{:>16}{:>10}", "", "MB/s", "of IgnoredAny", "x naive");
        self.line("serde_json, IgnoredAny", self.validation);
        let printed = best(*patience, || {
            let value: Value = serde_json::from_str(black_box(json)).unwrap();
            black_box(value.to_string());
        });
        self.line("serde_json, parse and print", printed);
        self.line("jsonpath-rust, 3 paths", self.naive);
        for names in [false, true] {
            for count in [0, 1, 3, 30, 100] {
                if !names && count == 0 {
                    continue;
                }
                let suffix = if names { " + default names" } else { "" };
                let s = if count == 1 { "" } else { "s" };
                self.line(&format!("{count} path{s}{suffix}"), self.redaction(count, names));
            }
        }
    }

    fn line(&self, what: &str, seconds: f64) {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let speed = self.json.len() as f64 / seconds / 1e6;
        let (of_validation, times) = (self.validation / seconds, self.naive / seconds);
        println!("  {what:<34}{speed:>10.0}{of_validation:>16.2}{times:>10.1}");
    }

    /// Seconds that `count` paths take, with or without the default names.
    fn redaction(&self, count: usize, names: bool) -> f64 {
        let others = (3..count).map(|n| format!("$.users[*].field_{n}"));
        let paths = PATHS.iter().take(count).map(ToString::to_string).chain(others);
        let redactor = Redactor::builder()
            .redact_request_body(paths)
            .default_body_rules(names)
            .build()
            .unwrap();
        let mut scratch = Scratch::default();
        let content_type: &[&[u8]] = &[b"application/json"];
        best(self.patience, || {
            let body =
                Body::new(black_box(self.json.as_bytes())).content_type(content_type).cap(1 << 20);
            let text = redactor.body(Side::Request, &body, &mut scratch);
            assert!(matches!(black_box(text), BodyText::Content(_)));
        })
    }
}

/// The least seconds that one of many rounds takes.
fn best(patience: Duration, mut run: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    let start = Instant::now();
    loop {
        let round = Instant::now();
        for _ in 0..10 {
            run();
        }
        best = best.min(round.elapsed().as_secs_f64() / 10.0);
        if start.elapsed() >= patience {
            return best;
        }
    }
}

fn redact_naively(json: &str, paths: &[&str]) -> String {
    let mut value: Value = serde_json::from_str(json).unwrap();
    for path in paths {
        for found in value.query_only_path(path).unwrap() {
            if let Some(node) = value.reference_mut(found) {
                *node = "[CLIENT_REDACTED]".into();
            }
        }
    }
    value.to_string()
}

/// About `size` bytes of users with emails, addresses and cards; always the same.
fn users(size: usize) -> String {
    const NAMES: [&str; 5] =
        ["Ada Lovelace", "Grace Hopper", "Jürgen Müller", "José Álvarez", "Margaret Hamilton"];
    const CITIES: [&str; 4] = ["Berlin", "São Paulo", "New York", "Lagos"];
    let mut rng = Rng::with_seed(3);
    let mut json = String::from("{\"users\":[");
    for id in 0.. {
        if json.len() + 120 > size {
            break;
        }
        if id > 0 {
            json.push(',');
        }
        write!(
            json,
            r#"{{"id":{id},"name":"{}","email":"user{id}@example.com","active":{},"balance":{}.{:02},"#,
            rng.choice(NAMES).unwrap(),
            rng.bool(),
            rng.u32(..10_000),
            rng.u32(..100),
        )
        .unwrap();
        json.push_str("\"addresses\":[");
        for n in 0..rng.usize(1..3) {
            if n > 0 {
                json.push(',');
            }
            write!(
                json,
                r#"{{"street":"{} Station Road","city":"{}","zip":"{:05}","country":"DE"}}"#,
                rng.u32(1..400),
                rng.choice(CITIES).unwrap(),
                rng.u32(..100_000),
            )
            .unwrap();
        }
        write!(
            json,
            r#"],"credit_card":"4111-1111-{:04}-{:04}","tags":["a","beta"],"note":null}}"#,
            rng.u32(..10_000),
            rng.u32(..10_000),
        )
        .unwrap();
    }
    json.push_str("]}");
    json
}
