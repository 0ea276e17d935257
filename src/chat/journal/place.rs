//! The file under its name: opened to append, locked, and the same as long as the name is its own.

use rustix::fs::{OFlags, fcntl_setfl};
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long a server at its start waits for another one to end: as long as that may take.
const TURN: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Place {
    file: File,
    id: Id,
    /// What is in it up to now, in bytes; a pipe has no length.
    length: Option<u64>,
    /// It ends in the middle of a line that will not be completed.
    pub(super) is_torn: bool,
}

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id {
    device: u64,
    inode: u64,
}

impl Id {
    pub(super) fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
        }
    }
}

impl Place {
    /// [`WouldBlock`](io::ErrorKind::WouldBlock): another server writes to it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // A pipe without a reader is an error at once; one whose reader stands still is
        // waited for, like a disk.
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .custom_flags(OFlags::NONBLOCK.bits() as i32)
            .open(path)?;
        fcntl_setfl(&file, OFlags::APPEND)?;
        let found = file.metadata()?;
        // A device (/dev/null) is everyone's.
        if !found.file_type().is_char_device() {
            lock(&file)?;
        }
        let length = file.metadata()?.len();
        Ok(Self {
            id: Id::of(&found),
            is_torn: found.is_file() && length > 0 && last_byte(path, length) != Some(b'\n'),
            length: found.is_file().then_some(length),
            file,
        })
    }

    /// Is this what the path leads to, and has nothing been cut off from it?
    pub(super) fn is_at(&self, path: &Path) -> bool {
        match path.metadata() {
            Ok(found) => Id::of(&found) == self.id && self.length <= Some(found.len()),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.length = self.length.map(|length| length + count as u64);
        Ok(count)
    }
}

fn lock(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let why = "another server writes to it";
            Err(io::Error::new(io::ErrorKind::WouldBlock, why))
        }
        // Where there are no locks, no other server is kept out.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

fn last_byte(path: &Path, length: u64) -> Option<u8> {
    let mut last = [0];
    let file = File::open(path).ok()?;
    file.read_exact_at(&mut last, length - 1).ok()?;
    Some(last[0])
}

/// Opens it when its turn has come: at a restart, the former server may still be saying goodbye.
pub(super) fn open_in_turn(path: &Path) -> io::Result<Place> {
    let deadline = Instant::now() + TURN;
    let mut has_told = false;
    loop {
        match Place::open(path) {
            Err(error)
                if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < deadline =>
            {
                if !has_told {
                    log::info!("{}: {error}, waiting for its end", path.display());
                }
                has_told = true;
                thread::sleep(GLANCE);
            }
            outcome => return outcome,
        }
    }
}
