//! What several users do, and every span of it.

use apitoolkit_actix::testing::{Collector, Kind};
use serde_json::{Value, json};

use crate::{browser::Browser, running::Flaskr, tree::traces};

/// Planted in the forms.
const SECRET: &str = "planted-passphrase-7c1d";
const WRONG: &str = "planted-mistake-93ae";

/// What they do; every cookie that they were given.
fn visits(flaskr: &Flaskr) -> Vec<String> {
    let [mut ada, mut sonja, mut inanna, mut guest] = [(); 4].map(|()| Browser::new(flaskr.blog));
    // Somebody new, who mistypes.
    assert_eq!(ada.get("/").0, 200);
    assert_eq!(ada.get("/static/style.css").0, 200);
    assert_eq!(ada.get("/auth/register").0, 200);
    let typed = [("username", "ada"), ("password", SECRET), ("repeat", WRONG)];
    assert_eq!(ada.post("/auth/register", &typed).0, 422);
    ada.arrive("ada", SECRET);
    assert_eq!(ada.post("/auth/register", &[typed[0], typed[1], ("repeat", SECRET)]).0, 422);
    assert_eq!(ada.post("/auth/login", &[typed[0], ("password", WRONG)]).0, 422);
    // An author's post is reviewed, those of the admin and the editor are not.
    let post = [("title", "One & <all>"), ("body", "The first.")];
    assert_eq!(ada.post("/create", &post).0, 303);
    assert_eq!(ada.post("/create", &[("title", " "), post[1]]).0, 422);
    sonja.arrive("sonja", SECRET);
    assert_eq!(sonja.post("/create", &post).0, 303);
    inanna.arrive("inanna", SECRET);
    assert_eq!(inanna.post("/create", &post).0, 303);
    let (status, page) = ada.get("/");
    assert!(status == 200 && page.contains("One &amp; &lt;all&gt;"), "{page}");
    // Updates and deletions of several posts.
    assert_eq!(ada.get("/1/update").0, 200);
    assert_eq!(ada.post("/1/update", &post).0, 303);
    assert_eq!(sonja.post("/2/update", &post).0, 303);
    assert_eq!(ada.post("/2/update", &post).0, 403);
    assert_eq!(ada.post("/2/delete", &[]).0, 403);
    assert_eq!(ada.post("/99/delete", &[]).0, 404);
    assert_eq!(inanna.post("/3/delete", &[]).0, 303);
    assert_eq!(ada.post("/1/delete", &[]).0, 303);
    // What is not there, or not for guests.
    assert_eq!(guest.get("/create").0, 303);
    assert_eq!(guest.post("/2/delete", &[]).0, 303);
    assert_eq!(guest.get("/2/update/").0, 404);
    assert_eq!(guest.get("/2/print").0, 404);
    assert_eq!(ada.post("/auth/logout", &[]).0, 303);
    assert_eq!(ada.get("/create").0, 303);
    [ada, sonja, inanna, guest].into_iter().flat_map(|browser| browser.cookies).collect()
}

const EXPECTED: &str = "\
SERVER GET / 200 of flaskr by guest
  CLIENT SELECT post user in flaskr.sqlite
SERVER GET /auth/register 200 of flaskr by guest
SERVER POST /auth/register 422 of flaskr by guest
SERVER POST /auth/register 303 of flaskr by guest
  CLIENT INSERT user in flaskr.sqlite
SERVER POST /auth/login 303 of flaskr by guest
  CLIENT SELECT user in flaskr.sqlite
SERVER POST /auth/register 422 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
  CLIENT INSERT user in flaskr.sqlite
SERVER POST /auth/login 422 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT user in flaskr.sqlite
SERVER POST /create 303 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
  CLIENT INSERT post in flaskr.sqlite
  INTERNAL BlogReview.review
    CLIENT GET /send 200
      SERVER GET /send 200 of NotificationServer
SERVER POST /create 422 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
SERVER POST /auth/register 303 of flaskr by guest
  CLIENT INSERT user in flaskr.sqlite
SERVER POST /auth/login 303 of flaskr by guest
  CLIENT SELECT user in flaskr.sqlite
SERVER POST /create 303 of flaskr by admin sonja
  CLIENT SELECT user in flaskr.sqlite
  CLIENT INSERT post in flaskr.sqlite
SERVER POST /auth/register 303 of flaskr by guest
  CLIENT INSERT user in flaskr.sqlite
