use std::{
    fmt,
    fs::{self, File},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use queue_file::{Error, QueueFile};

use super::{directory::Directory, private};

/// The queue in a directory. Everything here blocks on the disk.
#[derive(Debug)]
pub(super) struct Disk {
    directory: Directory,
    max_bytes: u64,
    /// Absent when nothing waits, and after a failure, until the next use.
    file: Option<QueueFile>,
    waiting: usize,
    /// Something that was sent could not be removed: used again, it would be sent again and again.
    given_up: bool,
}

/// What can be wrong with the queue.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The disk, now; it may be better later.
    Disk(io::Error),
    /// The content, for good.
    Damaged(String),
}

/// What `queue-file` adds to an element, in bytes.
const OVERHEAD: u64 = 44;
/// And to the file.
const HEADERS: u64 = 8_192;
/// What a file of the present format has at the start of one of its two headers, or of both.
const MAGIC: [u8; 4] = *b"QFMH";
const SECOND_HEADER: u64 = 4_096;

impl Disk {
    pub(super) fn new(directory: Directory, max_bytes: u64) -> Self {
        Self { directory, max_bytes, file: None, waiting: 0, given_up: false }
    }

    /// How many requests wait, as far as is known.
    pub(super) fn waiting(&self) -> usize {
        if self.given_up { 0 } else { self.waiting }
    }

    /// Opens what a former process left. What no longer fits is handed to `dropped`.
    pub(super) fn open(&mut self, dropped: impl FnMut(Vec<u8>)) -> Result<(), Trouble> {
        let path = self.directory.queue();
        match fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
            Ok(found) if found.len() > self.max_bytes => self.shrink(&path, dropped)?,
            Ok(_) => {}
        }
        self.file()?;
        Ok(())
    }

    /// Puts a request behind the others; false when there is no room for it.
    pub(super) fn append(&mut self, element: &[u8]) -> Result<bool, Trouble> {
        if self.given_up {
            return Err(Trouble::Disk(io::Error::other("the spool was given up")));
        }
        let needed = OVERHEAD + element.len() as u64;
        if self.file()?.is_none() {
            if HEADERS + needed > self.max_bytes {
                return Ok(false);
            }
            let file = create(&self.directory.queue(), self.max_bytes)?;
            self.file = Some(file);
        }
        self.with_file(|file| {
            if file.file_len() - file.used_bytes() < needed {
                return Ok(false);
            }
            file.add(element).map(|()| true)
        })
    }

    /// The request that waits longest.
    pub(super) fn oldest(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        match self.file()? {
            Some(_) => self.with_file(|file| file.peek()),
            None => Ok(None),
        }
    }

    /// Removes the request that waits longest, and the file with the last. If the disk does not let
    /// it, nothing is read or written any more; what is left is for the next process.
    pub(super) fn remove(&mut self) -> Result<(), Trouble> {
        let removed = match self.file().map(|file| file.map(|file| file.size())) {
            Ok(None) => Ok(()),
            Ok(Some(1)) => {
                self.file = None;
                self.waiting = 0;
                match fs::remove_file(self.directory.queue()) {
                    Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
                    _ => Ok(()),
                }
            }
            Ok(Some(_)) => self.with_file(QueueFile::remove),
            Err(trouble) => Err(trouble),
        };
        self.given_up = matches!(removed, Err(Trouble::Disk(_)));
        removed
    }

    /// Moves a damaged queue out of the way; a new one is begun when it is needed.
    pub(super) fn set_aside(&mut self) -> io::Result<PathBuf> {
        self.file = None;
        self.waiting = 0;
        let aside = self.directory.set_aside();
        self.given_up = aside.is_err();
        aside
    }

    /// The file, opened if it is there.
    fn file(&mut self) -> Result<Option<&mut QueueFile>, Trouble> {
        if self.file.is_none() && !self.given_up {
            let path = self.directory.queue();
            if path.try_exists()? {
                let file = open(&path)?;
                self.waiting = file.size();
                if file.is_empty() {
                    // As a process that was killed leaves it; its size may be another.
                    fs::remove_file(&path)?;
                } else {
                    self.file = Some(file);
                }
            } else {
                self.waiting = 0;
            }
        }
        Ok(self.file.as_mut())
    }

    /// Does something with the file. After a failure it is opened again, since only the disk knows
    /// then what is in it.
    fn with_file<T>(
        &mut self,
        work: impl FnOnce(&mut QueueFile) -> Result<T, Error>,
    ) -> Result<T, Trouble> {
        let Some(mut file) = self.file.take() else {
            return Err(Trouble::Disk(ErrorKind::NotFound.into()));
        };
        let result = guarded(|| work(&mut file))?;
        self.waiting = file.size();
        self.file = Some(file);
        Ok(result)
    }

    /// Rebuilds a file that is larger than it may be, of the oldest requests that fit.
    fn shrink(&self, path: &Path, mut dropped: impl FnMut(Vec<u8>)) -> Result<(), Trouble> {
        let old = open(path)?;
        let rebuilt = self.directory.rebuilt();
        if rebuilt.try_exists()? {
            fs::remove_file(&rebuilt)?;
        }
        let mut new = create(&rebuilt, self.max_bytes)?;
        let mut seen = 0;
        let mut full = false;
        for element in &old {
            seen += 1;
            full = full || new.file_len() - new.used_bytes() < OVERHEAD + element.len() as u64;
            if full {
                dropped(element);
            } else {
                guarded(|| new.add(&element))?;
            }
        }
        if seen != old.size() {
            return Err(Trouble::Damaged(format!("{seen} of {} requests can be read", old.size())));
        }
        drop((old, new));
        Ok(fs::rename(&rebuilt, path)?)
    }
}

