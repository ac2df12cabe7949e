//! What a statement does, to which tables: few words, few different ones.

mod distinct;
mod words;

use self::{
    distinct::Distinct,
    words::{Place, Role},
};
use super::{
    dialect::Dialect,
    lexer::{Kind, Lexer},
};

/// The longest summary, in bytes (OpenTelemetry's `db.query.summary`).
const MAX_SUMMARY: usize = 255;
/// The longest name of a table that is no value for certain, in bytes.
const MAX_NAME: usize = 128;
/// Parentheses deeper than this are not looked into.
const MAX_DEPTH: usize = 64;

/// The operations of a statement and the tables they touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// `{operation} {target} {target} {operation} …`; empty if the text is no statement.
    pub(crate) text: String,
    /// Absent when there are several different ones.
    pub(crate) operation: Option<&'static str>,
    /// Absent when there are several different ones.
    pub(crate) collection: Option<String>,
}

impl Summary {
    /// Of a statement out of which every value was taken.
    pub(super) fn of(sanitized: &str, dialect: Dialect) -> Self {
        let mut reader = Reader::default();
        let mut tokens = Lexer::new(sanitized, dialect, false)
            .filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
            .peekable();
        while let Some(token) = tokens.next() {
            let text = sanitized.get(token.start..token.end).unwrap_or_default();
            match token.kind {
                Kind::Doubtful => break,
                Kind::Word => {
                    let is_call = tokens.peek().is_some_and(|t| t.kind == Kind::Punct(b'('));
                    reader.word(text, is_call);
                }
                Kind::DoubleQuoted | Kind::Backticked => {
                    reader.name(text.get(1..text.len() - 1).unwrap_or_default());
                }
                Kind::Punct(punct) => reader.punct(punct),
                _ => reader.value(),
            }
            if reader.is_full {
                break;
            }
        }
        reader.finish()
    }
}

/// A summary in the making.
#[derive(Default)]
struct Reader {
    text: String,
    is_full: bool,
    operations: Distinct<&'static str>,
    collections: Distinct<String>,
    place: Place,
    /// For each open parenthesis what is expected behind it, once it is closed.
    outer: Vec<Level>,
    level: Level,
    is_too_deep: usize,
    /// The next name belongs to the last one.
    is_dotted: bool,
    /// The target that was named last, as far as it is known.
    target: Option<String>,
}

#[derive(Clone, Copy, Default)]
struct Level {
    /// There is an operation whose `FROM` is followed by tables.
    has_query: bool,
    /// What comes next is a target.
    expects: Option<Target>,
    /// In a list of tables: a comma is followed by another.
    in_list: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Table,
    /// A procedure, a user, an index.
    Other,
    /// After `CREATE`: `TABLE` or the like, and then its name.
    Object,
}

impl Reader {
    fn word(&mut self, text: &str, is_call: bool) {
        if self.is_dotted {
            return self.name(text);
        }
        self.end_target();
        let role = Role::of(text, self.place, is_call);
        self.place = self.place.after_word(role);
        let level = &mut self.level;
        match (role, level.expects) {
            (Role::Operation(operation), _) => self.operation(operation),
            (Role::Table, Some(Target::Object)) => self.object(text, Target::Table),
            (Role::Object, Some(Target::Object)) => self.object(text, Target::Other),
            // `CREATE UNIQUE INDEX`, `TRUNCATE TABLE`.
            (_, Some(Target::Object)) | (Role::Filler | Role::Table, Some(_)) => {}
            (Role::From, _) => {
                level.expects = level.has_query.then_some(Target::Table);
                level.in_list = level.has_query;
            }
            (Role::Into, _) => {
                level.expects = Some(Target::Table);
                level.in_list = false;
            }
            (_, Some(_)) => self.name(text),
            (Role::EndsList, None) => level.in_list = false,
            _ => {}
        }
    }

    fn operation(&mut self, operation: &'static str) {
        self.push(operation);
        self.operations.add(operation);
        self.level.expects = match operation {
            "INSERT" | "UPDATE" | "MERGE" | "REPLACE" | "TRUNCATE" | "COPY" => Some(Target::Table),
            "CALL" | "EXEC" | "EXECUTE" => Some(Target::Other),
            "CREATE" | "ALTER" | "DROP" => Some(Target::Object),
            _ => None,
        };
        self.level.has_query = matches!(operation, "SELECT" | "DELETE" | "UPDATE" | "MERGE");
        self.level.in_list = false;
    }

    /// What is created, altered or dropped.
    fn object(&mut self, text: &str, target: Target) {
        self.push(&text.to_ascii_uppercase());
        self.level.expects = Some(target);
    }

    /// A name that stands where a target does, or not.
    fn name(&mut self, text: &str) {
        let is_plain = !text.is_empty()
            && text.len() <= MAX_NAME
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '-'));
        self.place = Place::Within;
        if std::mem::take(&mut self.is_dotted) {
            if let Some(target) = self.target.as_mut().filter(|_| is_plain) {
                target.push('.');
                target.push_str(text);
            }
            return;
        }
        self.end_target();
        if matches!(self.level.expects, Some(Target::Table | Target::Other)) && is_plain {
            self.target = Some(text.to_owned());
        } else {
            self.level.expects = None;
        }
    }

    fn value(&mut self) {
        self.end_target();
        self.level.expects = None;
        self.place = Place::Within;
    }

    fn punct(&mut self, punct: u8) {
        self.is_dotted = punct == b'.' && self.target.is_some();
        if self.is_dotted {
            return;
        }
        self.end_target();
        self.place = self.place.after_punct(punct);
        match punct {
            b'(' if self.outer.len() >= MAX_DEPTH => self.is_too_deep += 1,
            b'(' => {
                self.level.expects = None;
                self.outer.push(std::mem::take(&mut self.level));
            }
            b')' if self.is_too_deep > 0 => self.is_too_deep -= 1,
            b')' => self.level = self.outer.pop().unwrap_or_default(),
            // A value, or what stands for one.
            b'?' => self.level.expects = None,
            b',' if self.level.in_list => self.level.expects = Some(Target::Table),
            b';' => {
                self.outer.clear();
                self.level = Level::default();
            }
            _ => {}
        }
    }

    /// The target is complete.
    fn end_target(&mut self) {
        let Some(target) = self.target.take() else { return };
        if self.level.expects.take() == Some(Target::Table) {
            self.collections.add(target.clone());
        }
        self.push(&target);
    }

    fn push(&mut self, word: &str) {
        if self.is_too_deep > 0 {
            return;
        }
        let space = usize::from(!self.text.is_empty());
        if self.text.len() + space + word.len() > MAX_SUMMARY {
            self.is_full = true;
            return;
        }
        if space > 0 {
            self.text.push(' ');
        }
        self.text.push_str(word);
    }

    fn finish(mut self) -> Summary {
        self.end_target();
        let Self { text, operations, collections, .. } = self;
        Summary { text, operation: operations.single(), collection: collections.single() }
    }
}
