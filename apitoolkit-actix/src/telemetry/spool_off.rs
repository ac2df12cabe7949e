use std::sync::Arc;

use super::{sender::Sender, settings::Settings, stats::Counters};
use crate::error::ConfigError;

/// What there is none of without the feature `spool`.
#[derive(Debug)]
pub(crate) enum Spool {}

impl Spool {
    pub(crate) fn open(
        settings: &Settings,
        _counters: &Arc<Counters>,
    ) -> Result<Option<Self>, ConfigError> {
        match &settings.spool {
            None => Ok(None),
            Some(spool) => Err(ConfigError::option(
                "spool",
                spool.dir.display().to_string(),
                "needs the cargo feature `spool` of apitoolkit-actix",
            )),
        }
    }

    pub(crate) async fn run(self, _sender: &Sender) {
        match self {}
    }
}
