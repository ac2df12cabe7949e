//! The app that is loaded.

use std::{error::Error, process};

use actix_web::{
    App, HttpResponse, HttpServer, Responder,
    middleware::Condition,
    rt,
    web::{self, ServiceConfig},
};
use apitoolkit_actix::{ApiToolkit, Telemetry};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    arguments::{self, Mode},
    common::{
        counts::Counts,
        memory::{Memory, mib},
        questions,
    },
};

/// Serves until it is interrupted, or until its input ends where it is asked for counts.
#[actix_web::main]
pub(crate) async fn serve(app: &arguments::App) -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::builder()
        .endpoint(&app.endpoint)
        .service_name("load")
        .sample_ratio(if app.mode == Mode::Off { 0.0 } else { 1.0 })
        .build()?;
    let toolkit = ApiToolkit::builder()
        .capture_response_body(app.mode == Mode::Bodies)
        .redact_response_body([
            "$.users[*].email",
            "$.users[*].addresses[*].zip",
            "$.users[*].credit_card",
        ])
        .build()?;
    let with = app.mode != Mode::Bare;
    let explored = app.mode == Mode::Explorer;
    let report = report(app.kib);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(report.clone()))
            .wrap(Condition::new(with, toolkit.clone()))
            .configure(routes)
            // Last: requests are offered to services in this order.
            .configure(|app| {
                if explored {
                    app.service(toolkit.explorer("/_apitoolkit"));
                }
            })
    })
    .workers(1)
    .bind(("127.0.0.1", app.port))?;
    let addresses = server.addrs();
    let address = addresses.first().ok_or("no address")?;
    eprintln!("{:?} on http://{address}, pid {}", app.mode, process::id());
    if app.asked {
        println!("{address}");
        let running = rt::spawn(server.disable_signals().run());
        web::block(move || questions::answer(&telemetry, Counts::of)).await??;
        running.abort();
        return Ok(());
    }
    server.run().await?;
    if let Some(memory) = Memory::of("self") {
        let (now, peak) = (mib(memory.now), mib(memory.peak));
        eprintln!("resident memory {now:.1} MiB, at its peak {peak:.1} MiB");
    }
    eprintln!("{:?}", telemetry.stats());
    if let Err(error) = telemetry.shutdown() {
        eprintln!("{error}");
    }
    Ok(())
}

fn routes(app: &mut ServiceConfig) {
    app.route("/users/{id}", web::get().to(user)).route("/report", web::get().to(serve_report));
}

async fn user(id: web::Path<u64>) -> impl Responder {
    HttpResponse::Ok().body(format!("user {id}"))
}

async fn serve_report(report: web::Data<Bytes>) -> impl Responder {
    HttpResponse::Ok().content_type("application/json").body(Bytes::clone(&report))
}

/// Users, as an API returns them: so many that they take this many KiB, or little more.
fn report(kib: usize) -> Bytes {
    let mut users = Vec::new();
    let mut bytes = 0;
    while bytes < kib * 1024 {
        let user = user_details(users.len());
        bytes += user.to_string().len() + 1;
        users.push(user);
    }
    json!({ "users": users, "page": 1 }).to_string().into()
}

fn user_details(id: usize) -> Value {
    json!({
        "id": id,
        "name": format!("User Number {id}"),
        "email": format!("user{id}@example.org"),
        "addresses": [
            { "street": "123 Main St", "city": "Anytown", "state": "CA", "zip": "12345" },
            { "street": "9 High St", "city": "Elsewhere", "state": "NY", "zip": "54321" },
        ],
        "credit_card": {
            "number": "4111111111111111", "expiration": "12/28", "cvv": "123",
        },
    })
}
