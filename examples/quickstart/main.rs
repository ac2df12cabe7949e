//! An Actix Web app whose exchanges are captured, redacted and received, all in one process: no
//! account, no other program.
//!
//! ```sh
//! cargo run --example quickstart             # serves, prints what arrives; Ctrl-C ends it
//! cargo run --example quickstart -- --demo   # the same, and calls itself again and again
//! cargo run --example quickstart -- --once   # calls itself, prints the spans as JSON, and ends
//! ```
//!
//! What an app of your own needs are the steps 1, 2 and 3 of [`run`].

mod app;
mod calls;
mod check;
mod drive;
mod show;

use std::{
    env,
    error::Error,
    io::{self, Write},
    iter,
    net::{Ipv4Addr, TcpListener},
    pin::pin,
    process::ExitCode,
    time::Duration,
};

use actix_web::{App, HttpServer, dev::Server, rt};
use apitoolkit_actix::{
    ApiToolkit, Telemetry,
    testing::{Collector, Span},
};
use futures_util::future::{Either, select};

use crate::show::Style;

const USAGE: &str = "\
usage: cargo run --example quickstart [-- --demo | --once]

  Serves a small app on 127.0.0.1:8080, prints curl lines to try, and shows each exchange as it
  was received. The link to the explorer, which shows the same in a browser, is printed as well.
  Ctrl-C ends it.

  --demo   sends the same requests itself, again and again, for something to look at.
  --once   takes a free port, sends the same requests itself, and prints each span as one JSON
           object per line. Exits with 0 only if exactly the expected exchanges arrived, and no
           secret with them.
  --help   prints this";

#[actix_web::main]
async fn main() -> ExitCode {
    // `env::args` would panic over what is not UTF-8.
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let mode = match arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
        [] => Mode::Serve,
        ["--demo"] => Mode::Demo,
        ["--once"] => Mode::Once,
        ["--help" | "-h"] => return exit(writeln!(io::stdout(), "{USAGE}").map_err(Into::into)),
        _ => {
            eprintln!("arguments not understood: {}\n\n{USAGE}", arguments.join(" "));
            return ExitCode::from(2);
        }
    };
    exit(run(mode).await)
}

/// What it is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Serve,
    Demo,
    Once,
}

fn exit(result: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("quickstart: {error}");
    ExitCode::FAILURE
}

async fn run(mode: Mode) -> Result<(), Box<dyn Error>> {
    // Stands in for APItoolkit, Monoscope or whatever receives your telemetry.
    let collector = Collector::start()?;

    // 1. Telemetry: one for the process, before the server. `Telemetry::from_env()?` is all it
    //    takes when OTEL_EXPORTER_OTLP_ENDPOINT and the like are set; here they are ignored, so
    //    that nothing goes anywhere but to the receiver above.
    let telemetry = Telemetry::builder()
        .environment(iter::empty::<(String, String)>())
        .endpoint(collector.endpoint())
        .service_name("quickstart")
        // Five seconds by default: too long for someone who watches.
        .schedule_delay(Duration::from_millis(100))
        .build()?;

    // 2. What is recorded. Bodies are captured only if asked for. Names that hold credentials
    //    (`authorization`, `password`, `access_token` …) are redacted without being named here, and
    //    so are fields marked `#[redact]` in `app.rs`; a JSONPath says the same from outside.
    let private = ["$.user.addresses[*].zip"];
    let toolkit = ApiToolkit::builder()
        .service_version("1.0")
        .tags(["env: quickstart"])
        .capture_request_body(true)
        .capture_response_body(true)
        .redact_request_body(private)
        .redact_response_body(private)
        .build()?;

    // 3. The app. The toolkit is built outside this closure, which runs once for each worker, and
    //    cloned into it.
    //    The explorer is a service of it, if you want that: off in production unless you say so.
    let once = mode == Mode::Once;
    let listener = if once { TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) } else { listen() }?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = HttpServer::new(move || {
        let explorer = toolkit.explorer("/_apitoolkit");
        App::new().wrap(toolkit.clone()).service(explorer).configure(app::routes)
    })
    .listen(listener)?
    .run();

    match mode {
        Mode::Once => drive_itself(server, &url, &telemetry, &collector).await,
        Mode::Serve => serve(server, &url, &telemetry, &collector).await,
        Mode::Demo => {
            rt::spawn(drive::keep_sending(url.clone()));
            serve(server, &url, &telemetry, &collector).await
        }
    }
}

/// Shows every exchange that is received until Ctrl-C.
async fn serve(
    server: Server,
    url: &str,
    telemetry: &Telemetry,
    collector: &Collector,
) -> Result<(), Box<dyn Error>> {
    let style = Style::of_stdout();
    show::print(&show::welcome(url, style))?;
    let mut shown = 0;
    let mut server = pin!(server);
    loop {
        let next = pin!(collector.wait_for_spans_async(shown + 1, Duration::MAX));
        match select(server.as_mut(), next).await {
            Either::Left((ended, _)) => break ended?,
            Either::Right((Ok(spans), _)) => show_from(&mut shown, &spans, style)?,
            // Even the longest wait ends after a day.
            Either::Right((Err(_), _)) => {}
        }
    }
    // The last exchanges may still be on their way. `shutdown` sends them, and says what did not
    // get through; call it after the server has stopped.
    telemetry.shutdown()?;
    show_from(&mut shown, &collector.spans(), style)?;
    show::print(&format!("\n{}\n", show::farewell(&telemetry.stats())))?;
    Ok(())
}

fn show_from(shown: &mut usize, spans: &[Span], style: Style) -> io::Result<()> {
    for span in spans.iter().skip(*shown) {
        show::print(&show::span(span, style))?;
    }
    *shown = spans.len();
    Ok(())
}

/// Sends the requests that [`serve`] only suggests, and judges what was received.
async fn drive_itself(
    server: Server,
    url: &str,
    telemetry: &Telemetry,
    collector: &Collector,
) -> Result<(), Box<dyn Error>> {
    let handle = server.handle();
    rt::spawn(server);
    let driven = drive::send_all(url).await;
    handle.stop(true).await;
    telemetry.shutdown()?;
    let spans = collector.spans();
    for span in &spans {
        show::print(&format!("{}\n", span.to_json()))?;
    }
    eprintln!("{}", show::farewell(&telemetry.stats()));
    driven?;
    check::check(collector, spans)?;
    Ok(())
}

/// Port 8080, or a free one if something else listens there.
fn listen() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 8080)).or_else(|error| {
        eprintln!("cannot listen on 127.0.0.1:8080 ({error}); taking a free port instead");
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
    })
}
