//! What a word means for a summary, by where it stands.

/// Where a word stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// A statement begins here.
    #[default]
    Start,
    /// A part of a statement may be one of its own: after a parenthesis.
    Part,
    Within,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Operation(&'static str),
    /// `TABLE`.
    Table,
    /// `INDEX`, `VIEW` and so on: after `CREATE`; elsewhere they may be names.
    Object,
    /// Tables follow, if there is anything to be taken from them.
    From,
    /// One table follows.
    Into,
    /// Stands between an operation and its target.
    Filler,
    EndsList,
    Other,
}

impl Place {
    pub(super) fn after_word(self, role: Role) -> Self {
        match (self, role) {
            // `EXPLAIN ANALYZE VERBOSE SELECT`.
            (Self::Start, Role::Operation("EXPLAIN" | "ANALYZE") | Role::Filler) => Self::Start,
            _ => Self::Within,
        }
    }

    pub(super) fn after_punct(self, punct: u8) -> Self {
        match punct {
            b';' => Self::Start,
            b'(' | b')' => Self::Part,
            _ => Self::Within,
        }
    }
}

impl Role {
    /// `is_call`: a parenthesis follows.
    pub(super) fn of(text: &str, place: Place, is_call: bool) -> Self {
        let is_any = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        let find = |words: &[&'static str]| {
            words.iter().copied().find(|word| text.eq_ignore_ascii_case(word))
        };
        let may_begin = place != Place::Within && !is_call;
        if let Some(select) = find(&["SELECT"]) {
            return Self::Operation(select);
        }
        if let Some(operation) = find(CHANGES).filter(|_| may_begin) {
            return Self::Operation(operation);
        }
        if let Some(operation) = find(COMMANDS).filter(|_| place == Place::Start) {
            return Self::Operation(operation);
        }
        if is_any(&["TABLE"]) {
            Self::Table
        } else if is_any(OBJECTS) {
            Self::Object
        } else if is_any(&["FROM", "JOIN", "USING"]) {
            Self::From
        } else if is_any(&["INTO"]) {
            Self::Into
        } else if is_any(FILLERS) {
            Self::Filler
        } else if is_any(ENDS_LIST) {
            Self::EndsList
        } else {
            Self::Other
        }
    }
}

/// Operations that may also be a part of another statement.
const CHANGES: &[&str] = &["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "UPSERT"];

/// Operations that only begin a statement; elsewhere their words are names, or belong to clauses.
const COMMANDS: &[&str] = &[
    "CREATE",
    "ALTER",
    "DROP",
    "TRUNCATE",
    "CALL",
    "EXEC",
    "EXECUTE",
    "BEGIN",
    "START",
    "COMMIT",
    "END",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "SET",
    "EXPLAIN",
    "DESCRIBE",
    "PRAGMA",
    "GRANT",
    "REVOKE",
    "SHOW",
    "USE",
    "COPY",
    "LOAD",
    "VACUUM",
    "ANALYZE",
    "REINDEX",
    "REFRESH",
    "OPTIMIZE",
    "LOCK",
    "UNLOCK",
    "LISTEN",
    "UNLISTEN",
    "NOTIFY",
    "ATTACH",
    "DETACH",
    "DECLARE",
    "FETCH",
    "CLOSE",
    "PREPARE",
    "DEALLOCATE",
    "DISCARD",
    "DO",
    "KILL",
    "COMMENT",
    "VALUES",
];

const OBJECTS: &[&str] = &[
    "VIEW",
    "INDEX",
    "DATABASE",
    "SCHEMA",
    "FUNCTION",
    "PROCEDURE",
    "TRIGGER",
    "SEQUENCE",
    "TYPE",
    "USER",
    "ROLE",
    "EXTENSION",
];

const FILLERS: &[&str] = &[
    "IF",
    "NOT",
    "EXISTS",
    "ONLY",
    "LATERAL",
    "IGNORE",
    "LOW_PRIORITY",
    "HIGH_PRIORITY",
    "DELAYED",
    "QUICK",
    "ALL",
    "OR",
    "REPLACE",
    "ABORT",
    "FAIL",
    "ROLLBACK",
    "CONCURRENTLY",
    "OVERWRITE",
    "VERBOSE",
];

const ENDS_LIST: &[&str] = &[
    "WHERE",
    "SET",
    "VALUES",
    "ON",
    "ORDER",
    "GROUP",
    "HAVING",
    "LIMIT",
    "RETURNING",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "WINDOW",
    "OFFSET",
    "FETCH",
    "FOR",
    "CONNECT",
    "START",
];
