//! Options that do not hold, and what is shown of those that do.

use apitoolkit_actix::{ConfigError, ObservedClient, Observer};
use apitoolkit_tests::Upstream;
use awc::{Client, error::SendRequestError};

use crate::support::{Caller, Here, app, ask, run};

fn mistake(error: &SendRequestError) -> String {
    let SendRequestError::Custom(inner, _) = error else { panic!("{error}") };
    assert!(inner.is::<ConfigError>(), "{inner:?}");
    inner.to_string()
}

/// A bad option is an error of `send`, names option and place, and nothing is sent.
#[test]
fn options_that_do_not_hold() {
    let upstream = Upstream::saying("never asked");
    let app = app(
        &upstream,
        |b| b,
        async |here: Here| {
            let bad: [(Observer, &str); 7] = [
                (
                    here.observe().redact_request_body(["$.ok", "$.a["]),
                    "redact_request_body[1] = \"$.a[\"",
                ),
                (here.observe().redact_response_body(["CANARY"]), "redact_response_body[0]"),
                (here.observe().redact_headers(["a b"]), "redact_headers[0]"),
                (here.observe().url_wildcard(""), "url_wildcard"),
                (here.observe().url_wildcard("x".repeat(256)), "url_wildcard"),
                (here.observe().max_body_bytes(0), "max_body_bytes"),
                (here.observe().max_body_bytes(usize::MAX), "max_body_bytes"),
            ];
            for (observer, expected) in bad {
                let error = observer.clone().get(here.url("/")).send().await.err().unwrap();
                assert!(mistake(&error).contains(expected), "{error}");
                assert!(error.to_string().contains(expected), "{error}");
                let frozen = observer.get(here.url("/")).freeze().unwrap();
                let error = frozen.send_body("x").await.err().unwrap();
                assert!(mistake(&error).contains(expected), "{error}");
            }
            let observed = ObservedClient::new().redact_request_body(["$["]);
            let client = Client::builder().wrap(observed).finish();
            let error = client.get(here.url("/")).send().await.err().unwrap();
            assert!(mistake(&error).contains("redact_request_body[0]"), "{error}");
            // The client's own error comes first, as it would without us.
            let bad = here.observe().max_body_bytes(0).get("no url").send().await.err().unwrap();
            bad.to_string()
        },
    );
    let plain = run(async { Client::new().get("no url").send().await.err().unwrap().to_string() });
    assert_eq!(ask(&app), plain);
    assert_eq!((upstream.received().len(), upstream.accepted()), (0, 0));
    drop(app.held_calls(1, 0));
}

/// What is shown of an observer tells no rule.
#[test]
fn debugging_shows_no_rule() {
    let upstream = Upstream::saying("never asked");
    let caller = Caller::new();
    run(async {
        let observed = caller.observed().redact_headers(["x-canary"]).url_wildcard("/{a}");
        let client = Client::builder().wrap(observed.clone()).finish();
        let observer = apitoolkit_actix::observe().client(&client).redact_headers(["x-canary"]);
        let request = observer.clone().get("http://u:canary@h/?canary");
        let shown = format!("{observed:?} {observer:?} {request:?} {upstream:?}");
        let frozen = request.freeze().unwrap();
        let extra = frozen.extra_header(("x-a", "canary"));
        let shown = format!("{shown} {frozen:?} {extra:?} {:?}", frozen.send());
        assert!(shown.contains("/{a}") && !shown.contains("canary"), "{shown}");
    });
}
