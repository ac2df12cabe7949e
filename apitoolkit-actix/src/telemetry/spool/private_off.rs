//! Where files have no modes: they are what the directory makes them.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

pub(super) fn create_dir(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(super) fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(path)
}

pub(super) fn close_to_others(_path: &Path) -> io::Result<()> {
    Ok(())
}
