//! The one pass: validates a document and finds what its rules select.

use super::{
    automaton::State,
    embedded,
    fault::JsonFault,
    rules::Compiled,
    scan,
    scratch::{Level, Memory},
    splice::Edit,
};

/// Containers within containers that are followed.
pub(super) const MAX_DEPTH: usize = 10_000;

/// What contains the value that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    state: State,
    kind: Kind,
    /// In an array: the breaks before this element, and its index.
    class: u16,
    index: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Document,
    Object,
    Array,
}

/// Walks the document that begins at `at` and ends with `json`, and adds to the first level's edits
/// whatever `rules` select in it.
///
/// With `start` dead only names are looked at.
///
/// # Errors
/// If it is not one valid document, or too deep; its edits are then worth nothing.
pub(super) fn walk(
    rules: &Compiled,
    memory: &mut Memory,
    json: &[u8],
    at: usize,
    start: State,
    levels: &mut [Level],
) -> Result<(), JsonFault> {
    let Some((level, deeper)) = levels.split_first_mut() else {
        return Err(JsonFault::TooDeep);
    };
    let Level { frames, edits, text } = level;
    frames.clear();
    let mut walk = Walk {
        rules,
        json,
        at: scan::blank(json, at),
        state: start,
        is_selected: start.is_selected(),
        inside: Frame { state: State::DEAD, kind: Kind::Document, class: 0, index: 0 },
        skipped: None,
        memory,
        frames,
        edits,
        text,
        deeper,
    };
    walk.document().map_err(|mistake| match mistake {
        Mistake::At(offset) => JsonFault::Unparseable { offset },
        Mistake::TooDeep => JsonFault::TooDeep,
    })
}

struct Walk<'w> {
    rules: &'w Compiled,
    json: &'w [u8],
    at: usize,
    /// Of the value that begins at `at`.
    state: State,
    is_selected: bool,
    /// What that value is in, and around it the others in `frames`.
    inside: Frame,
    frames: &'w mut Vec<Frame>,
    /// The selected container around it, if any; nothing inside is looked at.
    skipped: Option<Selected>,
    edits: &'w mut Vec<Edit>,
    memory: &'w mut Memory,
    text: &'w mut Vec<u8>,
    deeper: &'w mut [Level],
}

/// A selected container: where it begins, and how many contain it.
#[derive(Clone, Copy)]
struct Selected {
    start: usize,
    depth: usize,
}

/// Whether a value follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    Nothing,
}

