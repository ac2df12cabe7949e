//! What is done by clicks.

use super::{Browser, driver::Looks};
use crate::support::{ask, listed, start};

#[actix_web::test]
async fn a_click_sends_a_request_again() {
    let app = start(|toolkit| toolkit);
    ask(&app, "POST /users", r#"{"name":"Ann"}"#);
    let id = listed(&app, "", 1)[0]["id"].clone();
    let Some(browser) = Browser::open(&app, Looks::default()).await else { return };
    browser.go(&format!("/exchange/{id}")).await;
    browser.click("form[action$='/pin'] button").await;
    browser.find("button[aria-pressed=true]").await;
    browser.click("details.replay summary").await;
    browser.click("details.replay button[type=submit]").await;
    browser.until("location.pathname.endsWith('/compare')").await;
    assert_eq!(listed(&app, "", 2).len(), 2);
    browser.screenshot("compare").await;
    browser.has_no_complaints("compare").await;
    browser.close().await;
}

#[actix_web::test]
async fn redaction_is_previewed() {
    let app = start(|toolkit| toolkit);
    let Some(browser) = Browser::open(&app, Looks::default()).await else { return };
    browser.go("/redaction").await;
    let fill = |css: &'static str, text: &'static str| {
        let browser = &browser;
        async move { browser.find(css).await.send_keys(text).await.expect("text") }
    };
    fill("textarea[name=json]", r#"{"user":{"email":"a@b.c","age":7}}"#).await;
    fill("textarea[name=paths]", "$.user.email").await;
    browser.click("main form button[type=submit]").await;
    browser.until("document.querySelector('main mark.redacted')").await;
    browser.screenshot("redaction-tried").await;
    browser.has_no_complaints("redaction").await;
    browser.close().await;
}
