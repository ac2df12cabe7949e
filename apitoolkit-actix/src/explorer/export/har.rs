//! HAR 1.2, as <http://www.softwareishard.com/blog/har-12-spec/> defines it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::parts::{body_text, header, millis, protocol, query_pairs, reason, rfc3339};
use crate::{
    explorer::record::{Kind, Part, Record},
    semconv,
};

/// The exchanges among these as an archive; other spans are left out. Names that begin with `_` are
/// of our own.
pub(in crate::explorer) fn har(records: &[Arc<Record>]) -> Value {
    let exchanges = records.iter().filter(|record| record.kind.is_exchange());
    json!({ "log": {
        "version": "1.2",
        "creator": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "entries": exchanges.map(|record| entry(record)).collect::<Vec<_>>(),
    }})
}

fn entry(record: &Record) -> Value {
    let took = millis(record.took);
    let mut entry = json!({
        "startedDateTime": rfc3339(record.started()),
        "time": took,
        "request": request(record),
        "response": response(record),
        "cache": {},
        // Only the whole is known; -1 is what does not apply.
        "timings": {
            "blocked": -1, "dns": -1, "connect": -1, "ssl": -1,
            "send": 0, "wait": took, "receive": 0,
        },
        "_traceId": record.trace_id(),
        "_spanId": record.span_id(),
        "_direction": if record.kind == Kind::Incoming { "incoming" } else { "outgoing" },
    });
    if let Some(route) = record.route() {
        entry["_route"] = route.into();
    }
    if let Some(id) = record.text(semconv::APITOOLKIT_MSG_ID) {
        entry["_messageId"] = id.into();
    }
    if let Some(error) = record.text(semconv::ERROR_TYPE) {
        entry["_error"] = error.into();
    }
    entry
}

fn request(record: &Record) -> Value {
    let mut request = json!({
        "method": record.method(),
        "url": record.url(),
        "httpVersion": protocol(record),
        "cookies": header(record, Part::Request, "cookie").map(cookies).unwrap_or_default(),
        "headers": headers(record, Part::Request),
        "queryString": query_pairs(query(record)).into_iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect::<Vec<_>>(),
        "headersSize": -1,
        "bodySize": size(record, Part::Request),
    });
    if let Some(body) = record.body(Part::Request) {
        let (text, is_base64) = body_text(body);
        let mut data = json!({
            "mimeType": header(record, Part::Request, "content-type").unwrap_or_default(),
            "text": text,
        });
        if is_base64 {
            data["_encoding"] = "base64".into();
        }
        request["postData"] = data;
    }
    request
}

