//! What is kept in a file, so that a restart of the app keeps it: SQLite, with spans as OTLP has
//! them.

mod rows;
mod schema;
#[cfg(test)]
mod tests;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::{Bounds, Marks, Store};
use crate::{
    error::ConfigError,
    explorer::record::{Line, Record},
    telemetry::{self, Throttle},
};

/// How often what is too old is looked for.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// An open file, which nobody else uses meanwhile.
#[derive(Debug)]
pub(in crate::explorer) struct File {
    db: Connection,
    bounds: Bounds,
    /// Of all spans that are in it, and of all lines.
    bytes: [i64; 2],
    /// What was followed so far.
    marks: Marks,
    is_read: bool,
    pruned: Instant,
    failures: Throttle,
}

impl File {
    /// Opens a file, or begins one that only its owner may read. What is no file of this kind, or is
    /// damaged, is set aside with a warning.
    ///
    /// # Errors
    /// If it cannot be written, or another process has it open.
    pub(in crate::explorer) fn open(path: &Path, bounds: Bounds) -> Result<Self, ConfigError> {
        let db = schema::open(path, bounds).map_err(|reason| {
            ConfigError::option("explorer_file", path.display().to_string(), reason)
        })?;
        let bytes = rows::bytes(&db).unwrap_or_default();
        Ok(Self {
            db,
            bounds,
            bytes,
            marks: Marks::default(),
            is_read: false,
            pruned: Instant::now(),
            failures: Throttle::minute(),
        })
    }

    /// Puts what is in the file into the store, once.
    pub(in crate::explorer) fn read_into(&mut self, store: &Store) {
        if std::mem::replace(&mut self.is_read, true) {
            return;
        }
        let read = self.prune_now().and_then(|()| rows::read_into(&self.db, store));
        self.say(read);
        self.marks = store.marks();
    }

    /// Adds what is new, and follows what was pinned or cleared in the store.
    pub(in crate::explorer) fn write(
        &mut self,
        records: &[Arc<Record>],
        lines: &[Line],
        store: &Store,
    ) {
        let marks = store.marks();
        let is_due = self.pruned.elapsed() >= PRUNE_EVERY;
        if records.is_empty() && lines.is_empty() && marks.version == self.marks.version && !is_due
        {
            return;
        }
        let written = self.write_all(records, lines, &marks);
        self.marks = marks;
        self.say(written);
    }

    fn write_all(
        &mut self,
        records: &[Arc<Record>],
        lines: &[Line],
        marks: &Marks,
    ) -> rusqlite::Result<()> {
        let changes = self.db.transaction()?;
        let added = [rows::add(&changes, records)?, rows::add_lines(&changes, lines)?];
        if marks.version != self.marks.version {
            rows::pin(&changes, &marks.pinned)?;
        }
        if !marks.pinned.is_empty() {
            rows::spare_traces(&changes)?;
        }
        if marks.cleared > self.marks.cleared {
            rows::clear(&changes, marks.cleared)?;
        }
        changes.commit()?;
        if marks.cleared > self.marks.cleared {
            self.bytes = rows::bytes(&self.db)?;
        } else {
            self.bytes.iter_mut().zip(added).for_each(|(bytes, added)| *bytes += added);
        }
        self.prune()
    }

    /// Gives up what is too old or too much, a batch at a time.
    fn prune(&mut self) -> rusqlite::Result<()> {
        let [most, most_lines] = self.most();
        let is_due = self.pruned.elapsed() >= PRUNE_EVERY;
        let [spans, lines] = self.bytes;
        if !is_due && spans + lines <= most && lines <= most_lines {
            return Ok(());
        }
        self.prune_now()
    }

    fn prune_now(&mut self) -> rusqlite::Result<()> {
        let [most, most_lines] = self.most();
        self.pruned = Instant::now();
        rows::expire(&self.db, self.bounds.age)?;
        self.bytes = rows::bytes(&self.db)?;
        while self.bytes[1] > most_lines && rows::give_up_lines(&self.db)? {
            self.bytes = rows::bytes(&self.db)?;
        }
        while self.bytes.iter().sum::<i64>() > most && rows::give_up_spans(&self.db)? {
            self.bytes = rows::bytes(&self.db)?;
        }
        schema::shrink(&self.db)
    }

    /// How many bytes of all there may be, and how many of lines.
    fn most(&self) -> [i64; 2] {
        [self.bounds.bytes, self.bounds.lines()]
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX))
    }

    fn say(&self, result: rusqlite::Result<()>) {
        if let Err(error) = result
            && self.failures.ready()
        {
            telemetry::warn(&format!("explorer_file: {error}; what is shown is in memory only"));
        }
    }
}
