//! The lines that a client has said, by the ids that it gave them: a line that comes again is acknowledged as
//! it was said.
//!
//! The texts of the latest lines are kept, and digests of earlier ones. A digest is enough for an honest
//! client, which repeats what it said: its own text can be sent back. Only an old id with another text has
//! no answer, and is refused.

use super::event::Name;
use super::refusal::{Code, Refusal};
use super::room::Taken;
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};

/// The most lines that are remembered for a client.
const MOST_LINES: usize = 128;
/// The most bytes of their texts.
const MOST_TEXT: usize = 64 << 10;

/// A line or a whisper that is to be said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speech<'a> {
    /// Empty for a whisper. Ids count separately in each room, and among whispers.
    pub(super) room: &'a str,
    pub(super) from: &'a Name,
    /// The listener of a whisper.
    pub(super) to: Option<&'a Name>,
    pub(super) text: &'a str,
}

/// A line that was said under an id, with the names of that time.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) from: Name,
    pub(super) to: Option<Name>,
    pub(super) text: Box<str>,
    pub(super) taken: Taken,
}

#[derive(Debug)]
struct Receipt {
    room: Box<str>,
    id: Box<str>,
    from: Name,
    to: Option<Name>,
    text: Text,
    taken: Taken,
}

#[derive(Debug)]
enum Text {
    Kept(Box<str>),
    Digest(u64),
}

/// The receipts of one client, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    receipts: VecDeque<Receipt>,
    /// Bytes of texts that are kept.
    text: usize,
    /// Its keys are random, so a client cannot find two texts with the same digest.
    digests: RandomState,
}

impl Receipts {
    /// The line that was said under this id.
    pub(super) fn find(&self, id: &str, line: Speech<'_>) -> Result<Option<Said>, Refusal> {
        let is_same = |receipt: &&Receipt| *receipt.id == *id && *receipt.room == *line.room;
        let Some(receipt) = self.receipts.iter().rfind(is_same) else {
            return Ok(None);
        };
        let text = match &receipt.text {
            Text::Kept(text) => text,
            Text::Digest(digest) if *digest == self.digests.hash_one(line.text) => line.text,
            Text::Digest(_) => {
                let told = "this id was given to another line before, which is no longer kept";
                return Err(Refusal::new(Code::IdTaken, told));
            }
        };
        Ok(Some(Said {
            from: receipt.from.clone(),
            to: receipt.to.clone(),
            text: text.into(),
            taken: receipt.taken.clone(),
        }))
    }

    /// Remembers a line that was taken, and forgets what exceeds the limits.
    pub(super) fn keep(&mut self, id: &str, line: Speech<'_>, taken: Taken) {
        if self.receipts.len() == MOST_LINES
            && let Some(oldest) = self.receipts.pop_front()
        {
            self.text -= oldest.text.kept();
        }
        self.text += line.text.len();
        self.receipts.push_back(Receipt {
            room: line.room.into(),
            id: id.into(),
            from: line.from.clone(),
            to: line.to.cloned(),
            text: Text::Kept(line.text.into()),
            taken,
        });
        for receipt in &mut self.receipts {
            if self.text <= MOST_TEXT {
                break;
            }
            if let Text::Kept(text) = &receipt.text {
                self.text -= text.len();
                receipt.text = Text::Digest(self.digests.hash_one(&**text));
            }
        }
    }
}

impl Text {
    /// The bytes that it takes.
    const fn kept(&self) -> usize {
        match self {
            Self::Kept(text) => text.len(),
            Self::Digest(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The receipts of a client that has said `count` lines, under their numbers as ids.
    fn after(count: u64, text: impl Fn(u64) -> String) -> Receipts {
        let mut receipts = Receipts::default();
        for seq in 0..count {
            let taken = Taken { seq, at: "".into() };
            receipts.keep(&seq.to_string(), line(&text(seq), &ada()), taken);
            let kept = receipts.receipts.iter().map(|receipt| match &receipt.text {
                Text::Kept(text) => text.len(),
                Text::Digest(_) => 0,
            });
            assert_eq!(receipts.text, kept.sum::<usize>());
            assert!(receipts.text <= MOST_TEXT);
        }
        receipts
    }

    fn ada() -> Name {
        Name::new("ada")
    }

    fn line<'a>(text: &'a str, from: &'a Name) -> Speech<'a> {
        let (room, to) = ("lobby", None);
        Speech {
            room,
            from,
            to,
            text,
        }
    }

    /// The text and the number that come back for an id, or the code of the refusal.
    fn found(receipts: &Receipts, id: u64, text: &str) -> Result<Option<(String, u64)>, Code> {
        match receipts.find(&id.to_string(), line(text, &ada())) {
            Ok(found) => Ok(found.map(|said| (said.text.into(), said.taken.seq))),
            Err(refusal) => Err(refusal.code),
        }
    }

    #[test]
    fn short_lines_are_all_kept() {
        let receipts = after(200, |_| "hi".to_owned());
        assert_eq!(found(&receipts, 71, "hi"), Ok(None), "forgotten");
        for id in 72..200 {
            assert_eq!(
                found(&receipts, id, "other"),
                Ok(Some(("hi".to_owned(), id)))
            );
        }
    }

    #[test]
    fn of_long_lines_the_oldest_are_digests() {
        let long = |seq: u64| format!("{seq:08000}");
        let receipts = after(200, long);
        let as_said = |seq| Ok(Some((long(seq), seq)));
        for (id, text, expected) in [
            (199, "other".to_owned(), as_said(199)),
            (192, "other".to_owned(), as_said(192)),
            (191, "other".to_owned(), Err(Code::IdTaken)),
            (191, long(191), as_said(191)),
            (72, long(72), as_said(72)),
            (71, long(71), Ok(None)),
        ] {
            assert_eq!(found(&receipts, id, &text), expected, "{id} {text:.9}");
        }
    }

    #[test]
    fn texts_are_kept_up_to_the_limit() {
        let eighth = "x".repeat(MOST_TEXT / 8);
        let receipts = after(8, |_| eighth.clone());
        assert_eq!(receipts.text, MOST_TEXT);
        assert_eq!(found(&receipts, 0, "other"), Ok(Some((eighth.clone(), 0))));
        let receipts = after(9, |_| eighth.clone());
        assert_eq!(found(&receipts, 0, "other"), Err(Code::IdTaken));
    }

    #[test]
    fn ids_count_in_each_room_apart() {
        let receipts = after(1, |_| "hi".to_owned());
        let ada = ada();
        let elsewhere = Speech {
            room: "rust",
            ..line("hi", &ada)
        };
        assert!(matches!(receipts.find("0", elsewhere), Ok(None)));
        assert!(matches!(receipts.find("1", line("hi", &ada)), Ok(None)));
    }
}
