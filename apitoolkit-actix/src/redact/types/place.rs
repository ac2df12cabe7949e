//! Places in a document, as steps from its root.

use std::fmt::{self, Write as _};

/// One step from a value to what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    /// Whether any number of other steps may come before it.
    pub(super) descendant: bool,
    pub(super) selector: Selector,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Selector {
    Name(String),
    Index(usize),
    /// Every member and every element.
    Any,
    /// Every element, and no member.
    Elements,
}

impl Step {
    pub(super) fn new(selector: Selector) -> Self {
        Self { descendant: false, selector }
    }

    pub(super) fn is_named(&self) -> bool {
        matches!(self.selector, Selector::Name(_))
    }
}

/// A JSONPath (RFC 9535), in the form of the normalised paths of its section 2.7.
pub(super) fn json_path(steps: &[Step]) -> String {
    let mut path = String::from("$");
    for step in steps {
        // Writing to a string does not fail.
        let _ = write!(path, "{step}");
    }
    path
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.descendant {
            f.write_str("..")?;
        }
        match &self.selector {
            Selector::Name(name) => {
                f.write_str("['")?;
                name.chars().try_for_each(|c| write_escaped(c, f))?;
                f.write_str("']")
            }
            Selector::Index(index) => write!(f, "[{index}]"),
            Selector::Any => f.write_str("[*]"),
            Selector::Elements => f.write_str("[:]"),
        }
    }
}

fn write_escaped(c: char, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match c {
        '\'' | '\\' => write!(f, "\\{c}"),
        '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(c)),
        c => f.write_char(c),
    }
}
