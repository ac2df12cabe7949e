//! The quickstart as a new user runs it: a program of its own, judged by what it prints.

#![expect(clippy::expect_used, reason = "tests")]

mod guarantees;
mod once;
/// Interrupting a program, as Ctrl-C does, takes a signal.
#[cfg(unix)]
mod serving;

use std::process::{Command, Output};

use apitoolkit_tests::example;

/// Planted in the requests and answers of the example, and in the environment of these tests.
const SECRETS: &[&str] = &[
    "query-token-6b2c",
    "header-token-1a7e",
    "live-key-8c1f",
    "header-key-f03b",
    "john.martha@example.com",
    "94107-1201",
    "94110-2202",
    "4111111111111111",
    "refresh-51d2",
    "invite-77aa",
    "form-password-2f9d",
    "session-9e4b",
    "pg-pass-3d0e",
    "cookie-session-5c8a",
    "event-token-",
    ENVIRONMENT_KEY,
];
const ENVIRONMENT_KEY: &str = "environment-key-2a2a";

/// The example with an environment that would lead a less careful one astray.
fn quickstart(arguments: &[&str]) -> Command {
    let mut command = Command::new(example("quickstart"));
    command
        .args(arguments)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        .env("OTEL_SDK_DISABLED", "true")
        .env("APITOOLKIT_API_KEY", ENVIRONMENT_KEY);
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn assert_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[test]
fn help_and_unknown_arguments() {
    let run = |arguments: &[&str]| {
        let Output { status, stdout, stderr } = quickstart(arguments).output().expect("it runs");
        (status.code(), text(&stdout).to_owned(), text(&stderr).to_owned())
    };
    let (code, usage, stderr) = run(&["--help"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(usage.starts_with("usage: cargo run --example quickstart"), "{usage}");
    for arguments in [&["--onec"][..], &["--once", "now"], &["--once", "--once"], &[""]] {
        let named = arguments.join(" ");
        let message = format!("arguments not understood: {named}\n\n{usage}");
        assert_eq!(run(arguments), (Some(2), String::new(), message));
    }
}
