use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use super::private;

/// The directory of a spool, which nobody else uses for as long as this is held.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// The lock goes with the handle, also when the process is killed.
    _lock: File,
}

const QUEUE: &str = "traces.queue";
/// How many files that were set aside are kept.
const ASIDE: usize = 3;

impl Directory {
    /// Makes the directory if need be, and takes it; the error is in words.
    pub(super) fn take(path: &Path) -> Result<Self, String> {
        let unusable = |error: io::Error| format!("the directory cannot be used: {error}");
        private::create_dir(path).map_err(unusable)?;
        let lock = private::open_file(&path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let words = "another process or another `Telemetry` uses the directory: each needs \
                             its own";
                Err(words.to_owned())
            }
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    pub(super) fn queue(&self) -> PathBuf {
        self.path.join(QUEUE)
    }

    /// Where a queue is rebuilt, to replace the one that is there.
    pub(super) fn rebuilt(&self) -> PathBuf {
        self.path.join("traces.rebuilt")
    }

    /// Moves the queue out of the way, and removes the oldest that were moved before. Says where
    /// it is now.
    pub(super) fn set_aside(&self) -> io::Result<PathBuf> {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let name = format!("{QUEUE}.corrupt-{time}");
        let names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}-{n}")));
        let mut paths = names.map(|name| self.path.join(name));
        let aside = paths.find(|path| !path.exists()).unwrap_or_else(|| self.path.join(&name));
        fs::rename(self.queue(), &aside)?;
        // That it cannot be removed is no reason to do without a spool.
        let _ = self.forget_old();
        Ok(aside)
    }

    fn forget_old(&self) -> io::Result<()> {
        let mut all = self.aside()?;
        all.sort();
        let surplus = all.len().saturating_sub(ASIDE);
        for (_, path) in all.into_iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// What was set aside, with the time it was last written to.
    fn aside(&self) -> io::Result<Vec<(SystemTime, PathBuf)>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(&format!("{QUEUE}.corrupt-")) {
                all.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        Ok(all)
    }
}
