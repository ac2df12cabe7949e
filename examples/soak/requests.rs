//! What well-behaved clients send.

/// In every request and answer, and nowhere in what is received.
pub(crate) const CANARY: &str = "SOAK-CANARY-9f3b1c77";
/// The status of exchanges that the app wants left out.
pub(crate) const IGNORED: u16 = 418;

/// Requests of several kinds and sizes, to be sent in turn. Bodies are small enough for a socket.
pub(crate) fn timed() -> Vec<String> {
    let users = (0..8).map(|id| get(&format!("/users/{id}")));
    let reports = [1, 1, 1, 1, 8, 8, 32, 100].map(|kib| get(&format!("/reports/{kib}")));
    let posts = [100, 1_000, 4_000].map(post);
    let mut all: Vec<_> = users.chain(reports).chain(posts).collect();
    all.push(get("/call/0"));
    // The kinds take turns, so that the large ones do not come together.
    (0..all.len()).filter_map(|n| all.get(n * 7 % all.len()).cloned()).collect()
}

/// A request for this path, with secrets where secrets are.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path}?page=2&token={CANARY} HTTP/1.1\r\n{HEADERS}\r\n")
}

/// A request with a body of about so many bytes.
pub(crate) fn post(bytes: usize) -> String {
    let body = body(bytes);
    format!("{}{body}", post_head(body.len()))
}

/// The head of a request whose body is to have so many bytes.
pub(crate) fn post_head(bytes: usize) -> String {
    format!(
        "POST /echo HTTP/1.1\r\n{HEADERS}content-type: application/json\r\n\
         content-length: {bytes}\r\n\r\n"
    )
}

/// A body of about so many bytes, secrets at both ends.
pub(crate) fn body(bytes: usize) -> String {
    let text = "lorem ipsum ".repeat(bytes / 12);
    format!(r#"{{"password":"{CANARY}","text":"{text}","card":{{"token":"{CANARY}"}}}}"#)
}

const HEADERS: &str = "host: localhost\r\nuser-agent: soak/1.0\r\naccept: application/json\r\n\
    authorization: Bearer SOAK-CANARY-9f3b1c77\r\ncookie: sid=SOAK-CANARY-9f3b1c77; theme=dark\r\n";
