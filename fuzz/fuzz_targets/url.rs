//! URLs, queries and paths.
#![cfg_attr(fuzzing, no_main)]

use apitoolkit_actix::PathParam;

mod support;
use support::{SECRET, halves, no_secret, only_markers_differ, redactor};

apitoolkit_fuzz::target!("url", run);

fn run(data: &[u8]) {
    let redactor = redactor();
    let (a, b) = halves(data);
    let text = format!("{a}{b}");
    let marker = "REDACTED";
    // A marker in the input cannot be told from ours.
    if !text.contains(marker) {
        only_markers_differ(&text, &redactor.query(&text), marker);
        let url = redactor.url(&text).replace("REDACTED:REDACTED", marker);
        only_markers_differ(&text, &url, marker);
    }
    for query in [format!("{a}&token={SECRET}&{b}"), format!("token={SECRET};{a}{b}")] {
        no_secret(&query, &redactor.query(&query));
        no_secret(&query, &format!("{:?}", redactor.query_pairs(&query)));
        for url in
            [format!("/{query}?{query}"), format!("http://h/?{query}"), format!("{a}?&{query}")]
        {
            // In the path it is only a name.
            let (_, query) = url.split_once('?').unwrap_or_default();
            let redacted = redactor.url(&url);
            let (_, redacted) = redacted.split_once('?').unwrap_or_default();
            no_secret(query, redacted);
        }
    }
    let url = format!("http://u:{SECRET}@h/{a}?{b}");
    no_secret(&url, &redactor.url(&url));
    let path = format!("/{a}/{SECRET}/{b}");
    let param = PathParam {
        name: "token",
        start: a.len() + 2,
        end: a.len() + 2 + SECRET.len(),
        secret: false,
    };
    no_secret(&path, &redactor.path(&path, &[param]));
    let odd = data.iter().take(4).fold(0, |sum, &byte| sum * 7 + usize::from(byte));
    let params = [
        PathParam { name: "token", start: odd % 11, end: odd % 17, secret: odd % 2 == 0 },
        PathParam { name: "otp", start: odd % 5, end: odd, secret: false },
    ];
    let _ = redactor.path(&text, &params);
}