SERVER POST /auth/login 303 of flaskr by guest
  CLIENT SELECT user in flaskr.sqlite
SERVER POST /create 303 of flaskr by editor inanna
  CLIENT SELECT user in flaskr.sqlite
  CLIENT INSERT post in flaskr.sqlite
SERVER GET / 200 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
SERVER GET /{id}/update 200 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
SERVER POST /{id}/update 303 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
  CLIENT UPDATE post in flaskr.sqlite
SERVER POST /{id}/update 303 of flaskr by admin sonja
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
  CLIENT UPDATE post in flaskr.sqlite
SERVER POST /{id}/update 403 of flaskr by author ada ! this post is somebody else's
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
SERVER POST /{id}/delete 403 of flaskr by author ada ! this post is somebody else's
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
SERVER POST /{id}/delete 404 of flaskr by author ada ! there is no such page
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
SERVER POST /{id}/delete 303 of flaskr by editor inanna
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
  CLIENT DELETE post in flaskr.sqlite
SERVER POST /{id}/delete 303 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
  CLIENT SELECT post user in flaskr.sqlite
  CLIENT DELETE post in flaskr.sqlite
SERVER GET /create 303 of flaskr by guest
SERVER POST /{id}/delete 303 of flaskr by guest
SERVER GET /{id}/update 404 of flaskr by guest
SERVER GET - 404 of flaskr by guest
SERVER POST /auth/logout 303 of flaskr by author ada
  CLIENT SELECT user in flaskr.sqlite
SERVER GET /create 303 of flaskr by guest
";

#[test]
fn every_request_is_a_whole_trace_and_no_password_is_in_any() {
    let collector = Collector::start().expect("a receiver");
    let flaskr = Flaskr::start(Some(&collector), &[]);
    let notification = flaskr.notification;
    let cookies = visits(&flaskr);
    // It sends everything before it ends.
    let printed = flaskr.stop();
    assert!(printed.contains("\n32 exchanges recorded, 0 lost.\n"), "{printed}");
    let spans = collector.spans();
    assert_eq!(traces(&spans), EXPECTED);

    let call = spans.iter().find(|span| span.attr("url.full").is_some()).expect("the call");
    let url = format!("http://{notification}/send");
    assert_eq!(call.str_attr("url.full"), Some(url.as_str()));
    assert_eq!(statements(&collector), expected_statements());

    // What was typed is there, but for what is marked.
    let forms: Vec<_> = spans.iter().filter_map(|span| span.body("request")).collect();
    let registration = b"username=ada&password=%5BCLIENT_REDACTED%5D&repeat=%5BCLIENT_REDACTED%5D";
    assert_eq!(forms.iter().filter(|form| form.as_slice() == registration).count(), 3);
    assert!(forms.contains(&b"title=One+%26+%3Call%3E&body=The+first.".to_vec()));
    assert!(cookies.len() > 3, "{cookies:?}");
    for secret in [SECRET, WRONG].into_iter().chain(cookies.iter().map(String::as_str)) {
        collector.assert_absent(secret);
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
}

/// Each statement that was run, with how many rows it gave at most.
fn statements(collector: &Collector) -> Value {
    let mut statements = serde_json::Map::new();
    let spans = collector.spans();
    for span in spans.iter().filter(|span| span.kind == Kind::Client) {
        let Some(text) = span.str_attr("db.query.text") else { continue };
        assert_eq!(span.str_attr("db.system.name"), Some("sqlite"));
        let rows = span.int_attr("db.response.returned_rows");
        let most = statements.entry(text).or_insert(Value::Null);
        if most.as_i64() < rows {
            *most = json!(rows);
        }
    }
    Value::Object(statements)
}

fn expected_statements() -> Value {
    const POST: &str = "SELECT p.id, title, body, created, author_id, username FROM post p \
                        JOIN user u ON p.author_id = u.id";
    json!({
        "SELECT id, username FROM user WHERE id = ?": 1,
        "SELECT id, username, password FROM user WHERE username = ?": 1,
        "INSERT INTO user (username, password) VALUES (?, ?) ON CONFLICT (username) DO NOTHING": null,
        format!("{POST} ORDER BY p.id DESC LIMIT ?"): 3,
        format!("{POST} WHERE p.id = ?"): 1,
        "INSERT INTO post (title, body, author_id) VALUES (?, ?, ?)": null,
        "UPDATE post SET title = ?, body = ? WHERE id = ?": null,
        "DELETE FROM post WHERE id = ?": null,
    })
}
