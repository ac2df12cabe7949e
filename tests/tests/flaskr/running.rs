//! The example as it serves.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
};

use apitoolkit_actix::testing::Collector;

use crate::program::flaskr;

/// It is killed if the test ends early.
pub(crate) struct Flaskr {
    child: Child,
    stdout: BufReader<ChildStdout>,
    printed: String,
    pub(crate) blog: SocketAddr,
    pub(crate) notification: SocketAddr,
}

impl Flaskr {
    /// Starts it on free ports, and waits until it listens.
    pub(crate) fn start(collector: Option<&Collector>, arguments: &[&str]) -> Self {
        let mut command = flaskr(&["--port", "0", "--notify-port", "0"]);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(collector) = collector {
            command
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
                .env("OTEL_BSP_SCHEDULE_DELAY", "100");
        }
        let mut child = command.spawn().expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut printed = String::new();
        let mut address = |before: &str| {
            let line = read_line(&mut stdout, &mut printed);
            let (_, address) = line.split_once(before).expect("an address");
            address.trim_end().trim_end_matches("/send").parse().expect("an address")
        };
        let blog = address("The blog listens on http://");
        let notification = address("The notification server listens on http://");
        Self { child, stdout, printed, blog, notification }
    }

    /// Waits until it prints a line that holds `text`, and returns that.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            let line = read_line(&mut self.stdout, &mut self.printed);
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Interrupts it, as Ctrl-C does, and returns all that it printed.
    pub(crate) fn stop(mut self) -> String {
        let interrupted =
            Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(interrupted.expect("kill runs").success());
        self.stdout.read_to_string(&mut self.printed).expect("text");
        let mut stderr = self.child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut self.printed).expect("text");
        let code = self.child.wait().expect("it ends").code();
        assert_eq!(code, Some(0), "{}", self.printed);
        std::mem::take(&mut self.printed)
    }
}

impl Drop for Flaskr {
    fn drop(&mut self) {
        // Fails if it has ended, as it should have.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_line(stdout: &mut BufReader<ChildStdout>, printed: &mut String) -> String {
    let mut line = String::new();
    let read = stdout.read_line(&mut line).expect("text");
    assert!(read > 0, "it ended after {printed}");
    printed.push_str(&line);
    line
}
