//! Who may look, and who may not.

use apitoolkit_tests::{Reply, TestApp};

use super::support::{BASE, TOKEN, ask, get, own, send, start};

/// Every kind of thing that is answered.
const PATHS: [&str; 21] = [
    "",
    "/",
    "/live",
    "/exchange/1",
    "/exchange/1/har",
    "/compare?a=1",
    "/routes",
    "/outgoing",
    "/statements",
    "/services",
    "/flow",
    "/errors",
    "/breakdown",
    "/redaction",
    "/health",
    "/export?format=har",
    "/api/exchanges",
    "/api/exchanges/latest",
    "/assets/style.css",
    "/assets/app.js",
    "/no/such/page",
];
const CHANGES: [&str; 5] =
    ["/exchange/1/pin", "/exchange/1/replay", "/clear", "/import", "/redaction"];

fn refused(reply: &Reply, status: u16, what: &str) {
    assert_eq!(reply.status, status, "{what}: {}", reply.text());
    assert!(!reply.text().contains("Ann"), "{what}");
    let head = reply.head.to_ascii_lowercase();
    for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff"]
    {
        assert!(head.contains(header), "{what}: {head}");
    }
    assert!(!head.contains("access-control-allow"), "{what}: {head}");
}

fn with(app: &TestApp, method: &str, path: &str, more: &[(&str, &str)]) -> Reply {
    let own = own(app);
    let mut headers = own.headers().to_vec();
    for (name, value) in more {
        headers.retain(|(known, _)| known != name);
        headers.push((name, value));
    }
    send(app, method, &format!("{BASE}{path}"), &headers, "")
}

#[test]
fn nobody_looks_without_the_token() {
    let app = start(|toolkit| toolkit);
    let host = app.address.to_string();
    for path in PATHS {
        let path = format!("{BASE}{path}");
        let none = send(&app, "GET", &path, &[("host", &host)], "");
        refused(&none, 401, &path);
        let wrong = [("host", host.as_str()), ("authorization", "Bearer token-of-nobody-0123")];
        refused(&send(&app, "GET", &path, &wrong, ""), 401, &path);
    }
    for path in CHANGES {
        let path = format!("{BASE}{path}");
        let origin = format!("http://{host}");
        let headers = [("host", host.as_str()), ("origin", &origin), ("content-length", "0")];
        refused(&send(&app, "POST", &path, &headers, ""), 401, &path);
    }
    let page = [("host", host.as_str()), ("accept", "text/html,*/*")];
    let page = send(&app, "GET", &format!("{BASE}/"), &page, "");
    refused(&page, 401, "a browser");
    assert!(page.text().contains("printed"), "says where the token is: {}", page.text());
}

#[test]
fn the_link_logs_a_browser_in() {
    let app = start(|toolkit| toolkit);
    let host = app.address.to_string();
    let browser = [("host", host.as_str()), ("sec-fetch-site", "none")];
    let link = format!("{BASE}/?token={TOKEN}&errors=1");
    let answer = send(&app, "GET", &link, &browser, "");
    assert_eq!(answer.status, 303, "{}", answer.head);
    let port = app.address.port();
    let cookie = format!("apitoolkit_explorer_{port}={TOKEN}");
    let lines: Vec<_> = answer.head.lines().map(str::to_ascii_lowercase).collect();
    assert!(lines.contains(&format!("location: {BASE}/?errors=1")), "{}", answer.head);
    let set =
        format!("set-cookie: {cookie}; Path={BASE}; Max-Age=2592000; HttpOnly; SameSite=Strict");
    assert!(lines.contains(&set.to_ascii_lowercase()), "{}", answer.head);
    let logged_in = format!("other=1; {cookie}");
    let logged_in = [("host", host.as_str()), ("cookie", &logged_in)];
    assert_eq!(send(&app, "GET", &format!("{BASE}/"), &logged_in, "").status, 200);
    let wrong = format!("{BASE}/?token={TOKEN}x");
    refused(&send(&app, "GET", &wrong, &browser, ""), 401, "a wrong link");
    let other_port = format!("apitoolkit_explorer_{}={TOKEN}", port.wrapping_add(1));
    let other_port = [("host", host.as_str()), ("cookie", &other_port)];
    refused(&send(&app, "GET", &format!("{BASE}/"), &other_port, ""), 401, "another app's cookie");
}

