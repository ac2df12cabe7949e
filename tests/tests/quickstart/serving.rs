use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
};

use super::{assert_no_secret, quickstart};

/// The example as it serves; killed if the test ends early.
struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Serving {
    fn start() -> Self {
        let mut child = quickstart(&[])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, stdout }
    }

    /// What it prints, through the first line that holds `end`.
    fn read_through(&mut self, end: &str) -> String {
        let mut text = String::new();
        loop {
            let start = text.len();
            let read = self.stdout.read_line(&mut text).expect("text");
            assert!(read > 0, "it ended after {text}");
            if text[start..].contains(end) {
                return text;
            }
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Fails if it has ended, as it should have.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer to one request, to the end of the connection. A terminal would obey its user agent.
fn get(address: &str, target: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!(
        "GET {target} HTTP/1.1\r\nhost: example.org\r\nauthorization: Bearer header-token-1a7e\r\n\
         user-agent: red \u{9b}31m\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn serving_shows_what_is_received_until_it_is_interrupted() {
    // Whoever has the port now, the example cannot have it.
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 8080));
    let mut serving = Serving::start();
    let welcome = serving.read_through("/crash'");
    let address = welcome
        .strip_prefix("The app listens on http://")
        .and_then(|rest| rest.split_once(". "))
        .map(|(address, _)| address.to_owned())
        .expect("an address first of all");
    let curl = format!("curl -i 'http://{address}/users/42?");
    assert!(welcome.contains(&curl), "{welcome}");
    serving.read_through("\n");

    let answer = get(&address, "/users/7?token=query-token-6b2c&page=2");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("live-key-8c1f"), "{answer}");
    let shown = serving.read_through("     }");
    let (title, block) = shown.split_once('\n').expect("lines");
    assert!(title.starts_with("── GET /users/{id}  200  "), "{title}");
    let expected = r#"   /users/7?token=REDACTED&page=2
   request
     authorization: [CLIENT_REDACTED]
     connection: close
     host: example.org
     user-agent: red \u{9b}31m
   response
     content-type: application/json
     {
       "api_key": "[CLIENT_REDACTED]",
       "id": 7,
       "name": "John Martha"
     }
"#;
    assert_eq!(block, expected);

    // On its way to the receiver when the example is interrupted, or there already: shown it is.
    get(&address, "/nowhere");
    let interrupted = Command::new("kill").args(["-INT", &serving.child.id().to_string()]).status();
    assert!(interrupted.expect("kill runs").success());
    let rest = serving.read_through("exchanges recorded");
    assert!(rest.contains("── GET (no route)  404  "), "{rest}");
    let figures = "2 exchanges recorded: 2 received, 0 lost, 0 still under way; 0 bodies";
    assert!(rest.contains(figures), "{rest}");
    assert_eq!(serving.child.wait().expect("it ends").code(), Some(0));

    let mut stderr = String::new();
    let mut pipe = serving.child.stderr.take().expect("a pipe");
    pipe.read_to_string(&mut stderr).expect("text");
    if taken.is_ok() {
        assert!(stderr.starts_with("cannot listen on 127.0.0.1:8080 ("), "{stderr}");
        assert!(!address.ends_with(":8080"), "{address}");
    }
    for output in [&shown, &rest, &stderr] {
        assert_no_secret(output);
        assert!(!output.contains('\u{1b}'), "colours outside of a terminal: {output}");
    }
}
