use std::{path::Path, sync::Arc};

use super::{Bounds, Store};
use crate::{
    error::ConfigError,
    explorer::record::{Line, Record},
};

/// What there is none of without the feature `explorer-file`.
#[derive(Debug)]
pub(in crate::explorer) enum File {}

impl File {
    pub(in crate::explorer) fn open(path: &Path, _bounds: Bounds) -> Result<Self, ConfigError> {
        Err(ConfigError::option(
            "explorer_file",
            path.display().to_string(),
            "needs the cargo feature `explorer-file` of apitoolkit-actix",
        ))
    }

    pub(in crate::explorer) fn read_into(&mut self, _store: &Store) {
        match *self {}
    }

    pub(in crate::explorer) fn write(
        &mut self,
        _records: &[Arc<Record>],
        _lines: &[Line],
        _store: &Store,
    ) {
        match *self {}
    }
}
