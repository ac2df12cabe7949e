//! The URL of a call, less what is secret in it.

use apitoolkit_actix::observe;
use apitoolkit_tests::Upstream;

use crate::support::{Caller, Here, app, ask, run, text};

/// Nobody listens there.
const PORT: u16 = 1;

#[test]
fn urls_are_as_they_were_less_their_secrets() {
    let same =
        ["/", "/a/b", "/a%20b/", "//double", "/a@b", "/?x=a@b", "/?", "/?a=1&&b", "/%41?%62=%63"];
    let mut cases: Vec<_> = same
        .iter()
        .map(|path| {
            (format!("http://h.invalid:{PORT}{path}"), format!("http://h.invalid:{PORT}{path}"))
        })
        .collect();
    let redacted = [
        (
            "http://u:CANARY@h.invalid/p?sig=CANARY",
            "http://REDACTED:REDACTED@h.invalid/p?sig=REDACTED",
        ),
        ("http://CANARY@h.invalid/", "http://REDACTED@h.invalid/"),
        ("http://a%40b:CANARY%40@h.invalid/", "http://REDACTED:REDACTED@h.invalid/"),
        ("http://u:CANARY@h.invalid/a@b?c=d@e", "http://REDACTED:REDACTED@h.invalid/a@b?c=d@e"),
        ("http://[::1]:1/p?%74oken=CANARY", "http://[::1]:1/p?%74oken=REDACTED"),
        ("http://u:CANARY@[::1]:1/", "http://REDACTED:REDACTED@[::1]:1/"),
        ("http://h.invalid/p?a=1#access_token=CANARY", "http://h.invalid/p?a=1"),
        ("http://h.invalid", "http://h.invalid/"),
        ("http://h.invalid?a=1", "http://h.invalid?a=1"),
        ("HTTP://H.invalid/", "http://H.invalid/"),
        (
            "http://h.invalid/?token[]=CANARY&token=CANARY-2&a=1",
            "http://h.invalid/?token[]=REDACTED&token=REDACTED&a=1",
        ),
    ];
    cases.extend(redacted.map(|(url, full)| (url.to_owned(), full.to_owned())));
    let caller = Caller::new();
    run(async {
        let client = caller.client();
        for (url, _) in &cases {
            assert!(observe().client(&client).get(url).send().await.is_err());
        }
    });
    for (call, (url, full)) in caller.held(cases.len()).iter().zip(&cases) {
        assert_eq!(call.str_attr("url.full"), Some(full.as_str()), "{url}");
        let address = call.str_attr("server.address").unwrap();
        assert!(["h.invalid", "::1"].contains(&address), "{address}");
        let port = if url.contains(":1/") || url.contains(":1") { 1 } else { 80 };
        assert_eq!(call.int_attr("server.port"), Some(port), "{url}");
    }
}

/// Parameters that the wildcard names are redacted by their names, in every form the URL leaves in.
#[test]
fn secrets_in_the_path() {
    let upstream = Upstream::saying("hello");
    let app = app(
        &upstream,
        |b| b.redact_path_params(["person"]),
        async |here: Here| {
            let cases = [
                ("/reset/{token}", "/reset/CANARY"),
                ("https://api.test/reset/{token}/{id}", "/reset/CANARY/7"),
                ("/people/{person}/x", "/people/CANARY/x?y=1"),
                ("/other/{token}", "/reset/CANARY"),
            ];
            for (wildcard, path) in cases {
                let call = here.observe().url_wildcard(wildcard).get(here.url(path));
                text(call.send().await.unwrap()).await;
            }
            String::new()
        },
    );
    ask(&app);
    let held = app.held_calls(1, 4);
    let seen: Vec<_> = held
        .clients
        .iter()
        .map(|call| {
            let full = call.str_attr("url.full").unwrap().to_owned();
            let path = call.str_attr("url.path").unwrap();
            assert!(full.contains(path) && call.str_attr("http.target").unwrap().contains(path));
            (path.to_owned(), call.str_attr("http.request.path_params").unwrap().to_owned())
        })
        .collect();
    let of = |path: &str, params: &str| (path.to_owned(), params.to_owned());
    assert_eq!(
        seen,
        [
            of("/reset/REDACTED", r#"{"token":"REDACTED"}"#),
            of("/reset/REDACTED/7", r#"{"token":"REDACTED","id":"7"}"#),
            of("/people/REDACTED/x", r#"{"person":"REDACTED"}"#),
            // It does not fit, so that nobody knows where the token is.
            of("/REDACTED", "{}"),
        ]
    );
}
