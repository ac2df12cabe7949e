use std::{net::SocketAddr, process::Command, time::Duration};

use crate::{
    app::Sender,
    driver::Load,
    helper::Helper,
    measure::program,
    process,
    rows::{Body, Row},
};

/// A row's program, which serves until this is dropped.
pub(super) struct Server {
    pub(super) row: &'static Row,
    pub(super) address: SocketAddr,
    helper: Helper,
    /// In `/proc`, once it is kept on its core.
    worker: Option<String>,
}

impl Server {
    pub(super) fn start(row: &'static Row) -> Self {
        let mut helper = Helper::start(Command::new(program("row")).args([row.name, "serve"]))
            .unwrap_or_else(|error| panic!("{}: {error}", row.name));
        let address = helper.line().expect("an address").parse().expect("an address");
        // It answers once its worker runs.
        let requests = Sender::new(Body::None).texts();
        let load = Load { address, requests: &requests, connections: 1, count: 1, rate: None };
        load.drive().unwrap_or_else(|error| panic!("{}: {error}", row.name));
        let worker = process::pin_worker(helper.id());
        if worker.is_none() {
            println!("{}: its worker has no core of its own.\n", row.name);
        }
        Self { row, address, helper, worker }
    }

    /// Spans that arrived so far, everything that is queued among them.
    pub(super) fn spans(&mut self) -> u64 {
        self.helper.ask("spans").expect("an answer").parse().expect("a number")
    }

    /// CPU time so far of the worker and of the whole process.
    pub(super) fn cpu(&self) -> [Duration; 2] {
        let process = format!("/proc/{}", self.helper.id());
        let worker = self.worker.as_deref().unwrap_or(&process);
        [worker, &process].map(|of| process::cpu(of).unwrap_or_default())
    }
}
