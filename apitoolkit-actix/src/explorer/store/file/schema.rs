//! The file itself: its form, its bounds, and what becomes of others in its place.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rusqlite::{Connection, ErrorCode};

use crate::{
    explorer::{guard::create_private, store::Bounds},
    telemetry,
};

/// Says that a file is ours: `APTX`.
const APPLICATION: i32 = 0x4150_5458;
/// The form of the tables.
const VERSION: i32 = 1;
/// How long is waited for somebody else's lock.
const PATIENCE: Duration = Duration::from_secs(2);

const TABLES: &str = "
    CREATE TABLE spans (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        trace BLOB NOT NULL,
        imported INTEGER NOT NULL,
        -- 0: no; 1: it belongs to a pinned trace; 2: it is pinned itself.
        pinned INTEGER NOT NULL DEFAULT 0,
        size INTEGER NOT NULL,
        spans BLOB NOT NULL
    );
    CREATE INDEX spans_by_trace ON spans (trace);
    CREATE INDEX spans_by_time ON spans (at);
    CREATE TABLE lines (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        trace BLOB NOT NULL,
        size INTEGER NOT NULL,
        line TEXT NOT NULL
    );
";

/// Opens the file, or says what stands against it.
pub(super) fn open(path: &Path, bounds: Bounds) -> Result<Connection, String> {
    make(path).map_err(|error| error.to_string())?;
    match connect(path, bounds) {
        Ok(Some(db)) => return Ok(db),
        Err(error) if !is_damage(&error) => return Err(words(&error)),
        Ok(None) | Err(_) => {}
    }
    let aside = set_aside(path).map_err(|error| error.to_string())?;
    telemetry::warn(&format!(
        "explorer_file: {} is damaged or no file of the explorer; it is {} now, and a new one begins",
        path.display(),
        aside.display(),
    ));
    make(path).map_err(|error| error.to_string())?;
    match connect(path, bounds) {
        Ok(Some(db)) => Ok(db),
        Ok(None) => Err("a new file is not as it was made".to_owned()),
        Err(error) => Err(words(&error)),
    }
}

/// Gives the room of what was deleted back.
pub(super) fn shrink(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch("PRAGMA incremental_vacuum(1024)")
}

/// Makes an empty file that only its owner may read, unless there is one.
fn make(path: &Path) -> io::Result<()> {
    match create_private(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Absent if it is a file of somebody else's.
fn connect(path: &Path, bounds: Bounds) -> rusqlite::Result<Option<Connection>> {
    let db = Connection::open(path)?;
    db.busy_timeout(PATIENCE)?;
    // Nobody else is to write to it, and no file has to be shared for it.
    db.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT")?;
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, i32>(0));
    let is_new = number("SELECT count(*) FROM sqlite_schema")? == 0;
    if is_new {
        db.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
    } else if number("PRAGMA application_id")? != APPLICATION
        || number("PRAGMA user_version")? != VERSION
        || db.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))? != "ok"
    {
        return Ok(None);
    }
    // What the rows take is bounded elsewhere; this is for whatever is around them.
    let pages = bounds.bytes / 4096 * 2 + 1024;
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
         PRAGMA journal_size_limit = 4194304; PRAGMA max_page_count = {pages}"
    ))?;
    if is_new {
        db.execute_batch(&format!(
            "BEGIN; {TABLES} PRAGMA application_id = {APPLICATION}; \
             PRAGMA user_version = {VERSION}; COMMIT"
        ))?;
    }
    Ok(Some(db))
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::TypeMismatch)
    )
}

fn words(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process, or another explorer, has it open".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Renames the file and what belongs to it.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let with = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let ending = format!(".aside-{}", now.as_secs());
    let aside = with(&ending);
    fs::rename(path, &aside)?;
    for part in ["-wal", "-shm"] {
        // Mostly there is none.
        let _ = fs::rename(with(part), with(&format!("{ending}{part}")));
    }
    Ok(aside)
}