impl Walk<'_> {
    fn document(&mut self) -> Result<(), Mistake> {
        loop {
            let next = match self.byte() {
                Some(b'"') => self.string()?,
                Some(b'{') => self.open(Kind::Object)?,
                Some(b'[') => self.open(Kind::Array)?,
                _ => self.scalar()?,
            };
            if next == Next::Nothing && self.after_value()? == Next::Nothing {
                return Ok(());
            }
        }
    }

    #[inline(always)]
    fn string(&mut self) -> Result<Next, Mistake> {
        let start = self.at;
        self.at = scan::string(self.json, start + 1)?;
        if self.is_selected {
            self.edits.push(Edit { start, end: self.at, nesting: 0 });
        } else if self.rules.has_names()
            && self.skipped.is_none()
            && embedded::may_begin(self.json.get(start + 1))
        {
            // What stands between the quotes.
            let raw = self.json.get(start + 1..self.at - 1).unwrap_or_default();
            embedded::redact(
                self.rules,
                self.memory,
                raw,
                start + 1,
                self.text,
                self.edits,
                self.deeper,
            );
        }
        Ok(Next::Nothing)
    }

    #[inline(always)]
    fn scalar(&mut self) -> Result<Next, Mistake> {
        let start = self.at;
        self.at = scan::scalar(self.json, start)?;
        if self.is_selected {
            self.edits.push(Edit { start, end: self.at, nesting: 0 });
        }
        Ok(Next::Nothing)
    }

    /// Enters a container, up to its first value if it has one.
    #[inline(always)]
    fn open(&mut self, kind: Kind) -> Result<Next, Mistake> {
        let depth = self.frames.len();
        if depth >= MAX_DEPTH {
            return Err(Mistake::TooDeep);
        }
        if self.is_selected {
            self.skipped = Some(Selected { start: self.at, depth });
            self.state = State::DEAD;
        }
        self.frames.push(self.inside);
        self.inside = Frame { state: self.state, kind, class: 0, index: 0 };
        self.skip_byte();
        match (kind, self.byte()) {
            (Kind::Object, Some(b'}')) | (Kind::Array, Some(b']')) => {
                self.close()?;
                Ok(Next::Nothing)
            }
            (Kind::Array, Some(_)) => {
                self.element(0);
                Ok(Next::Value)
            }
            _ => self.member(),
        }
    }

    /// Goes on to the next value, out of as many containers as end here.
    #[inline(always)]
    fn after_value(&mut self) -> Result<Next, Mistake> {
        loop {
            match (self.inside.kind, self.byte()) {
                (Kind::Object, Some(b',')) => {
                    self.skip_byte();
                    return self.member();
                }
                (Kind::Array, Some(b',')) => {
                    self.skip_byte();
                    self.inside.index = self.inside.index.saturating_add(1);
                    let (class, index) = (self.inside.class.into(), self.inside.index.into());
                    self.element(self.rules.automaton.class(class, index));
                    return Ok(Next::Value);
                }
                (Kind::Object, Some(b'}')) | (Kind::Array, Some(b']')) => self.close()?,
                (Kind::Document, None) => return Ok(Next::Nothing),
                // Last, as most documents have none.
                _ if self.skip_blank() => {}
                _ => return Err(Mistake::At(self.at)),
            }
        }
    }

    /// Reads a key and its colon.
    #[inline(always)]
    fn member(&mut self) -> Result<Next, Mistake> {
        if self.byte() != Some(b'"') {
            return Err(Mistake::At(self.at));
        }
        if self.skipped.is_some() {
            (self.state, self.is_selected) = (State::DEAD, false);
            self.at = scan::string(self.json, self.at + 1)?;
        } else {
            let (key, after) = self.memory.keys.read(self.rules, self.json, self.at + 1)?;
            let sets = &mut self.memory.sets;
            self.state = self.rules.automaton.member(sets, self.inside.state, key.column());
            self.is_selected = self.state.is_selected() || key.is_denied();
            self.at = after;
        }
        while self.byte() != Some(b':') {
            if !self.skip_blank() {
                return Err(Mistake::At(self.at));
            }
        }
        self.skip_byte();
        Ok(Next::Value)
    }

    #[inline(always)]
    fn element(&mut self, class: usize) {
        self.inside.class = u16::try_from(class).unwrap_or(u16::MAX);
        let sets = &mut self.memory.sets;
        self.state = self.rules.automaton.element(sets, self.inside.state, class);
        self.is_selected = self.state.is_selected();
    }

    #[inline(always)]
    fn close(&mut self) -> Result<(), Mistake> {
        self.inside = self.frames.pop().ok_or(Mistake::At(self.at))?;
        self.at += 1;
        if let Some(Selected { start, depth }) = self.skipped
            && depth == self.frames.len()
        {
            self.edits.push(Edit { start, end: self.at, nesting: 0 });
            self.skipped = None;
        }
        Ok(())
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    /// Skips white space, and says whether there was any.
    #[inline(always)]
    fn skip_blank(&mut self) -> bool {
        let start = self.at;
        self.at = scan::blank(self.json, start);
        self.at != start
    }

    /// Goes on behind a byte and the white space after it.
    #[inline(always)]
    fn skip_byte(&mut self) {
        self.at = scan::blank(self.json, self.at + 1);
    }
}

/// Why a walk ends early.
enum Mistake {
    At(usize),
    TooDeep,
}

impl From<usize> for Mistake {
    fn from(offset: usize) -> Self {
        Self::At(offset)
    }
}
