//! The list: live, paused, filtered.

use super::{Browser, driver::Looks};
use crate::support::{ask, listed, start};

#[actix_web::test]
async fn exchanges_appear_without_asking() {
    let app = start(|toolkit| toolkit);
    let Some(browser) = Browser::open(&app, Looks::default()).await else { return };
    assert!(browser.text("main").await.contains("No exchange"), "an empty list explains itself");
    browser.screenshot("empty").await;
    ask(&app, "GET /users/1", "");
    browser.until("document.querySelectorAll('#rows .row').length === 1").await;
    ask(&app, "GET /fails", "");
    browser.until("document.querySelectorAll('#rows .row').length === 2").await;
    assert!(browser.text("#rows .row:first-child").await.contains("/fails"), "newest first");
    browser.click("#pause").await;
    ask(&app, "GET /users/2", "");
    browser.until("document.querySelector('#fresh').textContent.includes('1 new')").await;
    assert_eq!(browser.run("return document.querySelectorAll('#rows .row').length").await, 2);
    browser.click("#fresh").await;
    browser.until("document.querySelectorAll('#rows .row').length === 3").await;
    browser.has_no_complaints("the list").await;
    browser.close().await;
}

#[actix_web::test]
async fn who_reads_is_not_disturbed() {
    let app = start(|toolkit| toolkit);
    ask(&app, "GET /users/1", "");
    let first = listed(&app, "", 1)[0]["id"].to_string();
    let Some(browser) = Browser::open(&app, Looks::default()).await else { return };
    browser.click("#rows .row a").await;
    browser.find("#detail article").await;
    ask(&app, "GET /users/2", "");
    browser.until("document.querySelector('#fresh').textContent.includes('1 new')").await;
    let shown = browser.run("return document.querySelector('#detail article').dataset.id").await;
    assert_eq!(shown, first.as_str(), "what is read stays");
    assert!(browser.path().await.contains(&format!("sel={first}")), "and stands in the address");
    browser.client.refresh().await.expect("the page again");
    let shown = browser.run("return document.querySelector('#detail article').dataset.id").await;
    assert_eq!(shown, first.as_str());
    browser.screenshot("list-and-detail").await;
    browser.close().await;
}

#[actix_web::test]
async fn filters_stand_in_the_address() {
    let app = start(|toolkit| toolkit);
    for path in ["/users/1", "/users/2", "/fails", "/nowhere"] {
        ask(&app, &format!("GET {path}"), "");
    }
    listed(&app, "", 4);
    let Some(browser) = Browser::open(&app, Looks::default()).await else { return };
    browser.find("input[name=status]").await.send_keys("5xx").await.expect("a status");
    browser.click("main form[method=get] button[type=submit], main form button.primary").await;
    browser.until("location.search.includes('status=5xx')").await;
    browser.until("document.querySelectorAll('#rows .row').length === 1").await;
    assert!(browser.text("#rows").await.contains("/fails"));
    browser.screenshot("filtered").await;
    browser.click(".chips a").await;
    browser.until("!location.search.includes('status')").await;
    browser.until("document.querySelectorAll('#rows .row').length === 4").await;
    browser.go("/?attr=user%20role%3Dadmin").await;
    browser.until("document.querySelectorAll('#rows .row').length === 1").await;
    browser.go("/?q=nothing-like-this").await;
    browser.until("document.querySelectorAll('#rows .row').length === 0").await;
    browser.has_no_complaints("the list").await;
    browser.close().await;
}
