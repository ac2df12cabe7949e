//! JSONPaths, as far as they name the fields of a form.

/// The JSONPaths of a side, read as names of form fields.
///
/// `$.email`, `$['email']` and `$..email` name the field `email`; `$.user.email` names
/// `user[email]` and `user.email`; a path that names `user` covers `user[email]`. Indices and slices
/// stand for a number (`users[0]`, `users[]`), other selectors that say more than a name (`*`,
/// filters, unions) for any part; and since a list may be a repeated field, both for none at all. A
/// form has no structure to decide it by, and too much is better than too little.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldPaths(Vec<Vec<Step>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    /// `..`: any number of parts may come before.
    is_descendant: bool,
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Name(String),
    /// A place in a list.
    Place,
    Any,
}

impl FieldPaths {
    /// Reads JSONPaths, which have been found valid before.
    pub(crate) fn new(paths: &[String]) -> Self {
        Self(paths.iter().map(|path| steps(path)).collect())
    }

    /// Whether a path selects the field, or something that the field is a part of.
    pub(crate) fn matches(&self, field: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        // The next place of a list.
        let numbered = field.replace("[]", "[0]");
        let parts: Vec<&str> =
            numbered.split(['[', ']', '.']).filter(|part| !part.is_empty()).collect();
        self.0.iter().any(|path| {
            selects(path, &parts) || matches!(path.as_slice(), [step] if step.is(field))
        })
    }
}

impl Step {
    fn is(&self, part: &str) -> bool {
        match &self.part {
            Part::Name(name) => name == part,
            Part::Place => part.bytes().all(|byte| byte.is_ascii_digit()),
            Part::Any => true,
        }
    }
}

/// Whether `path` leads to one of the nodes that `parts` goes through.
fn selects(path: &[Step], parts: &[&str]) -> bool {
    /// How many parts of a name are followed; a name of more of them is taken for selected.
    const MAX_PARTS: usize = 31;
    if parts.len() > MAX_PARTS {
        return true;
    }
    // Bit `n`: the steps so far can have led behind the first `n` parts.
    let mut reached: u32 = 1;
    // The same, if the last step had no part: the places of a list that is a repeated field.
    let mut skipped: u32 = 0;
    for step in path {
        let before = reached | skipped;
        reached = 0;
        for (index, part) in parts.iter().enumerate() {
            let from = if step.is_descendant { (1 << (index + 1)) - 1 } else { 1 << index };
            if before & from != 0 && step.is(part) {
                reached |= 1 << (index + 1);
            }
        }
        skipped = if matches!(step.part, Part::Name(_)) { 0 } else { before };
    }
    reached != 0 || (!parts.is_empty() && skipped & (1 << parts.len()) != 0)
}

fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path.trim().strip_prefix('$').unwrap_or_default().trim_start();
    while !rest.is_empty() {
        let is_descendant = rest.starts_with("..");
        rest = rest.trim_start_matches('.').trim_start();
        let (part, after) = match rest.strip_prefix('[') {
            Some(inside) => bracketed(inside),
            None => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                let name = name.trim_end();
                let part = if name == "*" { Part::Any } else { Part::Name(name.to_owned()) };
                (part, after)
            }
        };
        steps.push(Step { is_descendant, part });
        rest = after.trim_start();
    }
    steps
}

/// What is in brackets, and the rest after them.
fn bracketed(inside: &str) -> (Part, &str) {
    let mut quote = None;
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote.is_some() => escaped = true,
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            '[' if quote.is_none() => depth += 1,
            ']' if quote.is_none() && depth > 0 => depth -= 1,
            ']' if quote.is_none() => {
                let part = selected(inside.get(..at).unwrap_or_default().trim());
                return (part, inside.get(at + 1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    (Part::Any, "")
}

fn selected(selector: &str) -> Part {
    if selector.bytes().all(|byte| byte.is_ascii_digit() || b":-, \t".contains(&byte)) {
        return Part::Place;
    }
    quoted_name(selector).map_or(Part::Any, Part::Name)
}

/// The name in quotes; `None` for anything else, also for names with escapes.
fn quoted_name(selector: &str) -> Option<String> {
    let inner =
        ['\'', '"'].iter().find_map(|&quote| selector.strip_prefix(quote)?.strip_suffix(quote))?;
    (!inner.contains(['\\', '\'', '"'])).then(|| inner.to_owned())
}
