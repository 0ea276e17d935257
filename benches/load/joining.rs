//! How a crowd comes into the room, and becomes quiet there.

use super::PATIENCE;
use super::batch::encode;
use super::clients::{Crowd, IN_FLIGHT, in_time};
use super::frames::{Mark, Seen, Tag};
use super::target::Entry;
use std::collections::HashSet;
use std::io;
use std::time::{Duration, Instant};

/// Nothing comes any more when nothing has come for so long: once a second, a room is told who
/// is there after many came.
pub(crate) const QUIET: Duration = Duration::from_millis(1_200);

/// Who was not in yet when hello was said hears it the next time.
const CALL_AGAIN: Duration = Duration::from_millis(500);

impl Crowd {
    /// Everyone from `first` on comes in, where that is something to be asked for.
    pub(crate) fn join(&mut self, first: usize) -> io::Result<()> {
        match self.dialect().entry {
            Entry::Connected => Ok(()),
            Entry::Asked { request, .. } => self.ask(first, request),
            Entry::Heard => self.call(),
        }
    }

    fn ask(&mut self, first: usize, request: fn(usize) -> String) -> io::Result<()> {
        let mut deadline = Instant::now() + PATIENCE;
        let (mut asked, mut joined) = (first, first);
        while joined < self.size() {
            while asked < self.size() && asked - joined < IN_FLIGHT {
                let mut frame = Vec::new();
                encode(0x81, request(asked).as_bytes(), &mut frame);
                self.write(asked, &frame)?;
                asked += 1;
            }
            let before = joined;
            self.turn(Duration::from_secs(1), |_, seen| {
                joined += usize::from(seen == Seen::Joined);
            })?;
            if joined > before {
                deadline = Instant::now() + PATIENCE;
            }
            in_time(deadline, || format!("{joined} came in"))?;
        }
        Ok(())
    }

    /// One says hello, again and again, until everyone has heard it.
    fn call(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let hello = Tag::new(Mark::Hello, 0, 0);
        let text = (self.dialect().say)(&String::from_utf8_lossy(hello.as_bytes()));
        let mut frame = Vec::new();
        encode(0x81, text.as_bytes(), &mut frame);
        let mut deaf: HashSet<usize> = (0..self.size()).collect();
        while !deaf.is_empty() {
            self.write(0, &frame)?;
            let again = Instant::now() + CALL_AGAIN;
            while !deaf.is_empty() && Instant::now() < again {
                self.turn(CALL_AGAIN, |member, seen| {
                    if matches!(seen, Seen::Delivered(tag) if tag.is(Mark::Hello)) {
                        deaf.remove(&member);
                    }
                })?;
            }
            in_time(deadline, || format!("{} have heard nothing", deaf.len()))?;
        }
        Ok(())
    }

    /// Waits until what follows everyone's coming is over.
    pub(crate) fn settle(&mut self, quiet: Duration) -> io::Result<()> {
        let deadline = Instant::now() + 3 * PATIENCE;
        let mut latest = Instant::now();
        while latest.elapsed() < quiet {
            self.turn(quiet, |_, _| latest = Instant::now())?;
            in_time(deadline, || "it never became quiet".to_owned())?;
        }
        Ok(())
    }
}
