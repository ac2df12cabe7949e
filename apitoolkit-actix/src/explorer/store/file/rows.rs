//! Spans and lines as rows.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_proto::tonic::trace::v1::{ScopeSpans, Span};
use prost::Message as _;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::explorer::{
    record::{Line, Record, level_of, span_of},
    store::Store,
};

/// How many rows are given up at once.
const BATCH: i64 = 256;

/// A line as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    when: u64,
    level: String,
    text: String,
    attributes: Vec<(String, String)>,
    trace: String,
    span: String,
}

/// What the spans take, and the lines.
pub(super) fn bytes(db: &Connection) -> rusqlite::Result<[i64; 2]> {
    let sum = |table: &str| {
        let query = format!("SELECT coalesce(sum(size), 0) FROM {table}");
        db.query_row(&query, [], |row| row.get(0))
    };
    Ok([sum("spans")?, sum("lines")?])
}

/// Adds records; returns how many bytes that is.
pub(super) fn add(db: &Connection, records: &[Arc<Record>]) -> rusqlite::Result<i64> {
    let mut insert = db.prepare(
        "INSERT OR REPLACE INTO spans (id, at, trace, imported, size, spans) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    let mut bytes = 0;
    for record in records {
        let scope = &record.span.instrumentation_scope;
        let spans = ScopeSpans {
            scope: Some((scope, None).into()),
            spans: vec![Span::from(record.span.clone())],
            schema_url: String::new(),
        };
        let encoded = spans.encode_to_vec();
        let size = encoded.len() as i64 + 64;
        let trace = record.span.span_context.trace_id().to_bytes();
        let (id, since) = (record.id as i64, millis(record.since));
        insert.execute(params![id, since, trace, record.imported, size, encoded])?;
        bytes += size;
    }
    Ok(bytes)
}

/// Adds lines; returns how many bytes that is.
pub(super) fn add_lines(db: &Connection, lines: &[Line]) -> rusqlite::Result<i64> {
    let mut insert = db.prepare("INSERT INTO lines (at, trace, size, line) VALUES (?, ?, ?, ?)")?;
    let mut bytes = 0;
    for line in lines {
        let nanos = line.when.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let written = Written {
            when: u64::try_from(nanos.as_nanos()).unwrap_or_default(),
            level: line.level.to_owned(),
            text: line.text.clone(),
            attributes: line.attributes.clone(),
            trace: line.trace_id.to_string(),
            span: line.span_id.to_string(),
        };
        let Ok(json) = serde_json::to_string(&written) else { continue };
        let size = json.len() as i64 + 48;
        insert.execute(params![millis(line.when), line.trace_id.to_bytes(), size, json])?;
        bytes += size;
    }
    Ok(bytes)
}

/// Makes these the only pinned ones.
pub(super) fn pin(db: &Connection, ids: &BTreeSet<u64>) -> rusqlite::Result<()> {
    db.execute("UPDATE spans SET pinned = 0 WHERE pinned <> 0", [])?;
    let mut pin = db.prepare("UPDATE spans SET pinned = 2 WHERE id = ?")?;
    for id in ids {
        pin.execute([*id as i64])?;
    }
    Ok(())
}

/// Spares what belongs to the traces of pinned ones.
pub(super) fn spare_traces(db: &Connection) -> rusqlite::Result<()> {
    let spare = "UPDATE spans SET pinned = 1 WHERE pinned = 0 \
                 AND trace IN (SELECT trace FROM spans WHERE pinned = 2)";
    db.execute(spare, []).map(drop)
}

/// Forgets everything up to a record but what is pinned.
pub(super) fn clear(db: &Connection, upto: u64) -> rusqlite::Result<()> {
    db.execute("DELETE FROM spans WHERE id <= ? AND pinned = 0", [upto as i64])?;
    let lines = "DELETE FROM lines WHERE trace NOT IN (SELECT trace FROM spans WHERE pinned <> 0)";
    db.execute(lines, []).map(drop)
}

pub(super) fn expire(db: &Connection, age: Duration) -> rusqlite::Result<()> {
    let oldest = SystemTime::now().checked_sub(age).map_or(0, millis);
    db.execute("DELETE FROM spans WHERE at < ? AND pinned = 0", [oldest])?;
    db.execute("DELETE FROM lines WHERE at < ?", [oldest]).map(drop)
}

/// Gives up some of the oldest spans, pinned ones last; false if there are none.
pub(super) fn give_up_spans(db: &Connection) -> rusqlite::Result<bool> {
    let oldest = "DELETE FROM spans WHERE id IN \
                  (SELECT id FROM spans ORDER BY pinned, id LIMIT ?)";
    db.execute(oldest, [BATCH]).map(|gone| gone > 0)
}

/// Gives up some of the oldest lines; false if there are none.
pub(super) fn give_up_lines(db: &Connection) -> rusqlite::Result<bool> {
    let oldest = "DELETE FROM lines WHERE id IN (SELECT id FROM lines ORDER BY id LIMIT ?)";
    db.execute(oldest, [BATCH]).map(|gone| gone > 0)
}

/// Restores what is there; rows that cannot be read are passed over.
pub(super) fn read_into(db: &Connection, store: &Store) -> rusqlite::Result<()> {
    let mut query = db.prepare("SELECT id, at, imported, pinned, spans FROM spans ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (id, at, imported): (i64, i64, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (pinned, spans): (i64, Vec<u8>) = (row.get(3)?, row.get(4)?);
        let decoded = ScopeSpans::decode(spans.as_slice()).ok();
        let decoded = decoded.and_then(|mut of| span_of(of.spans.pop()?, of.scope).ok());
        let (Some(span), Ok(id)) = (decoded, u64::try_from(id)) else { continue };
        let mut record = Record::new(id, span, imported);
        record.since = time(at);
        store.restore(record);
        if pinned == 2 {
            store.pin(id, true);
        }
    }
    let mut query = db.prepare("SELECT line FROM lines ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let json: String = row.get(0)?;
        if let Some(line) = serde_json::from_str(&json).ok().and_then(line_of) {
            store.push_line(line);
        }
    }
    Ok(())
}

fn line_of(written: Written) -> Option<Line> {
    Some(Line {
        when: SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(written.when))?,
        level: level_of(&written.level),
        text: written.text,
        attributes: written.attributes,
        trace_id: TraceId::from_hex(&written.trace).ok()?,
        span_id: SpanId::from_hex(&written.span).ok()?,
    })
}

fn millis(when: SystemTime) -> i64 {
    let since = when.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn time(millis: i64) -> SystemTime {
    let millis = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
    SystemTime::UNIX_EPOCH.checked_add(millis).unwrap_or(SystemTime::UNIX_EPOCH)
}
