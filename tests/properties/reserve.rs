//! §10.4: large messages take their memory from a reserve. It is asked before any is taken, has all of
//! it back in the end, and when it is empty the connection is closed with 1013.

use crate::kit::bytes::{Seen, frame_from, header, hear, key_of};
use crate::session;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use ws101::protocol::{Limits, Message, ProtocolError, Reserve, Role, SendError, Session};

/// What a buffer can hold without asking.
const OWN: usize = 64 << 10;

const MEBI: usize = 1 << 20;

#[derive(Debug)]
struct Purse {
    all: usize,
    taken: AtomicUsize,
    most: AtomicUsize,
}

impl Purse {
    fn of(all: usize) -> Arc<Self> {
        Arc::new(Self {
            all,
            taken: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }

    fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}

impl Reserve for Purse {
    fn take(&self, bytes: usize) -> bool {
        let after = self.taken() + bytes;
        let fits = after <= self.all;
        if fits {
            self.taken.store(after, Ordering::Relaxed);
            self.most.fetch_max(after, Ordering::Relaxed);
        }
        fits
    }

    fn give_back(&self, bytes: usize) {
        let before = self.taken.fetch_sub(bytes, Ordering::Relaxed);
        assert!(bytes <= before, "{bytes} bytes come back, {before} went");
    }

    fn is_scarce(&self) -> bool {
        self.taken() > self.all / 2
    }
}

/// A server whose messages and answers come out of this purse.
fn drawing_on(purse: &Arc<Purse>) -> Session {
    let mut session = session(Role::Server, Limits::ECHO);
    let reserve: Arc<dyn Reserve> = Arc::clone(purse) as _;
    session.incoming.draw_on(Arc::clone(&reserve));
    session.outgoing.draw_on(reserve);
    session
}

/// A message of a mebibyte, in each way that it can come.
fn mebibytes() -> [(&'static str, Vec<u8>); 3] {
    let payload = vec![b'7'; MEBI];
    let whole = |first| frame_from(Role::Client, first, &payload);
    let parts: Vec<u8> = payload
        .chunks(1_000)
        .enumerate()
        .flat_map(|(at, part)| frame_from(Role::Client, if at == 0 { 0x02 } else { 0x00 }, part))
        .chain(frame_from(Role::Client, 0x80, b""))
        .collect();
    [
        ("binary", whole(0x82)),
        ("text", whole(0x81)),
        ("in parts", parts),
    ]
}

/// With an end that never comes: what has come is kept.
fn without_its_end(wire: &[u8]) -> &[u8] {
    &wire[..wire.len() - 10]
}

#[test]
fn what_is_kept_is_taken_from_the_reserve() {
    for (name, wire) in mebibytes() {
        let purse = Purse::of(usize::MAX);
        let mut session = drawing_on(&purse);
        assert_eq!(hear(&mut session, without_its_end(&wire)), []);
        let taken = purse.taken();
        assert!(taken > MEBI - 2 * OWN, "{name}: {taken} bytes were taken");
        // A buffer grows twofold, and a text or parts pass through the read buffer.
        assert!(taken <= 2 * MEBI + 4 * OWN, "{name}: {taken} bytes");
        drop(session);
        assert_eq!(purse.taken(), 0, "{name}");
    }
}

#[test]
fn a_reserve_that_is_empty_closes_with_1013() {
    for (name, wire) in mebibytes() {
        let purse = Purse::of(MEBI / 2);
        let mut session = drawing_on(&purse);
        let seen = hear(&mut session, &wire);
        let [Seen::Refused(error @ ProtocolError::NoMemory { bytes })] = seen[..] else {
            panic!("{name}: {seen:?}");
        };
        assert!((bytes as usize) < MEBI, "{name}: before all of it came");
        let close = session.outgoing.waiting();
        assert_eq!(close[2..4], 1013_u16.to_be_bytes(), "{name}");
        assert_eq!(close[4..], *error.to_string().as_bytes(), "{name}");
        // At once: the connection may take a while to end.
        assert_eq!(purse.taken(), 0, "{name}");
    }
}

#[test]
fn an_answer_that_finds_no_memory_is_a_close() {
    let purse = Purse::of(MEBI / 2);
    let mut session = drawing_on(&purse);
    let out = &mut session.outgoing;
    out.send(Message::Text("a small one")).expect("it fits");
    let large = vec![0; MEBI];
    let refused = Err(SendError::NoMemory(MEBI));
    assert_eq!(out.send(Message::Binary(&large)), refused);
    let after = out.send(Message::Text("another one"));
    assert_eq!(after, Err(SendError::AfterClose));
    let (first, close) = out.waiting().split_at(2 + "a small one".len());
    assert_eq!(first[..2], [0x81, 11]);
    assert_eq!(
        (close[0], &close[2..4]),
        (0x88, &1013_u16.to_be_bytes()[..])
    );
    assert_eq!(purse.taken(), 0);
}

/// A conversation as the chat has it asks for nothing, also when there is nothing.
#[test]
fn what_is_small_does_without() {
    let purse = Purse::of(0);
    let mut session = session(Role::Server, Limits::CHAT);
    session.incoming.draw_on(Arc::clone(&purse) as _);
    let longest = "x".repeat(OWN);
    let parts = [
        frame_from(Role::Client, 0x01, &longest.as_bytes()[..OWN / 3]),
        frame_from(Role::Client, 0x80, &longest.as_bytes()[OWN / 3..]),
    ];
    let wires = [
        frame_from(Role::Client, 0x81, longest.as_bytes()),
        parts.concat(),
    ];
    for wire in wires {
        let seen = hear(&mut session, &wire);
        assert_eq!(seen, [Seen::Text(longest.clone())]);
    }
    // More than a buffer that could grow would take at once.
    let many = frame_from(Role::Client, 0x81, b"hi").repeat(100_000);
    assert_eq!(hear(&mut session, &many).len(), 100_000);
    assert_eq!(purse.most(), 0);
}

/// Room that a message took is kept for the next one, but not when others need it.
#[test]
fn what_is_scarce_is_given_back_with_each_message() {
    for (name, wire) in mebibytes() {
        let wealthy = Purse::of(usize::MAX);
        let mut session = drawing_on(&wealthy);
        hear(&mut session, &wire);
        let needed = wealthy.most();
        assert!(wealthy.taken() > 0, "{name}: kept for the next one");

        // It does not grow by the very same steps.
        let tight = Purse::of(needed * 3 / 2);
        let mut session = drawing_on(&tight);
        for _ in 0..3 {
            let seen = hear(&mut session, &wire);
            let whole = matches!(seen[..], [Seen::Text(_) | Seen::Binary(_)]);
            assert!(whole, "{name}: one after the other fits");
            session.incoming.space().expect("there is memory");
            // The smallest buffer that is read into at leisure.
            assert!(tight.taken() <= 4 * OWN, "{name}: {}", tight.taken());
        }
    }
}

/// A header says what it likes, and takes nothing.
#[test]
fn a_declared_length_is_taken_from_nobody() {
    let purse = Purse::of(0);
    let mut session = drawing_on(&purse);
    let head = header(0x82, key_of(Role::Client), 16 << 20);
    assert_eq!(hear(&mut session, &head), []);
    assert_eq!(purse.most(), 0);
}
