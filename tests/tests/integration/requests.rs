//! Requests as text.

/// A GET after which the server closes.
pub(crate) fn get(target: &str) -> String {
    request("GET", target, &[], "")
}

/// A request after which the server closes, with a length if it has a body.
pub(crate) fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = keep_alive(method, target, headers, body);
    text.insert_str(text.find("\r\n").unwrap() + 2, "Connection: close\r\n");
    text
}

/// A request after which the connection stays open, with a length if it has a body.
pub(crate) fn keep_alive(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: api.test\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text + "\r\n" + body
}

/// A POST of JSON after which the server closes.
pub(crate) fn post_json(target: &str, body: &str) -> String {
    request("POST", target, &[("Content-Type", "application/json")], body)
}

/// The bytes of a request whose body is not text.
pub(crate) fn post_bytes(target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let mut headers = headers.to_vec();
    headers.push(("Content-Length", &length));
    let mut bytes = request("POST", target, &headers, "").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
