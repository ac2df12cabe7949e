//! Everything by keys.

use fantoccini::key::Key;

use super::{Browser, driver::Looks};
use crate::support::{ask, listed, start};

#[actix_web::test]
async fn the_list_by_keys() {
    let app = start(|toolkit| toolkit);
    for id in 1..=3 {
        ask(&app, &format!("GET /users/{id}"), "");
    }
    listed(&app, "", 3);
    let Some(browser) = Browser::open(&app, Looks::default()).await else { return };
    let focused = "return document.activeElement.closest('.row')?.dataset.id ?? null";
    let newest = browser.run("return document.querySelector('#rows .row').dataset.id").await;
    browser.press("j").await;
    assert_eq!(browser.run(focused).await, newest, "the first");
    browser.press("j").await;
    let second = browser.run(focused).await;
    assert_ne!(second, newest);
    browser.press("k").await;
    assert_eq!(browser.run(focused).await, newest);
    browser.press("j").await;
    browser.press(&String::from(char::from(Key::Enter))).await;
    browser.find("#detail article").await;
    let shown = browser.run("return document.querySelector('#detail article').dataset.id").await;
    assert_eq!(shown, second);
    browser.press(&String::from(char::from(Key::Escape))).await;
    browser.until("!document.querySelector('#detail article')").await;
    assert!(!browser.path().await.contains("sel="));
    browser.press("?").await;
    browser.find("#keys[open]").await;
    browser.screenshot("keys").await;
    browser.press(&String::from(char::from(Key::Escape))).await;
    browser.until("!document.querySelector('#keys').open").await;
    browser.press("/").await;
    assert_eq!(browser.run("return document.activeElement.name").await, "q");
    browser.press("jk?").await;
    let typed = browser.run("return document.activeElement.value").await;
    assert_eq!(typed, "jk?", "keys are keys while somebody types");
    browser.has_no_complaints("keys").await;
    browser.close().await;
}
