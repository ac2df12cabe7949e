//! The quickstart as a new user runs it: a program of its own, judged by what it prints.

#![expect(clippy::expect_used, reason = "tests")]

mod guarantees;
mod once;
/// Interrupting a program, as Ctrl-C does, takes a signal.
#[cfg(unix)]
mod serving;

use std::{
    env,
    path::PathBuf,
    process::{Command, Output},
    sync::OnceLock,
};

use serde_json::Value;

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

/// The example's program, built as `cargo test` has built it already; then this takes no time. A
/// run of these tests alone would else find an old one or none.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        // target/debug/deps/quickstart-0123456789abcdef
        let this = env::current_exe().expect("this program");
        let target = this.ancestors().nth(3).expect("a target directory");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--locked", "--workspace", "--example", "quickstart"])
            .args((!cfg!(debug_assertions)).then_some("--release"))
            .args(["--message-format", "json-render-diagnostics", "--target-dir"])
            .arg(target)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let built = cargo.output().expect("cargo runs");
        let errors = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{errors}");
        let executable = built.stdout.split(|byte| *byte == b'\n').find_map(|line| {
            let message: Value = serde_json::from_slice(line).ok()?;
            (message["target"]["name"] == "quickstart").then_some(())?;
            message["executable"].as_str().map(PathBuf::from)
        });
        executable.expect("cargo names the program")
    })
}

/// The example with an environment that would lead a less careful one astray.
fn quickstart(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
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
