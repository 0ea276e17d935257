//! The write side in every order of steps: what a client hears when several threads write to it.

use super::{Burst, Sender, WriteLimits};
use crate::protocol::{CloseCode, Frame, Opcode, Outgoing};
use crate::sync::model::{self, models};
use crate::transport::Transport;
use crate::transport::simulated::Client;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What a client may take; only the time of one that never reads passes.
const LONG: Duration = Duration::from_secs(5);

/// A sender, and its client.
pub(crate) struct Pair {
    pub(crate) sender: Sender,
    pub(crate) client: Arc<Client>,
    write_limits: Arc<WriteLimits>,
}

pub(crate) fn pair(room: usize, backlog: usize) -> Pair {
    pair_with(Client::with_room(room), backlog)
}

fn pair_with(client: Client, backlog: usize) -> Pair {
    let client = Arc::new(client);
    let write_limits = Arc::new(WriteLimits::new(LONG, backlog));
    let transport = Transport::Simulated(Arc::clone(&client));
    let sender = Sender::new(transport, Arc::clone(&write_limits), None);
    Pair {
        sender,
        client,
        write_limits,
    }
}

impl Pair {
    /// What the connection's thread does at its end: waits for the writer, then closes.
    fn end(&self) {
        self.sender.last_call();
        self.sender.wait_until_written();
        self.client.close();
    }

    fn writers(&self) -> usize {
        self.write_limits.writers.load(Ordering::Relaxed)
    }
}

fn frame(text: &str) -> Vec<u8> {
    let mut frame = Vec::new();
    Frame::whole(Opcode::Text, text.as_bytes()).encode(None, &mut frame);
    frame
}

pub(crate) fn close_frame() -> Vec<u8> {
    let mut close = Outgoing::server();
    close.close_with(CloseCode::GOING_AWAY, "");
    close.waiting().to_vec()
}

type Thread = model::JoinHandle<()>;

/// Sends `a1`, `a2` and so on: by a push, as a room does, or by a write, as the client's own thread does.
fn speaker(sender: &Sender, name: &'static str, lines: usize, writes: bool) -> Thread {
    let sender = sender.clone();
    model::spawn(move || {
        for number in 1..=lines {
            let frame = frame(&format!("{name}{number}"));
            if writes {
                // `false`: a Close was sent; an error is a client that did not keep up.
                let _ = sender.write(&frame);
            } else {
                sender.push(&Burst::new(&frame, 1));
            }
        }
    })
}

fn reader(client: &Arc<Client>) -> Thread {
    let client = Arc::clone(client);
    model::spawn(move || while client.read() {})
}

fn join(threads: impl IntoIterator<Item = Thread>) {
    for thread in threads {
        thread.join().expect("no panic");
    }
}

/// Of each speaker, the first lines in their order.
fn assert_in_order(texts: &[String]) {
    for name in ["a", "b", "c"] {
        let own = texts.iter().filter_map(|text| text.strip_prefix(name));
        let numbers: Vec<usize> = own
            .map(|number| number.parse().expect("a number"))
            .collect();
        let expected: Vec<usize> = (1..=numbers.len()).collect();
        assert_eq!(numbers, expected, "{texts:?}");
    }
}

/// All that is sent before the Close is heard, once and in order, by a client that takes it bit by bit.
fn flush() {
    let pair = pair(5, 1 << 10);
    let reader = reader(&pair.client);
    join([
        speaker(&pair.sender, "a", 2, false),
        speaker(&pair.sender, "b", 2, false),
        speaker(&pair.sender, "c", 2, true),
    ]);
    pair.sender.close(&close_frame());
    pair.end();
    join([reader]);
    let heard = pair.client.heard();
    assert_in_order(&heard.texts);
    assert_eq!((heard.texts.len(), heard.close), (6, Some(1001)));
    assert_eq!(pair.write_limits.evicted(), 0);
}

/// Nothing follows a Close, even if two threads send one in the middle of a conversation.
fn close() {
    let pair = pair(7, 1 << 10);
    let reader = reader(&pair.client);
    let speaker = speaker(&pair.sender, "a", 3, false);
    let sender = pair.sender.clone();
    let other = model::spawn(move || sender.close(&close_frame()));
    let written = pair.sender.write_last(&close_frame());
    written.expect("the client reads all");
    pair.end();
    join([speaker, other, reader]);
    let heard = pair.client.heard();
    assert_in_order(&heard.texts);
    assert_eq!((heard.close, heard.is_cut), (Some(1001), false));
}

/// A connection that ends without a Close.
fn end() {
    let pair = pair(6, 1 << 10);
    let reader = reader(&pair.client);
    let speaker = speaker(&pair.sender, "a", 3, false);
    pair.end();
    join([speaker, reader]);
    let heard = pair.client.heard();
    assert_in_order(&heard.texts);
    assert_eq!((heard.close, heard.is_cut), (None, false));
}

/// A client that reads nothing for a while is evicted, and told so behind the frame that it was in.
fn eviction() {
    const ROOM: usize = 6;
    const BACKLOG: usize = 8;
    let pair = pair(ROOM, BACKLOG);
    join([
        speaker(&pair.sender, "a", 3, false),
        speaker(&pair.sender, "b", 3, false),
    ]);
    assert!(pair.sender.is_evicted() && pair.sender.is_closed());
    let reader = reader(&pair.client);
    pair.end();
    join([reader]);
    let heard = pair.client.heard();
    assert_in_order(&heard.texts);
    assert_eq!((heard.close, heard.is_cut), (Some(1008), false));
    let kept = heard.texts.len() + pair.write_limits.dropped() as usize;
    assert!(
        kept * frame("a1").len() <= ROOM + BACKLOG,
        "{kept} were kept"
    );
    assert!(pair.client.reader_is_woken());
    assert_eq!((pair.write_limits.evicted(), pair.writers()), (1, 0));
}

/// A client that never reads keeps no thread waiting for longer than its time.
fn patience() {
    let pair = pair_with(Client::that_never_reads(5), 1 << 10);
    join([
        speaker(&pair.sender, "a", 2, false),
        speaker(&pair.sender, "b", 2, true),
    ]);
    // Its time runs out by the writer's clock, with nothing more to be sent.
    pair.end();
    assert!(pair.sender.is_closed());
    let heard = pair.client.heard();
    assert!(heard.texts.len() <= 1 && heard.close.is_none());
    assert_eq!(pair.writers(), 0);
}

mod tests {
    super::models! {
        flush:
            a_write_that_does_not_say_so = "a write does not say that it writes",
            a_late_end_of_writing = "writing ends after the last look, not with it",
            a_writer_that_wakes_nobody = "all is written",
            a_silent_wait = "a thread waits for the writer without saying so",
        ;
        close:
            a_push_behind_a_close = "a push does not look for a Close",
            a_late_note_of_a_close = "a Close is noted only when it is written",
        ;
        end:
            a_beginning_at_the_end = "another can begin when all is written",
        ;
        eviction:
            an_evicted_client_that_is_sent_more = "an evicted client is sent more",
            a_frame_without_its_end = "the end of a cut frame is not sent",
            a_backlog_without_bounds = "what is in hand is not counted",
            a_reader_that_sleeps_on = "the reader of an evicted client sleeps on",
        ;
        patience:
        ;
    }
}
