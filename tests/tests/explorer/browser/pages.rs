//! Every page, with what really happened.

use super::{Browser, driver::Looks};
use crate::support::{ask, listed, start};

const PAGES: [(&str, &str); 10] = [
    ("/", "list"),
    ("/exchange/latest", "exchange"),
    ("/routes", "routes"),
    ("/outgoing", "outgoing"),
    ("/statements", "statements"),
    ("/services", "services"),
    ("/flow", "flow"),
    ("/errors", "errors"),
    ("/breakdown?by=user+role", "breakdown"),
    ("/health", "health"),
];

async fn visit(looks: Looks, suffix: &str) {
    let app = start(|toolkit| toolkit.redact_response_body(["$.name"]).tags(["env: tests"]));
    for id in 1..=4 {
        ask(&app, &format!("GET /users/{id}?page=2&token=CANARY"), "");
        ask(&app, "GET /fails", "");
    }
    ask(&app, "POST /users", r#"{"name":"Ann","password":"CANARY"}"#);
    listed(&app, "", 9);
    let Some(browser) = Browser::open(&app, looks).await else { return };
    let dark = browser.run("return matchMedia('(prefers-color-scheme: dark)').matches").await;
    assert_eq!(dark, looks.dark);
    for (path, name) in PAGES.into_iter().chain([("/redaction", "redaction")]) {
        browser.go(path).await;
        browser.find("main").await;
        browser.screenshot(&format!("{name}{suffix}")).await;
        browser.has_no_complaints(path).await;
        let over = browser
            .run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await;
        assert_eq!(over, 0, "{path} is wider than the window");
        let source = browser.client.source().await.expect("the page");
        assert!(!source.contains("CANARY"), "{path}");
    }
    browser.close().await;
}

#[actix_web::test]
async fn every_page_in_the_light() {
    visit(Looks::default(), "").await;
}

#[actix_web::test]
async fn every_page_in_the_dark() {
    visit(Looks { dark: true, ..Looks::default() }, "-dark").await;
}

#[actix_web::test]
async fn every_page_on_a_narrow_screen() {
    visit(Looks { width: 400, ..Looks::default() }, "-narrow").await;
}

#[actix_web::test]
async fn what_strangers_send_is_shown_and_not_believed() {
    let app = start(|toolkit| toolkit);
    let evil = "<script>document.title='hacked'</script>";
    ask(&app, "GET /html?x=%3Cscript%3Edocument.title='hacked'%3C/script%3E", "");
    ask(
        &app,
        "POST /users",
        &format!(r#"{{"name":"{evil}<img src=x onerror=document.title='hacked'>"}}"#),
    );
    ask(&app, "GET /%3Cimg%20src=x%20onerror=document.title='hacked'%3E", "");
    let list = listed(&app, "", 3);
    let Some(browser) = Browser::open(&app, Looks::default()).await else { return };
    for path in [
        "/",
        "/routes",
        "/errors",
        "/breakdown?by=url.query",
        "/?q=%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        browser.go(path).await;
        assert_ne!(browser.client.title().await.expect("a title"), "hacked", "{path}");
        browser.has_no_complaints(path).await;
    }
    for exchange in list {
        browser.go(&format!("/exchange/{}", exchange["id"])).await;
        assert_ne!(browser.client.title().await.expect("a title"), "hacked");
        assert_eq!(
            browser.run("return document.querySelectorAll('main img, main script').length").await,
            0
        );
        browser.has_no_complaints("an exchange").await;
    }
    browser.go("/?method=POST").await;
    browser.click("#rows .row a").await;
    browser.find("#detail article").await;
    let shown = browser.text("#detail").await;
    assert!(shown.contains(evil), "shown as it is: {shown}");
    assert_ne!(browser.client.title().await.expect("a title"), "hacked");
    browser.screenshot("hostile").await;
    browser.close().await;
}
