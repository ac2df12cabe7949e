//! Calls, and what is measured of them.

use std::{
    io::{self, BufRead as _},
    mem,
    sync::{PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use actix_http::Request;
use actix_service::IntoServiceFactory;
use actix_web::{
    Error,
    body::{self, MessageBody},
    dev::{AppConfig, Service, ServiceFactory, ServiceResponse},
    test,
};

use crate::{
    allocations::{Allocated, Counting},
    app::Sender,
    checks,
    rig::Rig,
    serve::serve,
};

/// After so many calls, other threads catch up, so that no queue overflows.
const PACE: u64 = 100;
/// How many calls are made for checks before anything is measured.
const CHECKED: u64 = 10;
/// How long the calls of one round take together.
const ROUND: Duration = Duration::from_millis(30);

pub(crate) enum Job {
    /// For each line of standard input, calls for a while; prints their number and nanoseconds.
    Time,
    /// So many calls, for callgrind.
    Calls(u64),
    /// So many calls; prints what they allocated.
    Allocations(u64),
    /// Answers over TCP instead of making calls.
    Serve,
}

impl Job {
    pub(crate) fn parse(arguments: &[&str]) -> Self {
        match arguments {
            ["time"] => Self::Time,
            ["calls", calls] => Self::Calls(calls.parse().expect("a number of calls")),
            ["serve"] => Self::Serve,
            ["allocations", calls] => Self::Allocations(calls.parse().expect("a number of calls")),
            _ => panic!("no such job: {arguments:?}"),
        }
    }
}

/// Does the job with the apps that `apps` makes, between checks that the row does what its name
/// says.
pub(crate) async fn drive<F, I, S, B>(apps: F, rig: Rig, job: Job)
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    let app = test::init_service(apps()).await;
    let sender = Sender::new(rig.row.body);
    let answer = rig.row.body.response().len();
    let mut calls = Calls { app, sender, answer, made: 0, rig };
    calls.check().await;
    match job {
        Job::Time => calls.time().await,
        Job::Calls(count) => calls.make(count).await,
        Job::Allocations(count) => calls.allocations(count).await,
        // How many requests come is not up to this process, nor whether queues overflow.
        Job::Serve => return serve(apps, &calls.rig).await,
    }
    calls.rig.verify(calls.made);
}

struct Calls<S> {
    app: S,
    sender: Sender,
    /// Bytes of each answer.
    answer: usize,
    made: u64,
    rig: Rig,
}

impl<S, B> Calls<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    async fn check(&mut self) {
        let sink = &self.rig.sink;
        sink.keep.store(true, Ordering::SeqCst);
        for _ in 0..CHECKED {
            self.call().await;
        }
        self.made += CHECKED;
        self.rig.verify(self.made);
        sink.keep.store(false, Ordering::SeqCst);
        let kept = mem::take(&mut *sink.kept.lock().unwrap_or_else(PoisonError::into_inner));
        let spans = if self.rig.row.what.signals().spans { CHECKED } else { 0 };
        assert_eq!(kept.len() as u64, spans);
        for span in &kept {
            checks::span(self.rig.row, span);
        }
    }

    async fn time(&mut self) {
        println!("ready");
        for line in io::stdin().lock().lines() {
            assert_eq!(line.expect("a line"), "go");
            let (mut calls, mut took) = (0, Duration::ZERO);
            while took < ROUND {
                let started = Instant::now();
                for _ in 0..PACE {
                    self.call().await;
                }
                took += started.elapsed();
                calls += PACE;
                self.drain(PACE);
            }
            println!("{calls} {}", took.as_nanos());
        }
    }

    async fn make(&mut self, count: u64) {
        for _ in 0..count / PACE {
            for _ in 0..PACE {
                self.call().await;
            }
            self.drain(PACE);
        }
    }

    async fn allocations(&mut self, count: u64) {
        self.make(PACE).await;
        let mut counting = Counting::begin();
        for _ in 0..count / PACE {
            let entered = counting.enter();
            for _ in 0..PACE {
                self.call().await;
            }
            drop(entered);
            self.drain(PACE);
        }
        let [request, others] = counting.end();
        let Allocated { count: allocations, bytes } = request;
        println!("{allocations} {bytes} {} {}", others.count, others.bytes);
    }

    fn drain(&mut self, calls: u64) {
        self.made += calls;
        self.rig.drain(self.made);
    }

    /// One exchange, its response read to the end.
    async fn call(&self) {
        let response = test::call_service(&self.app, self.sender.request()).await;
        assert!(response.status().is_success());
        let Ok(body) = body::to_bytes(response.into_body()).await else { panic!("no body") };
        assert_eq!(body.len(), self.answer);
    }
}
