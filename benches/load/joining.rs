//! How clients join the room, and when it is quiet there.

use super::batch::encode;
use super::clients::{Clients, IN_FLIGHT};
use super::deadline::{PATIENCE, in_time};
use super::frames::Received;
use super::tag::{Mark, Tag};
use super::target::Admission;
use std::collections::HashSet;
use std::io;
use std::time::{Duration, Instant};

/// A room that was silent for this long stays silent: after many joins, its members get the list of people
/// once a second.
pub(crate) const QUIET: Duration = Duration::from_millis(1_200);

/// A client that was not in the room at the first hello receives the next one.
const HELLO_EVERY: Duration = Duration::from_millis(500);

/// Brings all clients from number `first` on into the room.
pub(crate) fn join(clients: &mut Clients, first: usize) -> io::Result<()> {
    match clients.dialect().admission {
        Admission::Immediate => Ok(()),
        Admission::Requested { request, .. } => ask(clients, first, request),
        Admission::Greeted => say_hello(clients),
    }
}

fn ask(clients: &mut Clients, first: usize, request: fn(usize) -> String) -> io::Result<()> {
    let mut deadline = Instant::now() + PATIENCE;
    let (mut asked, mut joined) = (first, first);
    while joined < clients.size() {
        while asked < clients.size() && asked - joined < IN_FLIGHT {
            let mut frame = Vec::new();
            encode(0x81, request(asked).as_bytes(), &mut frame);
            clients.write(asked, &frame)?;
            asked += 1;
        }
        let before = joined;
        clients.poll(Duration::from_secs(1), |_, received| {
            joined += usize::from(received == Received::Joined);
        })?;
        if joined > before {
            deadline = Instant::now() + PATIENCE;
        }
        in_time(deadline, || format!("{joined} joined"))?;
    }
    Ok(())
}

/// The first client says hello, again and again, until every client has received it.
fn say_hello(clients: &mut Clients) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let hello = Tag::new(Mark::Hello, 0, 0);
    let text = (clients.dialect().say)(&String::from_utf8_lossy(hello.as_bytes()));
    let mut frame = Vec::new();
    encode(0x81, text.as_bytes(), &mut frame);
    let mut outside: HashSet<usize> = (0..clients.size()).collect();
    while !outside.is_empty() {
        clients.write(0, &frame)?;
        let again = Instant::now() + HELLO_EVERY;
        while !outside.is_empty() && Instant::now() < again {
            clients.poll(HELLO_EVERY, |client, received| {
                if matches!(received, Received::Delivered(tag) if tag.is(Mark::Hello)) {
                    outside.remove(&client);
                }
            })?;
        }
        in_time(deadline, || format!("{} received nothing", outside.len()))?;
    }
    Ok(())
}

/// Waits until nothing has arrived for as long as `quiet`: what follows a crowd of joins is over.
pub(crate) fn settle(clients: &mut Clients, quiet: Duration) -> io::Result<()> {
    let deadline = Instant::now() + 3 * PATIENCE;
    let mut latest = Instant::now();
    while latest.elapsed() < quiet {
        clients.poll(quiet, |_, _| latest = Instant::now())?;
        in_time(deadline, || "it never became quiet".to_owned())?;
    }
    Ok(())
}
