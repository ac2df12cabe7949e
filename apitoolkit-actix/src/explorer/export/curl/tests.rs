use std::{
    fs,
    io::Write as _,
    process::{Command as Process, Stdio},
};

use super::*;
use crate::{explorer::record::testing::Made, semconv};

fn of(made: Made) -> String {
    curl(&made.record(1), "")
}

/// What the command hands to `curl`, as a shell reads it: the arguments, and what it reads.
fn run(command: &str, variables: &[(&str, &str)]) -> (Vec<String>, Vec<u8>) {
    let dir = std::env::temp_dir().join(format!("curl-{:016x}", fastrand::u64(..)));
    fs::create_dir(&dir).unwrap();
    // Each argument with a NUL behind it, then what comes in.
    let fake = "#!/bin/sh\nfor a; do printf '%s\\0' \"$a\"; done\nprintf '\\001'\ncat\n";
    fs::write(dir.join("curl"), fake).unwrap();
    let made = Process::new("chmod").arg("+x").arg(dir.join("curl")).status().unwrap();
    assert!(made.success());
    let checked = Process::new("sh").args(["-n", "-c", command]).status().unwrap();
    assert!(checked.success(), "{command}");
    let path = format!("{}:{}", dir.display(), std::env::var("PATH").unwrap());
    let mut shell = Process::new("sh")
        .args(["-u", "-c", command])
        .env("PATH", path)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().flush().unwrap();
    let output = shell.wait_with_output().unwrap();
    fs::remove_dir_all(dir).unwrap();
    assert!(output.status.success(), "{command}");
    let at = output.stdout.iter().rposition(|b| *b == 1).unwrap();
    let (arguments, read) = output.stdout.split_at(at);
    let arguments = String::from_utf8(arguments.to_vec()).unwrap();
    let arguments = arguments.split_terminator('\0').map(str::to_owned).collect();
    (arguments, read[1..].to_vec())
}

#[test]
fn a_plain_get_is_plain() {
    let made = Made::incoming("GET", "/a", 200)
        .header("http.request.header.host", &["localhost:8080"])
        .header("http.request.header.accept", &["*/*"])
        .header("http.request.header.connection", &["close"]);
    let expected = "curl 'http://localhost:8080/a' \\\n  --header 'accept: */*'\n";
    assert_eq!(of(made), expected);
}

#[test]
fn requests_to_this_service_go_where_it_is() {
    let made = Made::incoming("GET", "/a", 200)
        .attribute(semconv::URL_QUERY, "b=1")
        .header("http.request.header.host", &["app.test"]);
    let command = curl(&made.record(1), "http://127.0.0.1:8081");
    let expected = "curl 'http://127.0.0.1:8081/a?b=1' \\\n  --header 'host: app.test'\n";
    assert_eq!(command, expected);
    let made = Made::outgoing("api.test", 200);
    let command = curl(&made.record(1), "http://127.0.0.1:8081");
    assert_eq!(command, "curl 'https://api.test/todos/1'\n");
}

#[test]
fn redacted_values_are_variables() {
    let made = Made::incoming("POST", "/reset/REDACTED", 200)
        .attribute(semconv::URL_QUERY, "token=REDACTED&q=it's&path=REDACTED")
        .header("http.request.header.authorization", &["[CLIENT_REDACTED]"])
        .header("http.request.header.cookie", &["sid=[CLIENT_REDACTED]; a=1"])
        .header("http.request.header.content-type", &["application/json"])
        .body(
            semconv::HTTP_REQUEST_BODY,
            br#"{"password": "[CLIENT_REDACTED]","n":["[CLIENT_REDACTED]"],"t":"it's $HOME"}"#,
        );
    let command = of(made);
    let names = "SEGMENT, TOKEN, VALUE_PATH, AUTHORIZATION, SID, PASSWORD, BODY";
    assert!(command.starts_with(&format!("# redacted, to be set before: {names}\n")), "{command}");
    let variables: Vec<_> = names.split(", ").map(|name| (name, "a'b \"c\"")).collect();
    let (arguments, _) = run(&command, &variables);
    let secret = "a'b \"c\"";
    let expected = [
        format!("http://localhost:8080/reset/{secret}?token={secret}&q=it's&path={secret}"),
        "--header".into(),
        format!("authorization: {secret}"),
        "--header".into(),
        format!("cookie: sid={secret}; a=1"),
        "--header".into(),
        "content-type: application/json".into(),
        "--data-raw".into(),
        format!("{{\"password\": \"{secret}\",\"n\":[\"{secret}\"],\"t\":\"it's $HOME\"}}"),
    ];
    assert_eq!(arguments, expected);
}

