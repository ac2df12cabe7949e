/// What is known of the language that a statement is in.
///
/// Dialects disagree on what is a comment and what a name. What is not known is read in every way
/// at once, and where the ways differ the rest of the statement is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Dialect {
    /// Any.
    #[default]
    Unknown,
    /// PostgreSQL and what reads its language: `"…"` are names, `#` is part of operators.
    Postgres,
    /// MySQL and MariaDB: `#` begins a comment.
    MySql,
    /// SQL Server: `#` begins the name of a temporary table.
    SqlServer,
    /// Oracle: `q'[…]'` is a string.
    Oracle,
}

/// What a `#` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Unknown,
    Comment,
    Name,
    Operator,
}

/// Whether a dialect has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
    Maybe,
}

impl Dialect {
    pub(super) fn hash(self) -> Hash {
        match self {
            Self::Unknown | Self::Oracle => Hash::Unknown,
            Self::MySql => Hash::Comment,
            Self::SqlServer => Hash::Name,
            Self::Postgres => Hash::Operator,
        }
    }

    /// Whether `//` may begin a comment, as for Snowflake and Cassandra.
    pub(super) fn has_slash_comments(self) -> bool {
        self == Self::Unknown
    }

    /// Whether `--` begins a comment without a space behind it; for MySQL it is two operators.
    pub(super) fn has_tight_dashes(self) -> bool {
        matches!(self, Self::Postgres | Self::SqlServer | Self::Oracle)
    }

    /// Whether `[…]` may be a name, as for SQL Server and SQLite.
    pub(super) fn has_brackets(self) -> bool {
        matches!(self, Self::Unknown | Self::SqlServer)
    }

    /// Whether `"…"` is a name for certain.
    pub(super) fn has_quoted_names(self) -> bool {
        self == Self::Postgres
    }

    /// Whether `$$…$$` is a string.
    pub(super) fn dollar_quotes(self) -> Known {
        self.only(Self::Postgres)
    }

    /// Whether `E'…'` is a string with backslashes as escapes.
    pub(super) fn escape_strings(self) -> Known {
        self.only(Self::Postgres)
    }

    /// Whether `q'[…]'` is a string.
    pub(super) fn chosen_quotes(self) -> Known {
        self.only(Self::Oracle)
    }

    fn only(self, dialect: Self) -> Known {
        match self {
            Self::Unknown => Known::Maybe,
            known if known == dialect => Known::Yes,
            _ => Known::No,
        }
    }
}
