//! From the one dialect to the other, piece by piece.

use std::{iter::Peekable, mem, str::Chars};

/// A category of Unicode is hundreds of ranges.
const CATEGORY_WEIGHT: usize = 8;

/// Groups within groups.
const MAX_NESTING: usize = 32;

pub(super) struct Translation<'p> {
    input: Peekable<Chars<'p>>,
    pub(super) output: String,
    /// How many characters or classes the pattern has, repetitions spelt out.
    pub(super) weight: usize,
    /// The weights before the groups that are open.
    groups: Vec<usize>,
    /// The weight of what a quantifier would repeat.
    atom: usize,
    previous: Previous,
}

/// What the last piece was: it decides what may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Previous {
    /// Nothing yet in this branch: `^` is an anchor here.
    Start,
    /// Something that a quantifier may follow.
    Atom,
    Other,
}

impl<'p> Translation<'p> {
    pub(super) fn of(pattern: &'p str) -> Result<Self, &'static str> {
        let mut this = Self {
            input: pattern.chars().peekable(),
            output: String::with_capacity(pattern.len() + 16),
            weight: 0,
            groups: Vec::new(),
            atom: 0,
            previous: Previous::Start,
        };
        while let Some(c) = this.input.next() {
            this.previous = this.piece(c)?;
        }
        if this.groups.is_empty() { Ok(this) } else { Err("a group is not closed") }
    }

    fn piece(&mut self, c: char) -> Result<Previous, &'static str> {
        Ok(match c {
            '(' if self.groups.len() >= MAX_NESTING => return Err("groups are nested too deeply"),
            '(' => {
                self.groups.push(mem::take(&mut self.weight));
                self.output.push_str("(?:");
                Previous::Start
            }
            ')' => {
                let before = self.groups.pop().ok_or("`)` closes nothing")?;
                let group = mem::replace(&mut self.weight, before);
                self.output.push(')');
                self.weigh(group)
            }
            '|' => {
                self.output.push('|');
                Previous::Start
            }
            '*' | '+' | '?' | '{' if self.previous != Previous::Atom => {
                return Err("a quantifier follows nothing");
            }
            '*' | '+' | '?' => {
                self.output.push(c);
                Previous::Other
            }
            '{' => self.range_quantifier()?,
            '}' | ']' => return Err("an unescaped `}` or `]`"),
            '.' => {
                self.output.push_str(r"[^\n\r]");
                self.weigh(1)
            }
            '[' => self.class()?,
            '\\' => {
                let weight = self.escape()?;
                self.weigh(weight)
            }
            '^' if self.previous == Previous::Start => {
                self.output.push('^');
                Previous::Other
            }
            '$' if matches!(self.input.peek(), None | Some('|' | ')')) => {
                self.output.push('$');
                Previous::Other
            }
            c => {
                self.literal(c);
                self.weigh(1)
            }
        })
    }

    /// Ends an atom.
    fn weigh(&mut self, atom: usize) -> Previous {
        self.atom = atom;
        self.weight = self.weight.saturating_add(atom);
        Previous::Atom
    }

