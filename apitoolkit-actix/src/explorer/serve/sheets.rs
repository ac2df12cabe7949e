use std::sync::Arc;

use super::Desk;
use crate::explorer::{
    export,
    pages::{Marks, Sheet},
    record::{Kind, Record},
    replay::Replay,
};

/// What a sheet borrows from.
pub(super) struct Prepared {
    pub(super) record: Arc<Record>,
    marks: Marks,
    curl: Option<String>,
    no_replay: Option<String>,
    back: String,
}

impl Prepared {
    pub(super) fn new(desk: &Desk, record: Arc<Record>, back: Option<&str>) -> Self {
        let no_replay = desk.no_replay(&record);
        Self {
            marks: super::marks::marks(desk, &record),
            curl: record.kind.is_exchange().then(|| export::curl(&record, &desk.origin())),
            no_replay,
            back: back.map_or_else(|| format!("{}/", desk.base()), str::to_owned),
            record,
        }
    }

    /// With another address to go back to.
    pub(super) fn with_back(mut self, back: Option<&str>) -> Self {
        if let Some(back) = back {
            back.clone_into(&mut self.back);
        }
        self
    }

    pub(super) fn sheet(&self) -> Sheet<'_> {
        Sheet {
            record: &self.record,
            marks: &self.marks,
            curl: self.curl.as_deref(),
            no_replay: self.no_replay.as_deref(),
            back: &self.back,
        }
    }
}

impl Desk {
    /// Why a request cannot be sent again, if it cannot.
    fn no_replay(&self, record: &Record) -> Option<String> {
        if record.kind != Kind::Incoming {
            return None;
        }
        self.can_replay()
            .and_then(|()| Replay::of(record, &[]))
            .err()
            .map(|error| error.to_string())
    }
}
