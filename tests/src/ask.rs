use crate::TestApp;

/// Sends the app a request, and returns the text of its answer.
pub fn ask(app: &TestApp) -> String {
    ask_with(app, &[])
}

/// As [`ask`], with headers.
pub fn ask_with(app: &TestApp, headers: &[(&str, &str)]) -> String {
    let mut request = "GET / HTTP/1.1\r\nhost: app.test\r\nconnection: close\r\n".to_owned();
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    let reply = app.connect().send(request + "\r\n").reply();
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text()
}
