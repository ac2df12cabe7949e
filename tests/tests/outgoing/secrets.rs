//! Nothing that is secret is said aloud: not by the library at its most talkative, not on the
//! standard streams, not in what is shown of an error.

use apitoolkit_actix::{ObservedClient, observe, observed_client};
use apitoolkit_tests::{Answer, Upstream};
use awc::Client;
use serde_json::json;
use tracing_subscriber::{
    Layer as _, filter::filter_fn, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{
    children,
    support::{Here, app, ask, run, text},
    ways::Seen,
};

fn calls() {
    // What others trace of their own bytes is theirs.
    let ours = filter_fn(|metadata| metadata.target().starts_with("apitoolkit"));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(ours);
    tracing_subscriber::registry().with(layer).init();
    tracing::error!(target: "apitoolkit", "the log is on");
    let upstream = Upstream::start(|request| match request.target() {
        "/on?token=CANARY" => Answer::redirect(302, "/end?token=CANARY"),
        "/closed" => Answer::default().then("").close(),
        "/garbage" => Answer::default().then("CANARY\r\n\r\n").close(),
        _ => Answer::new(
            500,
            &[("content-type", "application/json"), ("set-cookie", "sid=CANARY")],
            r#"{"password":"CANARY"}"#,
        ),
    });
    let app = app(
        &upstream,
        |b| b.debug(true),
        async |here: Here| {
            let observer = || here.observe().capture_request_body(true).capture_response_body(true);
            let secret = json!({"password": "CANARY"});
            for path in ["/on?token=CANARY", "/closed", "/garbage", "/end"] {
                let call =
                    observer().url_wildcard("/{x}").post(here.url(path)).bearer_auth("CANARY");
                Seen::of(call.send_json(&secret).await).await;
            }
            for url in ["http://u:CANARY@127.0.0.1:1/?sig=CANARY", "no url", "https://u:CANARY@h/"]
            {
                drop(observer().get(url).send().await);
            }
            drop(observer().redact_request_body(["CANARY["]).get(here.url("/")).send().await);
            drop(observer().client(&Client::new()).get(here.url("/?token=CANARY")).send().await);
            drop(observer().get(here.url("/?token=CANARY")).send());
            String::new()
        },
    );
    ask(&app);
    drop(app.held_calls(1, 9));
    // Outside of any exchange, where no provider is.
    run(async {
        let wrapped = Client::builder().wrap(ObservedClient::new()).finish();
        for client in [observed_client(), wrapped] {
            let call = client.get(upstream.url("/?token=CANARY")).bearer_auth("CANARY");
            text(call.send().await.unwrap()).await;
        }
        drop(observe().get("http://u:CANARY@[").send().await);
    });
}

#[test]
fn nothing_is_said() {
    let Some(output) = children::run("secrets::nothing_is_said", &[], calls) else { return };
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let said = said.concat();
    assert!(said.contains("the log is on") && said.contains("is not recorded"), "{said}");
    assert!(said.contains("POST /end") || said.contains("GET /end"), "{said}");
    assert!(!said.to_ascii_uppercase().contains("CANARY"), "{said}");
}
