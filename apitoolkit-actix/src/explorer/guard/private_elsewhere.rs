use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Makes a file; an error if there is one already. Who can read it is what the directory says:
/// that of the user's own state, or one that the app names.
pub(in crate::explorer) fn create(file: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(file)
}

/// The directory says it.
pub(in crate::explorer::guard) fn is_private(_file: &Path) -> bool {
    true
}
