use std::path::PathBuf;

use super::Builder;

/// What the explorer remembers.
impl Builder {
    /// A file (SQLite) that keeps what the explorer has when the app restarts, within the same
    /// bounds. Defaults to none: it forgets. Its directory has to exist.
    ///
    /// # Security
    /// The file holds what leaves the process, redacted; only its owner may read it.
    pub fn explorer_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.options.explorer.file = Some(file.into());
        self
    }
}