fn response(record: &Record) -> Value {
    let status = record.status.unwrap_or_default();
    let body = record.body(Part::Response);
    let shown = body.as_ref().map_or(0, |body| body.len());
    let mut content = json!({
        "size": shown,
        "mimeType": header(record, Part::Response, "content-type").unwrap_or_default(),
    });
    if let Some(body) = body {
        let (text, is_base64) = body_text(body);
        content["text"] = text.into();
        if is_base64 {
            content["encoding"] = "base64".into();
        }
    }
    let set = record.headers(Part::Response).filter(|(name, _)| *name == "set-cookie");
    json!({
        "status": status,
        "statusText": reason(status),
        "httpVersion": protocol(record),
        "cookies": set.flat_map(|(_, values)| values).map(set_cookie).collect::<Vec<_>>(),
        "headers": headers(record, Part::Response),
        "content": content,
        "redirectURL": header(record, Part::Response, "location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": size(record, Part::Response),
    })
}

fn query(record: &Record) -> &str {
    let of_url = || record.text(semconv::URL_FULL)?.split_once('?').map(|(_, query)| query);
    let query = record.text(semconv::URL_QUERY).or_else(of_url).unwrap_or_default();
    query.split('#').next().unwrap_or_default()
}

fn size(record: &Record, part: Part) -> i64 {
    record.body_size(part).and_then(|size| i64::try_from(size).ok()).unwrap_or(-1)
}

fn headers(record: &Record, part: Part) -> Vec<Value> {
    let each = |(name, values): (&str, Vec<&str>)| {
        let pair = |value: &str| json!({ "name": name, "value": value });
        values.into_iter().map(pair).collect::<Vec<_>>()
    };
    record.headers(part).flat_map(each).collect()
}

fn cookies(header: &str) -> Vec<Value> {
    let pieces = header.split(';').map(str::trim).filter(|piece| !piece.is_empty());
    pieces.map(cookie).collect()
}

fn cookie(piece: &str) -> Value {
    let (name, value) = piece.split_once('=').unwrap_or(("", piece));
    json!({ "name": name.trim(), "value": value.trim() })
}

fn set_cookie(header: &str) -> Value {
    let mut pieces = header.split(';').map(str::trim);
    let mut set = cookie(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        match name.to_ascii_lowercase().as_str() {
            "path" => set["path"] = value.into(),
            "domain" => set["domain"] = value.into(),
            "httponly" => set["httpOnly"] = true.into(),
            "secure" => set["secure"] = true.into(),
            _ => {}
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::record::testing::Made;

    #[test]
    fn a_whole_archive() {
        let made = Made::incoming("POST", "/users", 201)
            .attribute(semconv::URL_QUERY, "page=2&token=REDACTED&q=a+b")
            .attribute(semconv::NETWORK_PROTOCOL_VERSION, "1.1")
            .attribute(semconv::HTTP_REQUEST_BODY_SIZE, 9)
            .header("http.request.header.cookie", &["a=1; sid=[CLIENT_REDACTED]"])
            .header("http.request.header.content-type", &["application/json"])
            .header("http.response.header.location", &["/users/1"])
            .header("http.response.header.set-cookie", &["b=2; Path=/; HttpOnly", "c=3; Secure"])
            .header("http.response.header.content-type", &["image/png"])
            .body(semconv::HTTP_REQUEST_BODY, b"{\"a\":\"1\"}")
            .body(semconv::HTTP_RESPONSE_BODY, &[0xff, 0])
            .ids(0xab, 0xcd)
            .at(0, 12);
        let other = Made::statement("SELECT a");
        let records = [made, other].map(|made| Arc::new(made.record(1)));
        let pair = |name: &str, value: &str| json!({ "name": name, "value": value });
        let expected = json!({ "log": {
            "version": "1.2",
            "creator": { "name": "apitoolkit-actix", "version": env!("CARGO_PKG_VERSION") },
            "entries": [{
                "startedDateTime": "2024-01-01T00:00:00.000000Z",
                "time": 12.0,
                "request": {
                    "method": "POST",
                    "url": "http://localhost:8080/users?page=2&token=REDACTED&q=a+b",
                    "httpVersion": "HTTP/1.1",
                    "cookies": [pair("a", "1"), pair("sid", "[CLIENT_REDACTED]")],
                    "headers": [
                        pair("cookie", "a=1; sid=[CLIENT_REDACTED]"),
                        pair("content-type", "application/json"),
                    ],
                    "queryString": [pair("page", "2"), pair("token", "REDACTED"), pair("q", "a b")],
                    "headersSize": -1,
                    "bodySize": 9,
                    "postData": { "mimeType": "application/json", "text": "{\"a\":\"1\"}" },
                },
                "response": {
                    "status": 201,
                    "statusText": "Created",
                    "httpVersion": "HTTP/1.1",
                    "cookies": [
                        { "name": "b", "value": "2", "path": "/", "httpOnly": true },
                        { "name": "c", "value": "3", "secure": true },
                    ],
                    "headers": [
                        pair("location", "/users/1"),
                        pair("set-cookie", "b=2; Path=/; HttpOnly"),
                        pair("set-cookie", "c=3; Secure"),
                        pair("content-type", "image/png"),
                    ],
                    "content": {
                        "size": 2, "mimeType": "image/png", "text": "/wA=", "encoding": "base64",
                    },
                    "redirectURL": "/users/1",
                    "headersSize": -1,
                    "bodySize": -1,
                },
                "cache": {},
                "timings": {
                    "blocked": -1, "dns": -1, "connect": -1, "ssl": -1,
                    "send": 0, "wait": 12.0, "receive": 0,
                },
                "_traceId": "000000000000000000000000000000ab",
                "_spanId": "00000000000000cd",
                "_direction": "incoming",
                "_route": "/users",
            }],
        }});
        assert_eq!(har(&records), expected);
    }

    #[test]
    fn what_is_unknown_is_said_to_be() {
        let har = har(&[Arc::new(Made::outgoing("h.test", 200).record(1))]);
        let entry = &har["log"]["entries"][0];
        assert_eq!(entry["request"]["httpVersion"], "unknown");
        assert_eq!(entry["request"]["bodySize"], -1);
        assert_eq!(entry["response"]["content"], json!({ "size": 0, "mimeType": "" }));
        assert!(entry["request"].get("postData").is_none());
    }
}