#[test]
fn hostile_texts_stay_texts() {
    let evil = "'; touch /tmp/evil; echo '$(id)`id`\n#\\";
    let made = Made::incoming("PUT", "/a[1]", 200)
        .attribute(semconv::HTTP_REQUEST_BODY_CONTENT, evil)
        .header("http.request.header.x-evil", &["'$(id)\n'"])
        .header("http.request.header.x-empty", &[""])
        .header("http.request.header.accept-encoding", &["gzip"])
        .header("http.request.header.content-type", &["text/plain"]);
    let (arguments, _) = run(&of(made), &[]);
    let expected = [
        "--request",
        "PUT",
        "http://localhost:8080/a[1]",
        "--globoff",
        "--header",
        "x-evil: '$(id) '",
        "--header",
        "x-empty;",
        "--compressed",
        "--header",
        "content-type: text/plain",
        "--data-raw",
        evil,
    ];
    assert_eq!(arguments, expected);
}

#[test]
fn forms() {
    let form = Made::incoming("POST", "/login", 200)
        .header("http.request.header.content-type", &["application/x-www-form-urlencoded"])
        .body(semconv::HTTP_REQUEST_BODY, b"user=jo&pin=%5BCLIENT_REDACTED%5D&x");
    let (arguments, _) = run(&of(form), &[("PIN", "12")]);
    assert_eq!(arguments[3..], ["--data-raw", "user=jo&pin=12&x"]);
    let parts = br#"[{"name":"title","value":"@x"},{"name":"pw","value":"[CLIENT_REDACTED]"},{"name":"photo","file":"[image/png, 3 B]"}]"#;
    let multipart = Made::incoming("POST", "/up", 200)
        .header("http.request.header.content-type", &["multipart/form-data; boundary=x"])
        .body(semconv::HTTP_REQUEST_BODY, parts);
    let command = of(multipart);
    assert!(command.contains("# a file is not kept, put one there: photo=[image/png, 3 B]\n"));
    let (arguments, _) = run(&command, &[("PW", "s")]);
    let expected = ["--form-string", "title=@x", "--form-string", "pw=s", "--form", "photo=@photo"];
    assert_eq!(arguments[1..], expected);
}

#[test]
fn bodies_that_are_no_text_or_not_there() {
    let binary =
        Made::incoming("POST", "/", 200).body(semconv::HTTP_REQUEST_BODY, b"\xff\0%s\\'\n");
    let (arguments, read) = run(&of(binary), &[]);
    assert_eq!(arguments[1..], ["--header", "content-type:", "--data-binary", "@-"]);
    assert_eq!(read, b"\xff\0%s\\'\n");
    let withheld = Made::incoming("POST", "/", 200)
        .attribute(semconv::HTTP_REQUEST_BODY_CONTENT, "[CLIENT_REDACTED] [binary image/png, 9 B]");
    assert_eq!(
        of(withheld),
        "# the body of the request was withheld: binary image/png, 9 B\n\
         curl --request POST \\\n  'http://localhost:8080/'\n"
    );
    let lost = Made::incoming("POST", "/", 200).attribute(semconv::HTTP_REQUEST_BODY_SIZE, 7);
    assert!(of(lost).starts_with("# the body of the request, 7 B, was not captured\n"));
    let head = Made::incoming("HEAD", "/", 200);
    let (arguments, _) = run(&of(head), &[]);
    assert_eq!(arguments, ["--head", "http://localhost:8080/"]);
}
