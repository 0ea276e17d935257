//! Clients that read, lag, and never read, over real sockets.

use super::{Burst, Sender, WriteLimits};
use crate::protocol::{Event, Frame, Limits, Message, Opcode, Outgoing, Session};
use crate::transport::{Transport, connected};
use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(20);

struct Pair {
    sender: Sender,
    write_limits: Arc<WriteLimits>,
    /// Our end of the connection.
    ours: Transport,
    client: TcpStream,
}

fn pair(patience: Duration, backlog: usize) -> Pair {
    let (client, ours) = connected();
    client.set_read_timeout(Some(LONG)).expect("a timeout");
    let write_limits = Arc::new(WriteLimits::new(patience, backlog));
    let sender = Sender::new(ours.clone(), Arc::clone(&write_limits), None);
    Pair {
        sender,
        write_limits,
        ours,
        client,
    }
}

/// A frame of `size` bytes that holds its number.
fn numbered(number: usize, size: usize) -> Vec<u8> {
    let mut frame = Vec::new();
    let text = format!("{number:0size$}");
    Frame::whole(Opcode::Text, text.as_bytes()).encode(None, &mut frame);
    frame
}

fn close_frame() -> Vec<u8> {
    let mut close = Outgoing::server();
    close.close(None);
    close.waiting().to_vec()
}

/// A sender, and the texts that its client hears up to the Close: for those who have something to say.
pub(crate) fn with_a_client() -> (Sender, impl FnOnce() -> Vec<String>) {
    let Pair { sender, client, .. } = pair(LONG, 1 << 20);
    let closer = sender.clone();
    let hear = move || {
        closer.close(&close_frame());
        let mut texts = Vec::new();
        read_until_close(client, |message| {
            texts.push(String::from_utf8_lossy(message.as_bytes()).into_owned());
        });
        texts
    };
    (sender, hear)
}

/// Everything that the client can still read: the numbers, and the code of a Close.
fn read_all(client: TcpStream) -> (Vec<usize>, Option<Option<u16>>) {
    let mut numbers = Vec::new();
    let closed = read_until_close(client, |message| {
        let text = str::from_utf8(message.as_bytes()).expect("digits");
        numbers.push(text.parse().expect("a number"));
    });
    (numbers, closed)
}

