//! The writer thread: it alone waits for the disk.

use super::load::{self, Adopt, End};
use super::place::Place;
use super::{Shared, State};
use crate::sync::{fault, gap, spawn, yield_now};
use crate::time;
use std::io;
use std::sync::Arc;
use std::time::Duration;

const STACK: usize = 512 << 10;
/// The most bytes of memory that are kept for the next burst.
const USUAL: usize = 256 << 10;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(in crate::chat) struct Writer {
    shared: Arc<Shared>,
    epoch: String,
    /// The file, as long as it has the path as its name.
    file: Option<Place>,
    /// Where reading ended, if another server had the file then: it may have written more.
    unread: Option<End>,
    /// The run has begun in an earlier file of this name.
    has_begun: bool,
    /// Lines on their way into the file, and how many bytes of them are in it.
    pub(super) taken: Vec<u8>,
    pub(super) written: usize,
    /// The count of bytes handed over when they were taken.
    place: u64,
    pause: Duration,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, epoch: &str, file: io::Result<Place>, end: End) -> Self {
        let mut writer = Self {
            shared,
            epoch: epoch.to_owned(),
            file: None,
            unread: None,
            has_begun: false,
            taken: Vec::new(),
            written: 0,
            place: 1,
            pause: FIRST_PAUSE,
        };
        match file {
            Ok(file) => writer.begin(file),
            Err(error) => {
                writer.unread = (error.kind() == io::ErrorKind::WouldBlock).then_some(end);
                writer.shared.degrade(writer.shared.lock(), &error);
            }
        }
        writer
    }

    pub(super) fn start(mut self, adopt: Adopt) -> io::Result<()> {
        let run = move || {
            self.run(&adopt);
            self.shared.lock().over = true;
            self.shared.progress.notify_all();
        };
        spawn("history", STACK, run)
    }

    fn run(&mut self, adopt: &Adopt) {
        while self.take() {
            // This try is the last one if the end had come before it.
            let is_last = self.shared.lock().ended;
            if fault("a line counts as written when it was taken") {
                self.shared.lock().settled = self.place;
                yield_now();
            }
            match self.write(adopt) {
                Ok(()) => {
                    self.pause = FIRST_PAUSE;
                    self.shared.lock().settled = self.place;
                    self.shared.progress.notify_all();
                }
                Err(error) => {
                    self.shared.degrade(self.shared.lock(), &error);
                    if is_last {
                        return;
                    }
                    self.sleep(&error);
                }
            }
        }
    }

    /// Waits for lines and takes them. `false`: all is written, and nothing more comes.
    fn take(&mut self) -> bool {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        let has_rest = !self.taken.is_empty() || self.file.is_none();
        while !has_rest && state.waiting.is_empty() {
            if shared.is_degraded() {
                shared.recover(state);
                state = shared.lock();
            } else if state.ended {
                return false;
            } else {
                gap(&mut state, "the writer looks and sleeps in two steps");
                state = shared.work.wait(state);
            }
        }
        if self.taken.is_empty() {
            std::mem::swap(&mut self.taken, &mut state.waiting);
            gap(&mut state, "lines are taken and counted in two steps");
            self.place = state.handed;
        }
        true
    }

    /// Pauses after a failure, longer each time, unless another server has the file: that may end at any time.
    fn sleep(&mut self, error: &io::Error) {
        let state = self.shared.lock();
        let goes_on = |state: &mut State| !state.ended;
        drop((self.shared.work).wait_timeout_while(state, self.pause, goes_on));
        if error.kind() != io::ErrorKind::WouldBlock {
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
    }

    pub(super) fn write(&mut self, adopt: &Adopt) -> io::Result<()> {
        let path = &self.shared.path;
        // The file was renamed, as `logrotate` does it, or deleted: lines written there would be lost.
        self.file.take_if(|file| !file.is_at(path));
        if self.file.is_none() {
            let file = Place::open(path)?;
            if let Some(end) = self.unread.take() {
                load::read_on(path, &end, adopt);
            }
            self.begin(file);
        }
        let file = self.file.as_mut().expect("it is open");
        while self.written < self.taken.len() {
            match file.write(&self.taken[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.written = 0;
        self.taken.clear();
        self.taken.shrink_to(USUAL);
        Ok(())
    }

    /// Puts the line that begins a run in front of what is to be written.
    fn begin(&mut self, file: Place) {
        let at = time::timestamp(time::now());
        let end = if file.is_torn { "\n" } else { "" };
        // Earlier lines are not in this file: a room that it does not name need not have been silent.
        let continued = if self.has_begun {
            r#","continued":true"#
        } else {
            ""
        };
        let epoch = &self.epoch;
        let opening = format!("{end}{{\"epoch\":\"{epoch}\",\"at\":\"{at}\"{continued}}}\n");
        // A line of which a part is in another file is written again.
        let in_file = &self.taken[..self.written];
        let whole = in_file.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |end| end + 1);
        self.taken.splice(..whole, opening.into_bytes());
        self.written = 0;
        self.has_begun = true;
        self.file = Some(file);
    }
}