    /// `{n}`, `{n,}` or `{n,m}`; a second quantifier may not follow, so this is no atom.
    fn range_quantifier(&mut self) -> Result<Previous, &'static str> {
        let mut text = String::from("{");
        loop {
            match self.input.next() {
                Some('}') => break,
                Some(c) if c.is_ascii_digit() || c == ',' => text.push(c),
                _ => return Err("a quantifier is `{n}`, `{n,}` or `{n,m}`"),
            }
        }
        let bounds = text.get(1..).unwrap_or_default();
        let (least, most) = bounds.split_once(',').unwrap_or((bounds, ""));
        if least.is_empty() || most.contains(',') {
            return Err("a quantifier is `{n}`, `{n,}` or `{n,m}`");
        }
        let times = most.parse().or_else(|_| least.parse()).unwrap_or(usize::MAX);
        self.weight = self.weight.saturating_add(self.atom.saturating_mul(times));
        text.push('}');
        self.output.push_str(&text);
        Ok(Previous::Other)
    }

    /// One character, escaped for the engine unless it is plain.
    fn literal(&mut self, c: char) {
        // To escape `<` and `>` would make them word boundaries.
        if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
            self.output.push('\\');
        }
        self.output.push(c);
    }

    /// What follows a backslash; returns its weight.
    fn escape(&mut self) -> Result<usize, &'static str> {
        match self.input.next() {
            Some(c @ ('p' | 'P')) => {
                self.category(c)?;
                Ok(CATEGORY_WEIGHT)
            }
            Some(c) => {
                let c = single_escape(c)?;
                self.literal(c);
                Ok(1)
            }
            None => Err("nothing follows the last `\\`"),
        }
    }

    /// `\p{Lu}`: a general category of Unicode.
    fn category(&mut self, p: char) -> Result<(), &'static str> {
        let mut name = String::new();
        if self.input.next() != Some('{') {
            return Err("`\\p` needs a category in braces");
        }
        loop {
            match self.input.next() {
                Some('}') => break,
                Some(c) if c.is_ascii_alphabetic() && name.len() < 2 => name.push(c),
                _ => return Err("not a category of Unicode"),
            }
        }
        if !is_category(&name) {
            return Err("not a category of Unicode");
        }
        self.output.extend(['\\', p, '{']);
        self.output.push_str(&name);
        self.output.push('}');
        Ok(())
    }

    /// `[abc]`, `[^a-z\-]` …: characters, ranges, escapes and categories.
    fn class(&mut self) -> Result<Previous, &'static str> {
        self.output.push('[');
        if self.input.next_if_eq(&'^').is_some() {
            self.output.push('^');
        }
        let mut is_empty = true;
        let mut weight = 1;
        loop {
            let c = self.input.next().ok_or("a character class is not closed")?;
            match c {
                ']' if is_empty => return Err("an empty character class"),
                ']' => break,
                // A hyphen stands for itself only first or last.
                '-' if !is_empty && self.input.peek() != Some(&']') => {
                    return Err("escape a `-` that makes no range");
                }
                '\\' if matches!(self.input.peek(), Some('p' | 'P')) => weight = self.escape()?,
                c => {
                    let first = self.class_char(c)?;
                    self.literal(first);
                    self.range_end(c)?;
                }
            }
            is_empty = false;
        }
        self.output.push(']');
        Ok(self.weigh(weight))
    }

    /// The other end, if a range begins here.
    fn range_end(&mut self, first: char) -> Result<(), &'static str> {
        let mut ahead = self.input.clone();
        if first == '-' || ahead.next() != Some('-') || ahead.next() == Some(']') {
            return Ok(());
        }
        self.input.next();
        let c = self.input.next().ok_or("a character class is not closed")?;
        let last = self.class_char(c)?;
        self.output.push('-');
        self.literal(last);
        Ok(())
    }

    fn class_char(&mut self, c: char) -> Result<char, &'static str> {
        match c {
            '[' => Err("escape a `[` inside a character class"),
            '\\' => single_escape(self.input.next().ok_or("a character class is not closed")?),
            c => Ok(c),
        }
    }
}

/// The character that an escape of one character stands for.
fn single_escape(c: char) -> Result<char, &'static str> {
    match c {
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        '('..='+' | '-' | '.' | '?' | '['..='^' | '{'..='}' | '$' => Ok(c),
        _ => Err("not an escape of I-Regexp (write `[0-9]` for `\\d`)"),
    }
}

fn is_category(name: &str) -> bool {
    const CATEGORIES: [(&str, &str); 7] = [
        ("L", "ulmto"),
        ("M", "nce"),
        ("N", "dlo"),
        ("P", "cdseifo"),
        ("Z", "slp"),
        ("S", "mcko"),
        ("C", "cfon"),
    ];
    CATEGORIES.iter().any(|(major, minors)| {
        name.strip_prefix(major).is_some_and(|minor| minor.is_empty() || minors.contains(minor))
    })
}