fn read_until_close(
    mut client: TcpStream,
    mut each: impl FnMut(Message<'_>),
) -> Option<Option<u16>> {
    let mut session = Session::client(Limits::ECHO, || unreachable!("it only reads"));
    let mut bytes = [0; 4096];
    loop {
        while let Some(event) = session
            .incoming
            .next_event()
            .expect("whole frames, in order")
        {
            match event {
                Event::Message(message) => each(message),
                Event::Close(reason) => return Some(reason.map(|reason| reason.code.number())),
                other => panic!("{other:?}"),
            }
        }
        match client.read(&mut bytes) {
            Ok(0) => return None,
            Ok(count) => session.incoming.receive(&bytes[..count]),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn what_a_lagging_client_missed_comes_later_and_in_order() {
    let Pair {
        sender,
        write_limits,
        client,
        ..
    } = pair(LONG, 64 << 20);
    // Far more than the sockets hold, by pushes and, behind them, by a write that has to wait.
    let count = 400;
    for number in 0..count {
        sender.push(&Burst::new(&numbered(number, 50_000), 1));
    }
    assert!(sender.write(&numbered(count, 10)).expect("it is kept"));
    sender.close(&close_frame());
    sender.push(&Burst::new(&numbered(0, 10), 1));
    let (numbers, closed) = read_all(client);
    assert_eq!(numbers, (0..=count).collect::<Vec<_>>());
    assert_eq!(closed, Some(None), "the Close is the last");
    assert_eq!((write_limits.evicted(), write_limits.dropped()), (0, 0));
}

#[test]
fn who_never_reads_is_evicted_by_size_and_told_so_when_it_reads_at_last() {
    let Pair {
        sender,
        write_limits,
        ours,
        client,
    } = pair(LONG, 256 << 10);
    let mut pushed = 0;
    while !sender.is_evicted() {
        sender.push(&Burst::new(&numbered(pushed, 10_000), 1));
        pushed += 1;
        assert!(pushed < 10_000, "a hundred megabytes are too many");
    }
    let (numbers, closed) = read_all(client);
    let whole = numbers.len();
    assert_eq!(
        numbers,
        (0..whole).collect::<Vec<_>>(),
        "whole frames up to the Close"
    );
    assert_eq!(closed, Some(Some(1008)));
    assert_eq!(write_limits.evicted(), 1);
    assert!(write_limits.dropped() > 0 && whole < pushed);
    // Its own thread is woken, so that the connection can end.
    let mut byte = [0];
    assert_eq!(ours.read(&mut byte).expect("woken"), 0);
}

#[test]
fn who_takes_nothing_in_time_is_cut_off() {
    let Pair {
        sender,
        write_limits,
        ours,
        client,
    } = pair(Duration::from_millis(200), 64 << 20);
    for number in 0..400 {
        sender.push(&Burst::new(&numbered(number, 50_000), 1));
    }
    let mut byte = [0];
    assert_eq!(
        ours.read(&mut byte).expect("woken"),
        0,
        "by the thread that gave up"
    );
    assert!(sender.is_evicted() && sender.is_closed());
    assert_eq!(write_limits.evicted(), 1);
    drop(client);
}

#[test]
fn a_write_that_waits_has_the_same_patience() {
    let Pair { sender, client, .. } = pair(Duration::from_millis(200), 1 << 20);
    let error = loop {
        if let Err(error) = sender.write(&numbered(0, 60_000)) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(
        !sender.write(b"").expect("nothing is tried"),
        "and nothing follows"
    );
    drop(client);
}

/// However a send fails: the thread that reads shall not go on waiting for a client that is told nothing
/// more. Here the client lives, and our own end of the stream is shut.
#[test]
fn a_send_that_fails_wakes_the_reader() {
    type Row = (&'static str, fn(&Sender));
    let sends: [Row; 4] = [
        ("push", |sender| {
            sender.push(&Burst::new(&numbered(0, 10), 1))
        }),
        ("close", |sender| sender.close(&close_frame())),
        ("write", |sender| drop(sender.write(&numbered(0, 10)))),
        ("write_last", |sender| {
            drop(sender.write_last(&close_frame()))
        }),
    ];
    for (name, send) in sends {
        let pair = pair(LONG, 1 << 20);
        assert!(pair.ours.shutdown(Shutdown::Write), "open");
        send(&pair.sender);
        assert_reader_is_woken(&pair, name);
    }
    let pair = pair(LONG, 64 << 20);
    for number in 0..400 {
        pair.sender.push(&Burst::new(&numbered(number, 50_000), 1));
    }
    assert!(pair.ours.shutdown(Shutdown::Write), "open");
    assert_reader_is_woken(&pair, "the writer of a client that lags");
}

fn assert_reader_is_woken(pair: &Pair, name: &str) {
    pair.ours.set_read_timeout(Some(LONG)).expect("a timeout");
    assert_eq!(pair.ours.read(&mut [0]).ok(), Some(0), "{name}");
    // The thread whose send failed may be about to note it.
    let since = Instant::now();
    while !pair.sender.is_closed() {
        assert!(since.elapsed() < LONG, "{name}");
        thread::yield_now();
    }
    assert!(!pair.sender.wait_until_written().0, "{name}");
    assert!(!pair.sender.is_evicted(), "{name}");
}

#[test]
fn many_small_messages_have_a_bound_too() {
    let Pair { sender, client, .. } = pair(LONG, usize::MAX);
    for number in 0..2_000 {
        sender.push(&Burst::new(&numbered(number, 50_000), 20));
    }
    assert!(sender.is_evicted(), "forty thousand messages");
    drop(client);
}

#[test]
fn g13_what_is_sent_while_there_is_room_is_never_kept() {
    let Pair {
        sender,
        write_limits,
        mut client,
        ..
    } = pair(LONG, 1 << 20);
    // The client reads nothing, so at some time there is no room for more.
    let mut sent = 0;
    while sender.has_room() {
        sender.push(&Burst::new(&numbered(sent, 2_000), 1));
        sent += 1;
    }
    assert_eq!(
        write_limits.writers.load(Ordering::Relaxed),
        0,
        "nothing is kept"
    );
    let mut frame = vec![0; numbered(0, 2_000).len()];
    for number in 0..sent {
        client.read_exact(&mut frame).expect("a frame");
        assert_eq!(frame, numbered(number, 2_000));
    }
    assert!(sender.has_room(), "all was read");
}