#[test]
fn names_that_strangers_can_make_point_here_are_refused() {
    let app = start(|toolkit| toolkit.explorer_hosts(["app.test", ".internal"]));
    let port = app.address.port();
    for path in PATHS {
        for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""] {
            let reply = with(&app, "GET", path, &[("host", &format!("{host}:{port}"))]);
            refused(&reply, 403, &format!("{host}{path}"));
        }
        refused(&with(&app, "GET", path, &[("host", "evil.example")]), 403, path);
    }
    for host in
        ["localhost", "LOCALHOST", "x.localhost", "127.0.0.1", "[::1]", "app.test", "a.internal"]
    {
        let reply = with(&app, "GET", "/", &[("host", &format!("{host}:{port}"))]);
        assert_eq!(reply.status, 200, "{host}");
    }
    let page = with(&app, "GET", "/", &[("host", "evil.example:80"), ("accept", "text/html")]);
    refused(&page, 403, "a browser");
    let text = page.text();
    assert!(text.contains("evil.example"), "names the host: {text}");
    assert!(text.contains("explorer_hosts([&quot;evil.example&quot;])"), "and the option: {text}");
    let other = format!(
        "GET http://evil.example{BASE}/ HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\n\r\n",
        app.address
    );
    let reply = app.connect().send(other).reply();
    refused(&reply, 403, "two names at once");
}

#[test]
fn other_pages_may_neither_read_nor_change() {
    let app = start(|toolkit| toolkit);
    let host = app.address.to_string();
    let own_origin = format!("http://{host}");
    let cookie = format!("apitoolkit_explorer_{}={TOKEN}", app.address.port());
    let browser = |method: &str, path: &str, more: &[(&str, &str)]| {
        let mut headers = vec![("host", host.as_str()), ("cookie", &cookie)];
        headers.extend(more);
        if method == "POST" {
            headers.push(("content-length", "0"));
        }
        send(&app, method, &format!("{BASE}{path}"), &headers, "")
    };
    let foreign = [
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:3000"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for header in foreign {
        for path in PATHS {
            refused(&browser("GET", path, &[header]), 403, &format!("{header:?} {path}"));
        }
        for path in CHANGES {
            refused(&browser("POST", path, &[header]), 403, &format!("{header:?} {path}"));
        }
    }
    for path in CHANGES {
        refused(&browser("POST", path, &[]), 403, &format!("a form of an old browser {path}"));
    }
    assert_eq!(browser("GET", "/", &[("sec-fetch-site", "same-origin")]).status, 200);
    assert_eq!(browser("GET", "/", &[("sec-fetch-site", "none")]).status, 200);
    assert_eq!(browser("POST", "/clear", &[("origin", &own_origin)]).status, 303);
    let followed = [("sec-fetch-site", "cross-site"), ("accept", "text/html")];
    let page = browser("GET", "/errors?x=1", &followed);
    refused(&page, 403, "a link on another page");
    assert!(page.text().contains(&format!("href=\"{BASE}/errors?x=1\"")), "{}", page.text());
}

#[test]
fn what_a_proxy_passes_on_is_refused() {
    let app = start(|toolkit| toolkit);
    for header in [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-for", "127.0.0.1, 203.0.113.9"),
        ("x-real-ip", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
    ] {
        for path in PATHS {
            refused(&with(&app, "GET", path, &[header]), 403, &format!("{header:?} {path}"));
        }
    }
    let here = with(&app, "GET", "/", &[("x-forwarded-for", "127.0.0.1, ::1")]);
    assert_eq!(here.status, 200, "a proxy of this machine for somebody on it");
}

#[test]
fn looking_changes_nothing_and_leaves_no_trace() {
    let app = start(|toolkit| toolkit);
    assert_eq!(ask(&app, "GET /users/1", ""), 200);
    super::support::listed(&app, "", 1);
    for path in PATHS.iter().filter(|path| **path != "/live") {
        get(&app, path);
        refused(
            &send(&app, "GET", &format!("{BASE}{path}"), &[("host", "x.example")], ""),
            403,
            path,
        );
    }
    assert_eq!(super::support::listed(&app, "", 1).len(), 1);
    app.held(1);
    assert_eq!(app.telemetry.stats().exchanges_created(), 1);
}
