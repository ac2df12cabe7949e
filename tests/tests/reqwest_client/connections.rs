//! Connections are reused, whatever the options.

use apitoolkit_actix::CallOptions;
use apitoolkit_tests::{Answer, Upstream};

use crate::support::{Caller, observed, plain, run};

#[test]
fn one_connection_for_all_calls() {
    let upstream = Upstream::start(|request| match request.target() {
        "/empty" => Answer::new(200, &[], ""),
        "/chunks" => {
            Answer::head(200, &[("transfer-encoding", "chunked")]).then("1\r\nx\r\n0\r\n\r\n")
        }
        "/no" => Answer::new(500, &[], "no"),
        _ => Answer::ok("hello"),
    });
    let caller = Caller::new();
    run(async {
        let client = observed(plain(), caller.middleware());
        for n in 0..20 {
            let options = CallOptions::new()
                .url_wildcard(format!("/{n}"))
                .redact_request_body([format!("$.a{n}")])
                .capture_request_body(n % 2 == 0)
                .capture_response_body(n % 3 == 0);
            let path = ["/", "/empty", "/chunks", "/no"][n % 4];
            let request = client.post(upstream.url(path)).body("{}").with_extension(options);
            request.send().await.unwrap().bytes().await.unwrap();
        }
    });
    caller.held(20);
    assert_eq!((upstream.accepted(), upstream.received().len()), (1, 20));
}
