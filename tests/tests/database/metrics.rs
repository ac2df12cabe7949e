//! `db.client.operation.duration`.

use std::{collections::BTreeMap, future::ready};

use actix_web::{HttpResponse, web};
use apitoolkit_actix::{
    Channel, DatabaseInfo, DatabaseVendor,
    testing::{Metric, MetricKind},
};
use apitoolkit_tests::TestApp;
use serde_json::json;

use crate::{children, support::get};

/// The newest point of each series.
fn points(app: &TestApp) -> BTreeMap<String, Metric> {
    app.telemetry.flush().unwrap();
    let points = app.collector.metrics_named("db.client.operation.duration");
    points.into_iter().map(|point| (point.attributes.to_json().to_string(), point)).collect()
}

fn app(handler: fn() -> HttpResponse) -> TestApp {
    TestApp::start(
        |b| b,
        move |cfg| {
            cfg.route("/", web::get().to(move || ready(handler())));
        },
    )
}

#[test]
fn one_series_for_each_statement_and_kind_of_error() {
    fn handler() -> HttpResponse {
        let db = DatabaseInfo::new("shop", DatabaseVendor::Postgresql)
            .channel(Channel::Tcp("db.internal".into(), 5432));
        for n in 0..3 {
            let sql = format!("SELECT * FROM users WHERE id = {n} AND name = 'CANARY'");
            let _ = db.trace_sync(&sql, || if n < 2 { Ok(()) } else { Err(std::fmt::Error) });
        }
        drop(db.enter("SELECT a FROM b JOIN c ON d"));
        drop(DatabaseInfo::new("0", DatabaseVendor::Redis).enter("CANARY:4711"));
        HttpResponse::Ok().finish()
    }
    let app = app(handler);
    app.same(get("/"));
    let points = points(&app);
    let select = json!({
        "db.system.name": "postgresql",
        "db.namespace": "shop",
        "db.operation.name": "SELECT",
        "db.collection.name": "users",
        "db.query.summary": "SELECT users",
        "server.address": "db.internal",
        "server.port": 5432,
    });
    let mut failed = select.clone();
    failed["error.type"] = json!("core::fmt::Error");
    let mut join = select.clone();
    join.as_object_mut().unwrap().remove("db.collection.name");
    join["db.query.summary"] = json!("SELECT b c");
    let redis = json!({ "db.system.name": "redis", "db.namespace": "0" });
    let expected = [(select, 2), (failed, 1), (join, 1), (redis, 1)];
    let expected: BTreeMap<_, _> =
        expected.into_iter().map(|(series, count)| (series.to_string(), Some(count))).collect();
    let counts: BTreeMap<_, _> = points.iter().map(|(key, p)| (key.clone(), p.count)).collect();
    assert_eq!(counts, expected);
    for point in points.values() {
        assert_eq!((point.kind, point.unit.as_str()), (MetricKind::Histogram, "s"));
        assert_eq!(point.bounds, [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]);
        assert_eq!(point.buckets.iter().sum::<u64>(), point.count.unwrap());
        assert_eq!(point.attributes.duplicates(), [""; 0]);
    }
    app.held_one();
}

/// An app that puts its statements together: a table for each of its customers. Which ones are
/// measured is the whole process's affair, so this has one of its own.
#[test]
fn series_are_bounded() {
    children::run("metrics::series_are_bounded", &[], child_of_many_statements);
}

fn child_of_many_statements() {
    fn handler() -> HttpResponse {
        let db = DatabaseInfo::new("many", DatabaseVendor::Sqlite);
        for n in 0..1_000 {
            drop(db.enter(&format!("SELECT a FROM orders_{n} WHERE b = {n}")));
        }
        HttpResponse::Ok().finish()
    }
    let app = app(handler);
    app.connect().send(get("/")).reply();
    let points = points(&app);
    assert_eq!(points.len(), 513);
    assert_eq!(points.values().filter_map(|point| point.count).sum::<u64>(), 1_000);
    let rest = json!({
        "db.system.name": "sqlite", "db.namespace": "many", "db.operation.name": "SELECT",
    });
    let rest = points.get(&rest.to_string()).expect("the series of all others");
    assert_eq!(rest.count, Some(1_000 - 512));
    app.held_one();
}
