//! Handlers of what other programs read.

use std::{collections::HashSet, sync::Arc};

use actix_web::{Error, HttpRequest, HttpResponse, http::header, web};
use serde_json::Value;

use super::{Desk, asked::Asked};
use crate::explorer::{
    export,
    query::{self, Filter},
    record::Record,
};

/// As many exchanges are exported at once, with the spans of their traces.
const MOST: usize = 1_000;

pub(super) async fn exchanges(
    desk: web::Data<Desk>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let asked = Asked::of(&request);
    let (filter, mistakes) = Filter::read(request.query_string());
    if let Some(mistake) = mistakes.first() {
        return Ok(HttpResponse::BadRequest().body(format!("{mistake}\n")));
    }
    let limit = asked.number("limit").map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let (store, before) = (Arc::clone(&desk.store), asked.number("before"));
    let page = web::block(move || query::page(&store.newest_first(), &filter, before, limit));
    Ok(json(&export::exchanges(&page.await?)))
}

pub(super) async fn exchange(desk: web::Data<Desk>, id: web::Path<String>) -> HttpResponse {
    let Some(record) = desk.find(&id) else { return missing() };
    let trace_id = record.span.span_context.trace_id();
    json(&export::exchange(&record, &desk.store.trace(trace_id), &desk.store.lines(trace_id)))
}

pub(super) async fn stats(desk: web::Data<Desk>) -> HttpResponse {
    json(&export::stats(desk.store.fill(), desk.missed(), desk.stats().as_ref()))
}

/// One exchange as a file.
pub(super) async fn export_one(
    desk: web::Data<Desk>,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    let (id, format) = path.into_inner();
    let Some(record) = desk.find(&id) else { return missing() };
    let name = format!("exchange-{}", record.id);
    desk.file(&format, &name, &[record]).map_or_else(unknown, File::answer)
}

/// What a filter matches as a file.
pub(super) async fn export(
    desk: web::Data<Desk>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (filter, mistakes) = Filter::read(request.query_string());
    if let Some(mistake) = mistakes.first() {
        return Ok(HttpResponse::BadRequest().body(format!("{mistake}\n")));
    }
    let format = Asked::of(&request).text("format").unwrap_or("har").to_owned();
    let desk = desk.into_inner();
    let file = web::block(move || {
        let records = desk.store.newest_first();
        let matching: Vec<_> = filter.of(&records).take(MOST).cloned().collect();
        desk.file(&format, "exchanges", &matching)
    });
    Ok(file.await?.map_or_else(unknown, File::answer))
}

/// What is exported, as a file to keep.
struct File {
    kind: &'static str,
    name: String,
    text: String,
}

impl File {
    fn answer(self) -> HttpResponse {
        let disposition = format!("attachment; filename=\"{}\"", self.name);
        HttpResponse::Ok()
            .insert_header((header::CONTENT_DISPOSITION, disposition))
            .content_type(self.kind)
            .body(self.text)
    }
}

fn unknown() -> HttpResponse {
    HttpResponse::NotFound().body("har, otlp and markdown are known\n")
}

impl Desk {
    /// Exchanges, the newest first, in one of the formats that others read; absent if it is not
    /// known.
    fn file(&self, format: &str, name: &str, exchanges: &[Arc<Record>]) -> Option<File> {
        let (kind, ending, text) = match format {
            "har" => ("application/json", "har", export::har(exchanges).to_string()),
            "otlp" => {
                let spans = self.with_traces(exchanges);
                ("application/json", "otlp.json", export::otlp_json(&spans, self.service()))
            }
            "markdown" => ("text/markdown; charset=utf-8", "md", self.markdown(exchanges)),
            _ => return None,
        };
        Some(File { kind, name: format!("{name}.{ending}"), text })
    }

    fn markdown(&self, exchanges: &[Arc<Record>]) -> String {
        let one = |record: &Arc<Record>| {
            let trace_id = record.span.span_context.trace_id();
            export::markdown(record, &self.store.trace(trace_id), &self.store.lines(trace_id))
        };
        exchanges.iter().map(one).collect::<Vec<_>>().join("\n")
    }

    /// The spans of the traces of these, once each, in the order of their arrival.
    fn with_traces(&self, exchanges: &[Arc<Record>]) -> Vec<Arc<Record>> {
        let ids = exchanges.iter().map(|record| record.span.span_context.trace_id());
        let traces: HashSet<_> = ids.collect();
        let mut spans: Vec<_> = traces.into_iter().flat_map(|id| self.store.trace(id)).collect();
        spans.sort_unstable_by_key(|record| record.id);
        spans
    }
}

fn json(value: &Value) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(value.to_string())
}

fn missing() -> HttpResponse {
    HttpResponse::NotFound().body("this exchange is not kept any more, or never was\n")
}
