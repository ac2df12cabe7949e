use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use tokio::task::spawn_blocking;

use super::{
    directory::Directory,
    disk::{Disk, Trouble},
    record::{Record, with_key, without_key},
};
use crate::{
    error::ConfigError,
    telemetry::{
        held::Held,
        notice::{self, Throttle},
        settings::{Exporter, Settings},
        stats::{Counters, DropReason},
    },
};

/// Requests on disk. What touches the disk runs on threads that may block.
#[derive(Debug)]
pub(crate) struct Spool(Arc<Inner>);

/// A request from disk, as it is to be sent.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) body: Bytes,
    pub(super) spans: u64,
    exchanges: u64,
    /// Whether this process made it.
    own: bool,
    /// Which of the files, of those that were set aside one after the other, it is in.
    file: u64,
}

/// The disk cannot be read now.
#[derive(Debug)]
pub(super) struct Unreadable;

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    state: Mutex<State>,
    waiting: AtomicUsize,
    counters: Arc<Counters>,
    key: Option<KeyValue>,
    owner: u128,
    /// One for each thing there is to say, once a minute.
    full: Throttle,
    failing: Throttle,
}

#[derive(Debug)]
struct State {
    disk: Disk,
    /// What this process put there: spans, exchanges.
    own: (u64, u64),
    /// How many files were set aside.
    file: u64,
}

impl Spool {
    /// Takes the directory, if there is to be a spool for traces that leave by OTLP.
    pub(crate) fn open(
        settings: &Settings,
        counters: &Arc<Counters>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(spool) = &settings.spool else { return Ok(None) };
        if settings.traces != Exporter::Otlp {
            return Ok(None);
        }
        let refused =
            |why: String| ConfigError::option("spool", spool.dir.display().to_string(), why);
        let directory = Directory::take(&spool.dir).map_err(refused)?;
        let inner = Inner {
            dir: spool.dir.clone(),
            state: Mutex::new(State {
                disk: Disk::new(directory, spool.max_bytes),
                own: (0, 0),
                file: 0,
            }),
            waiting: AtomicUsize::new(0),
            counters: Arc::clone(counters),
            key: settings.identity.key_attribute(),
            owner: fastrand::u128(..),
            full: Throttle::minute(),
            failing: Throttle::minute(),
        };
        inner.open().map_err(|trouble| refused(format!("the queue in it: {trouble}")))?;
        Ok(Some(Self(Arc::new(inner))))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) == 0
    }

    /// Puts a request behind the others, or counts its loss where there is no room. It comes back
    /// when the disk fails.
    pub(super) async fn append(&self, held: Held) -> Result<(), Held> {
        let inner = Arc::clone(&self.0);
        // Where the runtime ends first, the request counts its own loss.
        spawn_blocking(move || inner.append(held)).await.unwrap_or(Ok(()))
    }

    /// The request that waits longest.
    pub(super) async fn oldest(&self) -> Result<Option<Stored>, Unreadable> {
        let inner = Arc::clone(&self.0);
        spawn_blocking(move || inner.oldest()).await.unwrap_or(Err(Unreadable))
    }

    /// Removes the request that [`oldest`](Self::oldest) gave, of whose spans so many were refused.
    pub(super) async fn settle(&self, stored: Stored, rejected: u64) {
        let inner = Arc::clone(&self.0);
        let _ = spawn_blocking(move || inner.settle(&stored, rejected)).await;
    }

    /// Says what stays when the process ends.
    pub(super) fn say_what_stays(&self) {
        let waiting = self.0.waiting.load(Ordering::Acquire);
        if waiting > 0 {
            let dir = self.0.dir.display();
            notice::info(&format!("{waiting} requests stay in {dir} for the next start"));
        }
    }
}

impl Inner {
    /// Opens what a former process left.
    fn open(&self) -> Result<(), Trouble> {
        let mut state = self.lock();
        let opened = state.disk.open(|element| {
            if let Some(record) = Record::decode(element) {
                self.counters.drop_spans(record.spans);
                self.counters.drop_recovered(DropReason::SpoolFull, record.exchanges);
            }
        });
        match opened {
            Err(Trouble::Damaged(why)) => self.set_aside(&mut state, &why),
            other => other?,
        }
        let waiting = self.publish(&state);
        if waiting > 0 {
            let dir = self.dir.display();
            notice::info(&format!("{waiting} requests of a former process wait in {dir}"));
        }
        Ok(())
    }

