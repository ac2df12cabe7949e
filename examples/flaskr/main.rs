//! Flaskr, a small blog, with everything in it monitored: requests, statements in SQLite, a service
//! inside of the app, the second app that it calls, and the roles of those who ask.
//!
//! ```sh
//! cargo run --example flaskr              # the blog, the other app and the explorer; Ctrl-C ends it
//! cargo run --example flaskr -- --demo    # the same, and several users visit it
//! ```
//!
//! | What | Where |
//! |---|---|
//! | everything that is said of monitoring | `monitoring.rs` |
//! | secrets in forms | `auth.rs`, at `#[redact]` |
//! | each request's user and role | `auth.rs`, `recognise` |
//! | statements | `users.rs`, `posts.rs` |
//! | a service of its own, and the call to the other app | `review.rs` |
//! | the other app | `notification.rs` |
//!
//! `docs/flaskr.md` walks through it.

mod app;
mod arguments;
mod auth;
mod blog;
mod database;
mod demo;
mod monitoring;
mod notification;
mod page;
mod pages;
mod passwords;
mod posts;
mod problem;
mod review;
mod users;

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    net::{Ipv4Addr, TcpListener},
    process::ExitCode,
};

use actix_web::rt;
use apitoolkit_actix::Stats;

use crate::{
    arguments::{Settings, Task, USAGE},
    review::Editors,
};

#[actix_web::main]
async fn main() -> ExitCode {
    // `env::args` would panic over what is not UTF-8.
    let arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let result = match arguments::parse(arguments) {
        Ok(Task::Help) => say(USAGE).map_err(Into::into),
        Ok(Task::Serve(settings)) => run(&settings).await,
        Err(mistake) => {
            eprintln!("{mistake}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("flaskr: {error}");
    ExitCode::FAILURE
}

async fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let blog = listen(settings.port, "--port")?;
    let editors = listen(settings.notify_port, "--notify-port")?;
    let url = format!("http://{}", blog.local_addr()?);
    let editors_url = format!("http://{}", editors.local_addr()?);

    let telemetry = monitoring::telemetry()?;
    let notification = notification::server(editors, monitoring::notification_toolkit()?)?;
    let pool = database::open(settings.database.as_deref()).await?;
    let told = Editors { url: editors_url.clone(), slow: settings.demo.is_some() };
    let blog = app::server(blog, monitoring::toolkit()?, pool.clone(), told)?;

    say(&format!(
        "The blog listens on {url}\nThe notification server listens on {editors_url}/send"
    ))?;
    let handle = notification.handle();
    rt::spawn(notification);
    if let Some(rounds) = settings.demo {
        rt::spawn(demo::run(url, rounds));
    }
    // Until Ctrl-C. What the blog still does may need the other app, and both may have something to
    // send: so they end in this order.
    blog.await?;
    handle.stop(true).await;
    pool.close().await;
    let sent = telemetry.shutdown();
    say(&farewell(&telemetry.stats()))?;
    Ok(sent?)
}

fn listen(port: u16, option: &str) -> Result<TcpListener, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        format!("cannot listen on 127.0.0.1:{port} ({error}); choose another port with {option}")
    })
}

/// What became of what was recorded.
fn farewell(stats: &Stats) -> String {
    let (recorded, lost) = (stats.exchanges_created(), stats.exchanges_dropped());
    format!("\n{recorded} exchanges recorded, {lost} lost.")
}

/// Prints lines. An error, not a panic, when nobody reads any more.
pub(crate) fn say(lines: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{lines}")
}
