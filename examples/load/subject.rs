//! The app as this program starts it, and what it is asked.

use std::{
    env,
    error::Error,
    process::{Command, Stdio},
};

pub(crate) use crate::common::subject::{CONNECTIONS, Subject};

use crate::arguments::Mode;

/// Starts the app in a process of its own, its worker on a core of its own.
pub(crate) fn start(mode: Mode, endpoint: &str, kib: usize) -> Result<Subject, Box<dyn Error>> {
    let mode = Mode::ALL.iter().find(|(_, known)| *known == mode).map_or("", |(name, _)| name);
    let mut command = Command::new(env::current_exe()?);
    command.args(["--asked", "--port", "0", "--mode", mode, "--endpoint", endpoint]);
    command.args(["--body", &kib.to_string()]).stderr(Stdio::null());
    let mut app = Subject::start(&mut command, request("/users/1", 0))?;
    app.pin();
    Ok(app)
}

/// Requests for a path, of a hundred users in turn.
pub(crate) fn requests(path: &str) -> Vec<String> {
    (0..100).map(|user| request(path, user)).collect()
}

fn request(path: &str, user: u32) -> String {
    format!(
        "GET {path}?user={user} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\
         user-agent: load/1.0\r\nauthorization: Bearer secret-of-user-{user}\r\n\r\n"
    )
}