    fn append(&self, held: Held) -> Result<(), Held> {
        let (spans, exchanges) = held.worth();
        let Some(body) = without_key(&held.body(), self.key.as_ref()) else { return Err(held) };
        let element = Record { owner: self.owner, spans, exchanges, body }.encode();
        let mut state = self.lock();
        let appended = state.disk.append(&element);
        let result = match appended {
            Ok(true) => {
                state.own.0 += spans;
                state.own.1 += exchanges;
                held.spooled();
                Ok(())
            }
            Ok(false) => {
                if self.full.ready() {
                    let dir = self.dir.display();
                    notice::warn(&format!("{dir} holds as much as it may: spans are lost"));
                }
                held.lost(DropReason::SpoolFull);
                Ok(())
            }
            Err(trouble) => {
                self.say(&mut state, &trouble);
                Err(held)
            }
        };
        self.publish(&state);
        result
    }

    fn oldest(&self) -> Result<Option<Stored>, Unreadable> {
        let mut state = self.lock();
        let file = state.file;
        let stored = state
            .disk
            .oldest()
            .and_then(|element| element.map(|element| self.stored(element, file)).transpose());
        let result = stored.or_else(|trouble| {
            let lasts = matches!(trouble, Trouble::Disk(_));
            self.say(&mut state, &trouble);
            if lasts { Err(Unreadable) } else { Ok(None) }
        });
        self.publish(&state);
        result
    }

    fn stored(&self, element: Vec<u8>, file: u64) -> Result<Stored, Trouble> {
        let record = Record::decode(element)
            .ok_or_else(|| Trouble::Damaged("what is in it is not ours".to_owned()))?;
        let body = with_key(&record.body, self.key.as_ref())
            .ok_or_else(|| Trouble::Damaged("what is in it is not OTLP".to_owned()))?;
        let Record { owner, spans, exchanges, .. } = record;
        Ok(Stored { body, spans, exchanges, own: owner == self.owner, file })
    }

    fn settle(&self, stored: &Stored, rejected: u64) {
        let mut state = self.lock();
        if stored.file != state.file {
            // Meanwhile it was set aside with its file, and counted then.
            return;
        }
        let removed = state.disk.remove();
        let Stored { spans, exchanges, own, .. } = *stored;
        let counters = &self.counters;
        let rejected = rejected.min(spans);
        let lost = rejected.min(exchanges);
        counters.export_spans(spans - rejected);
        counters.drop_spans(rejected);
        if own {
            state.own.0 = state.own.0.saturating_sub(spans);
            state.own.1 = state.own.1.saturating_sub(exchanges);
            counters.unspool(exchanges);
            counters.drop_exchanges(DropReason::Rejected, lost);
            counters.export(exchanges - lost);
        } else {
            counters.drop_recovered(DropReason::Rejected, lost);
            counters.recover(spans - rejected, exchanges - lost);
        }
        match removed {
            Ok(()) => {}
            Err(Trouble::Damaged(why)) => self.set_aside(&mut state, &why),
            Err(Trouble::Disk(error)) => {
                let dir = self.dir.display();
                notice::warn(&format!(
                    "{dir}: what was sent cannot be removed ({error}): the spool is not used any \
                     more, and one request is sent again after the next start"
                ));
            }
        }
        self.publish(&state);
    }

    /// Says what is wrong, and sets aside what is damaged.
    fn say(&self, state: &mut State, trouble: &Trouble) {
        match trouble {
            Trouble::Damaged(why) => self.set_aside(state, why),
            Trouble::Disk(error) => {
                if self.failing.ready() {
                    let dir = self.dir.display();
                    notice::warn(&format!("{dir}: {error}; spans wait in memory meanwhile"));
                }
            }
        }
    }

    fn set_aside(&self, state: &mut State, why: &str) {
        let dir = self.dir.display();
        match state.disk.set_aside() {
            Ok(path) => {
                let path = path.display();
                notice::warn(&format!("the queue in {dir} is damaged ({why}); it is now {path}"));
            }
            Err(error) => notice::warn(&format!(
                "the queue in {dir} is damaged ({why}) and cannot be moved ({error}): the spool is \
                 not used any more"
            )),
        }
        state.file += 1;
        let (spans, exchanges) = std::mem::take(&mut state.own);
        self.counters.unspool(exchanges);
        self.counters.drop_spans(spans);
        self.counters.drop_exchanges(DropReason::SpoolDamaged, exchanges);
    }

    fn publish(&self, state: &State) -> usize {
        let waiting = state.disk.waiting();
        self.waiting.store(waiting, Ordering::Release);
        waiting
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
