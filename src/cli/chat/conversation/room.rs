//! What we know about a room that we are in.

use crate::cli::chat::server_event::{Joined, Said};

#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: String,
    pub(super) people: Vec<String>,
    /// The run of the history that the numbers below belong to.
    epoch: Option<String>,
    /// The latest line that we know.
    seq: u64,
    /// When it was said, by the server's clock: this survives its histories.
    last_at: String,
    /// The earliest line that we have shown.
    oldest: Option<u64>,
}

impl Room {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            people: Vec::new(),
            epoch: None,
            seq: 0,
            last_at: String::new(),
            oldest: None,
        }
    }

    /// Where the history goes on for us.
    pub(super) fn since(&self) -> Option<(&str, u64)> {
        Some((self.epoch.as_deref()?, self.seq))
    }

    /// Earlier lines end before this one.
    pub(super) fn oldest(&self) -> u64 {
        self.oldest.unwrap_or(self.seq + 1)
    }

    /// Is this line new to us? The server sends an acknowledgement again when asked again.
    pub(super) fn is_new(&self, said: &Said) -> bool {
        said.seq > self.seq
    }

    /// A line has been read.
    pub(super) fn knows(&mut self, said: &Said) {
        self.seq = self.seq.max(said.seq);
        self.oldest = Some(self.oldest().min(said.seq));
        if said.at > self.last_at {
            self.last_at.clone_from(&said.at);
        }
    }

    /// We are in it (again). Of the lines that came along, those that we have not seen, and `most` of
    /// them when we have seen none.
    pub(super) fn joined(&mut self, joined: Joined, most: usize) -> Vec<Said> {
        let Joined {
            epoch,
            seq,
            mut messages,
            people,
            ..
        } = joined;
        match &self.epoch {
            None => drop(messages.drain(..messages.len().saturating_sub(most))),
            Some(known) if *known == epoch => messages.retain(|said| said.seq > self.seq),
            // Another history counts anew. What was said before the time that we know is in both.
            Some(_) => {
                self.oldest = None;
                messages.retain(|said| said.at > self.last_at);
            }
        }
        self.people = people;
        self.epoch = Some(epoch);
        self.seq = seq;
        messages.iter().for_each(|said| self.knows(said));
        messages
    }
}
