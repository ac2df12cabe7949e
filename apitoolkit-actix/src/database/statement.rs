//! What is told of a statement, worked out once and kept.

use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    hash::BuildHasher as _,
    mem,
    sync::{Arc, LazyLock, Mutex, PoisonError, RwLock},
};

use opentelemetry::StringValue;

use super::language::{Language, Read};

/// A statement as it is told of.
#[derive(Debug)]
pub(super) struct Statement {
    /// `db.query.text`. Absent when nothing is left of it.
    pub(super) text: Option<StringValue>,
    /// `db.query.summary`.
    pub(super) summary: Option<StringValue>,
    /// `db.operation.name`.
    pub(super) operation: Option<StringValue>,
    /// `db.collection.name`.
    pub(super) collection: Option<StringValue>,
    /// Whether values were taken out of it.
    pub(super) held_values: bool,
    /// Whether metrics are kept for it: there are so many different summaries and no more.
    pub(super) is_measured: bool,
}

/// The statements of the process: an app has few, and runs them often.
static STATEMENTS: LazyLock<Statements> = LazyLock::new(|| Statements::new(MAX_KEPT / 2));

/// Most statements that are kept.
const MAX_KEPT: usize = 512;
/// Longest statement that is kept, in bytes: 4 MiB at the most for all of them.
const MAX_LENGTH: usize = 4 * 1024;
/// Most different summaries among the attributes of metrics.
const MAX_MEASURED: usize = 512;

impl Statement {
    pub(super) fn of(language: Language, statement: &str) -> Arc<Self> {
        STATEMENTS.get(language, statement)
    }

    fn new(language: Language, statement: &str, measured: &Measured) -> Self {
        let Read { text, summary, operation, collection } = language.read(statement);
        let is_measured = summary.as_ref().is_none_or(|summary| measured.admit(summary));
        Self {
            held_values: text.as_deref() != Some(statement),
            text: text.map(|text| shared(&text)),
            summary: summary.as_deref().map(shared),
            operation: operation.as_deref().map(shared),
            collection: collection.as_deref().map(shared),
            is_measured,
        }
    }
}

fn shared(text: &str) -> StringValue {
    Arc::<str>::from(text).into()
}

/// The statements that were run last.
///
/// They are found by their hash, so that no value of theirs is kept in memory. Two generations: when
/// the young one is full, the old one goes. What is in use comes back, what an app put together for
/// a single call does not.
#[derive(Debug)]
struct Statements {
    generations: RwLock<Generations>,
    hasher: RandomState,
    generation: usize,
    measured: Measured,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Arc<Statement>>,
    old: HashMap<Key, Arc<Statement>>,
}

/// The hash, and the length.
type Key = (u64, usize);

impl Statements {
    fn new(generation: usize) -> Self {
        Self {
            generations: RwLock::default(),
            hasher: RandomState::new(),
            generation,
            measured: Measured::default(),
        }
    }

    fn get(&self, language: Language, statement: &str) -> Arc<Statement> {
        if statement.len() > MAX_LENGTH {
            return Arc::new(Statement::new(language, statement, &self.measured));
        }
        let key = (self.hasher.hash_one((language, statement)), statement.len());
        let generations = self.generations.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = generations.young.get(&key) {
            return Arc::clone(known);
        }
        let known = generations.old.get(&key).map(Arc::clone);
        drop(generations);
        let known =
            known.unwrap_or_else(|| Arc::new(Statement::new(language, statement, &self.measured)));
        self.keep(key, &known);
        known
    }

    fn keep(&self, key: Key, statement: &Arc<Statement>) {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= self.generation {
            let young = HashMap::with_capacity(self.generation);
            generations.old = mem::replace(&mut generations.young, young);
        }
        generations.young.insert(key, Arc::clone(statement));
    }
}

/// The summaries that are attributes of metrics.
#[derive(Debug, Default)]
struct Measured(Mutex<HashSet<String>>);

impl Measured {
    /// Whether this is one of them, or still can be.
    fn admit(&self, summary: &str) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(summary) || (known.len() < MAX_MEASURED && known.insert(summary.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Dialect;

    const SQL: Language = Language::Sql(Dialect::Unknown);

    fn sizes(statements: &Statements) -> (usize, usize) {
        let generations = statements.generations.read().unwrap();
        (generations.young.len(), generations.old.len())
    }

    #[test]
    fn a_statement_is_read_once() {
        let statements = Statements::new(4);
        let first = statements.get(SQL, "SELECT a FROM t WHERE b = 'CANARY'");
        let again = statements.get(SQL, "SELECT a FROM t WHERE b = 'CANARY'");
        assert!(Arc::ptr_eq(&first, &again));
        assert!(first.held_values);
        let text = |text: &Option<StringValue>| text.as_ref().map(ToString::to_string).unwrap();
        assert_eq!(text(&first.text), "SELECT a FROM t WHERE b = ?");
        assert_eq!(text(&first.summary), "SELECT t");
        // In another language it is another statement.
        let other = statements.get(Language::Commands, "SELECT a FROM t WHERE b = 'CANARY'");
        assert_eq!(text(&other.text), "SELECT ?…");
        assert_eq!(sizes(&statements), (2, 0));
        assert!(!format!("{statements:?}").contains("CANARY"));
    }

    #[test]
    fn what_is_kept_is_bounded_and_what_is_in_use_stays() {
        let statements = Statements::new(8);
        let used = statements.get(SQL, "SELECT used FROM t");
        for n in 0..1_000 {
            let statement = statements.get(SQL, &format!("SELECT c{n} FROM t"));
            assert!(!statement.held_values && statement.is_measured);
            if n % 4 == 0 {
                assert!(Arc::ptr_eq(&used, &statements.get(SQL, "SELECT used FROM t")));
            }
            let (young, old) = sizes(&statements);
            assert!(young <= 8 && old <= 8, "{young} {old}");
        }
        assert_eq!(sizes(&statements).1, 8);
        let gone = statements.get(SQL, "SELECT c0 FROM t");
        assert!(!Arc::ptr_eq(&gone, &used));
    }

    #[test]
    fn long_statements_are_not_kept() {
        let statements = Statements::new(8);
        let long = format!("SELECT {} FROM t", "a".repeat(MAX_LENGTH));
        statements.get(SQL, &long);
        assert_eq!(sizes(&statements), (0, 0));
    }

    #[test]
    fn so_many_summaries_are_measured_and_no_more() {
        let statements = Statements::new(8);
        for n in 0..1_000 {
            let statement = statements.get(SQL, &format!("SELECT a FROM t{n}"));
            assert_eq!(statement.is_measured, n < MAX_MEASURED, "{n}");
        }
        assert!(statements.get(SQL, "SELECT b FROM t7").is_measured);
        assert!(statements.get(SQL, "no summary").is_measured);
    }

    #[test]
    fn many_threads_read_the_same() {
        let statements = Statements::new(16);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let statements = &statements;
                scope.spawn(move || {
                    for n in 0..2_000 {
                        let sql = format!("SELECT a FROM t{}", (n * 7 + thread) % 40);
                        let read = statements.get(SQL, &sql).text.as_ref().map(ToString::to_string);
                        assert_eq!(read, Some(sql));
                    }
                });
            }
        });
        let (young, old) = sizes(&statements);
        assert!(young <= 16 && old <= 16);
    }
}