/// Makes a file of a size that never changes.
fn create(path: &Path, size: u64) -> Result<QueueFile, Trouble> {
    let made = make(path, size);
    if made.is_err() {
        // What is half made, or open to others, is not left behind.
        let _ = fs::remove_file(path);
    }
    made
}

fn make(path: &Path, size: u64) -> Result<QueueFile, Trouble> {
    let file = guarded(|| QueueFile::with_capacity(path, size))?;
    private::close_to_others(path)?;
    Ok(set_up(file))
}

fn open(path: &Path) -> Result<QueueFile, Trouble> {
    let mut start = File::open(path)?;
    let mut begins_at = |offset| {
        let mut magic = [0; MAGIC.len()];
        start.seek(SeekFrom::Start(offset))?;
        start.read_exact(&mut magic).map(|()| magic == MAGIC)
    };
    // Of what has another format the crate makes one of its own.
    match begins_at(0).and_then(|begins| Ok(begins || begins_at(SECOND_HEADER)?)) {
        Ok(true) => {}
        Ok(false) => return Err(Trouble::Damaged("it is not a queue".to_owned())),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            return Err(Trouble::Damaged("it is too short".to_owned()));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(set_up(guarded(|| QueueFile::open(path))?))
}

fn set_up(mut file: QueueFile) -> QueueFile {
    // What was written is the kernel's, and survives this process. To wait for the device each time
    // would make a busy app's exports as slow as its disk.
    file.set_sync_writes(false);
    // Removed with the file, when it is empty.
    file.set_overwrite_on_remove(false);
    file
}

/// A file that somebody else wrote to may trip the crate up: that is no reason for us to fall.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Trouble> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Ok(result?),
        Err(_) => Err(Trouble::Damaged("it cannot be read".to_owned())),
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::Damaged("it is truncated".to_owned()),
            _ => Self::Disk(error),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::Io { source } => source.into(),
            error => Self::Damaged(error.to_string()),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(error) => error.fmt(f),
            Self::Damaged(why) => f.write_str(why),
        }
    }
}
