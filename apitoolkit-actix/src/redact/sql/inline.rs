use super::lexer::Kind;

/// Notices where data follow a statement that are in no quotes at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Inline {
    /// A statement begins.
    #[default]
    Start,
    /// `INSERT …`: ClickHouse's `FORMAT CSV` is followed by lines of data.
    Insert,
    /// `INSERT … FORMAT`.
    Format,
    /// `COPY …`: a dump has the rows behind the `;`.
    Copy,
    /// `COPY … STDIN`.
    CopyIn,
    /// What comes next is data, or names and passwords: `CONNECT user/password@host`.
    Data,
    Other,
}

impl Inline {
    #[must_use]
    pub(super) fn after(self, kind: Kind, text: &[u8]) -> Self {
        let is = |word: &str| kind == Kind::Word && text.eq_ignore_ascii_case(word.as_bytes());
        match (self, kind) {
            (_, Kind::Space | Kind::Comment) | (Self::Data, _) => self,
            (Self::CopyIn, Kind::Punct(b';')) => Self::Data,
            (_, Kind::Punct(b';')) => Self::Start,
            (Self::Start, _) if is("INSERT") => Self::Insert,
            (Self::Start, _) if is("COPY") => Self::Copy,
            (Self::Start, _) if is("CONNECT") => Self::Data,
            (Self::Start, _) => Self::Other,
            (Self::Insert, _) if is("FORMAT") => Self::Format,
            // A column of that name.
            (Self::Format, _) if is("FROM") || is("AS") => Self::Insert,
            (Self::Format, Kind::Word) => Self::Data,
            (Self::Format, _) => Self::Insert,
            (Self::Copy, _) if is("STDIN") => Self::CopyIn,
            _ => self,
        }
    }
}
