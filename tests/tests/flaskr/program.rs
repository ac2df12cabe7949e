//! The example's program.

use std::{
    env,
    process::{Command, Output},
};

use apitoolkit_tests::example;

/// What opens the explorer.
pub(crate) const TOKEN: &str = "token-of-these-tests";

/// The example, with nothing of the environment that would lead it astray.
pub(crate) fn flaskr(arguments: &[&str]) -> Command {
    let mut command = Command::new(example("flaskr"));
    let inherited = env::vars_os().map(|(key, _)| key);
    for name in inherited.filter(|name| name.to_string_lossy().starts_with("OTEL_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("APITOOLKIT_EXPLORER_TOKEN", TOKEN);
    command
}

/// Runs it to its end: its exit code, and what it printed on standard output and error.
pub(crate) fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = flaskr(arguments).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}
