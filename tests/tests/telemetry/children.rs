//! Tests that need a process of their own run themselves again in one.

use std::process::{Command, Output};

/// Names the test that a child process is to run.
const CHILD: &str = "APITOOLKIT_TESTS_CHILD";

/// In the test `name`: runs it again in a process of its own, with these variables and no other of
/// OpenTelemetry's, and returns what that wrote. There it runs `child` instead, and returns nothing.
pub(crate) fn run(name: &str, vars: &[(&str, &str)], child: impl FnOnce()) -> Option<Output> {
    if std::env::var(CHILD).is_ok_and(|running| running == name) {
        child();
        return None;
    }
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(CHILD, name);
    let inherited = std::env::vars_os().map(|(key, _)| key);
    for name in inherited.filter(|name| name.to_string_lossy().starts_with("OTEL_")) {
        command.env_remove(name);
    }
    let output = command.envs(vars.iter().copied()).output().expect("a child process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("1 passed"), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(output)
}
