//! The compiled rules and what applies them.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicU64, Ordering},
};

use memchr::memchr_iter;

use super::{
    automaton::{self, Automaton},
    fault::JsonFault,
    keys::Key,
    locate::{self, Budget},
    path::{self, Path},
    scratch::JsonScratch,
    splice, walk,
};
use crate::{error::RuleError, redact::names::NameSet};

/// Rules for JSON documents: JSONPaths and names, compiled together.
///
/// A selected value of any type becomes the string `"[CLIENT_REDACTED]"`. All other bytes stay as
/// they are.
///
/// # Security
/// A document is redacted or refused; there is no third outcome. Names apply also to JSON inside
/// strings, JSONPaths to the document itself only.
#[derive(Debug)]
pub(crate) struct JsonRules {
    compiled: Compiled,
    /// Paths that look ahead or count from an array's end.
    located: Vec<Path>,
    has_paths: bool,
}

/// What the one pass needs.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Tells these rules' answers in a shared scratch from others'; never 0.
    id: u64,
    pub(super) automaton: Automaton,
    names: Option<NameSet>,
}

impl JsonRules {
    /// Compiles JSONPaths (RFC 9535) and names; no `names` turns rules by name off.
    ///
    /// # Errors
    /// The first path that is not valid, as the value at its index of `option`.
    pub(crate) fn compile(
        option: &'static str,
        paths: &[String],
        names: Option<NameSet>,
    ) -> Result<Self, RuleError> {
        Self::compile_within(automaton::MAX_WORK, option, paths, names)
    }

    pub(super) fn compile_within(
        table_work: usize,
        option: &'static str,
        paths: &[String],
        names: Option<NameSet>,
    ) -> Result<Self, RuleError> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let mut parsed = Vec::with_capacity(paths.len());
        for (index, text) in paths.iter().enumerate() {
            let path = path::parse(text).map_err(|mistake| {
                RuleError::new(option, index, text, mistake.offset, mistake.reason)
            })?;
            parsed.push(path);
        }
        let has_paths = !parsed.is_empty();
        let (followed, mut located) = parsed.into_iter().partition(Automaton::can_follow);
        let automaton = compile_automaton(table_work, followed, &mut located);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let names = names.filter(|names| !names.is_empty());
        Ok(Self { compiled: Compiled { id, automaton, names }, located, has_paths })
    }

    /// Whether there is no rule at all.
    pub(crate) fn is_empty(&self) -> bool {
        !self.has_paths && self.compiled.names.is_none()
    }

    /// Redacts one JSON document; a byte order mark in front is kept. Borrowed when nothing is
    /// selected.
    ///
    /// # Errors
    /// If redaction is not certain: the document must then not leave.
    pub(crate) fn redact<'b>(
        &self,
        json: &'b [u8],
        scratch: &mut JsonScratch,
    ) -> Result<Cow<'b, [u8]>, JsonFault> {
        let mut budget = Budget::new(json.len());
        let found = begin(json, scratch).and_then(|at| self.find(json, at, &mut budget, scratch));
        finish(json, found, scratch)
    }

    /// Redacts JSON documents of one line each (NDJSON, JSON Lines); empty lines are passed over.
    ///
    /// # Errors
    /// As [`redact`](Self::redact), for the first line that fails.
    pub(crate) fn redact_lines<'b>(
        &self,
        lines: &'b [u8],
        scratch: &mut JsonScratch,
    ) -> Result<Cow<'b, [u8]>, JsonFault> {
        let mut budget = Budget::new(lines.len());
        let found = begin(lines, scratch).and_then(|mut at| {
            for end in memchr_iter(b'\n', lines).chain([lines.len()]) {
                let line = lines.get(at..end).unwrap_or_default();
                if !line.trim_ascii().is_empty() {
                    self.find(lines.get(..end).unwrap_or_default(), at, &mut budget, scratch)?;
                }
                at = end + 1;
            }
            Ok(())
        });
        finish(lines, found, scratch)
    }

    /// Adds what is selected in the document from `at` on.
    pub(super) fn find(
        &self,
        json: &[u8],
        at: usize,
        budget: &mut Budget,
        scratch: &mut JsonScratch,
    ) -> Result<(), JsonFault> {
        let JsonScratch { memory, levels, located } = scratch;
        let start = self.compiled.automaton.start(&mut memory.sets);
        walk::walk(&self.compiled, memory, json, at, start, levels)?;
        if self.located.is_empty() {
            return Ok(());
        }
        let [level, ..] = levels;
        locate::locate(&self.located, json, at, budget, located, &mut level.edits)
    }
}

/// Prepares for a text; returns where it begins behind a byte order mark.
pub(super) fn begin(text: &[u8], scratch: &mut JsonScratch) -> Result<usize, JsonFault> {
    let [level, ..] = &mut scratch.levels;
    level.edits.clear();
    match str::from_utf8(text) {
        Ok(text) if text.starts_with('\u{feff}') => Ok('\u{feff}'.len_utf8()),
        Ok(_) => Ok(0),
        Err(error) => Err(JsonFault::Unparseable { offset: error.valid_up_to() }),
    }
}

fn finish<'b>(
    json: &'b [u8],
    found: Result<(), JsonFault>,
    scratch: &mut JsonScratch,
) -> Result<Cow<'b, [u8]>, JsonFault> {
    let redacted = found.map(|()| {
        let [level, ..] = &mut scratch.levels;
        splice::normalise(&mut level.edits);
        splice::splice(json, &level.edits)
    });
    scratch.shrink();
    redacted
}

/// Compiles what fits into one automaton, which is any number of rules but thousands; the rest
/// joins `located`, where every path costs a pass of its own.
fn compile_automaton(
    table_work: usize,
    mut followed: Vec<Path>,
    located: &mut Vec<Path>,
) -> Automaton {
    loop {
        let paths: Vec<&Path> = followed.iter().collect();
        match Automaton::compile(&paths, table_work) {
            Some(automaton) => return automaton,
            None => located.extend(followed.drain(followed.len() / 2..)),
        }
    }
}

impl Compiled {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn has_names(&self) -> bool {
        self.names.is_some()
    }

    /// What the rules say of a decoded key.
    pub(super) fn key(&self, name: &[u8]) -> Key {
        Key::new(self.automaton.column(name), self.denies(name))
    }

    /// Whether a decoded name is one of the sensitive ones.
    pub(super) fn denies(&self, name: &[u8]) -> bool {
        // Half a surrogate pair in it hides nothing: the rest is still compared.
        self.names.as_ref().is_some_and(|names| names.matches(&String::from_utf8_lossy(name)))
    }
}
