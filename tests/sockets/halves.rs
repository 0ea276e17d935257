//! Two halves of one connection, in several threads.

use crate::kit::bytes::frame_from;
use crate::{PATIENCE, client_of_raw_server, pair, soon};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::thread;
use ws101::{Event, Message, Role};

#[test]
fn a_panic_in_a_thread_that_holds_a_writer_harms_nobody() {
    let (client, mut server) = pair();
    let (_reader, writer) = client.split();
    let clone = writer.clone();
    let panicking = thread::spawn(move || {
        clone.send(Message::Text("before")).expect("open");
        std::panic::resume_unwind(Box::new("as this test wants it"));
    });
    assert!(panicking.join().is_err());
    writer.send(Message::Text("after")).expect("not poisoned");
    for text in ["before", "after"] {
        assert_eq!(
            server.next_message().expect("open"),
            Some(Message::Text(text))
        );
    }
}

#[test]
fn frames_of_many_writers_do_not_mix() {
    const WRITERS: usize = 8;
    const EACH: usize = 50;
    let (client, mut server) = pair();
    let (_reader, writer) = client.split();
    thread::scope(|scope| {
        for number in 0..WRITERS {
            let writer = writer.clone();
            scope.spawn(move || {
                let message = vec![number as u8; 1_000 + number];
                for _ in 0..EACH {
                    writer.send(Message::Binary(&message)).expect("open");
                }
            });
        }
        let mut counts = [0; WRITERS];
        for _ in 0..WRITERS * EACH {
            match server.next_message() {
                Ok(Some(Message::Binary(bytes))) => {
                    let number = usize::from(bytes[0]);
                    assert_eq!(bytes, vec![number as u8; 1_000 + number]);
                    counts[number] += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(counts, [EACH; WRITERS]);
    });
}

/// The reader answers, although nobody writes.
#[test]
fn a_reader_answers_pings_by_itself() {
    let (client, mut server) = pair();
    let (mut reader, _writer) = client.split();
    reader.set_deadline(soon());
    server.ping(b"are you there").expect("open");
    assert!(matches!(
        reader.next_event(),
        Ok(Event::Ping(b"are you there"))
    ));
    assert!(matches!(
        server.next_event(),
        Ok(Event::Pong(b"are you there"))
    ));
}

#[test]
fn a_peer_that_is_gone_is_an_error_to_the_writer_not_a_panic() {
    let (client, server) = pair();
    let (_reader, writer) = client.split();
    drop(server);
    let failed = (0..10_000).any(|_| writer.send(Message::Text("hello?")).is_err());
    assert!(failed, "nobody is there");
    assert!(writer.send(Message::Text("hello?")).is_err(), "nor later");
}

/// §5.3: every frame has a key of its own, which nobody can foresee. More frames than are drawn
/// at a time, from both kinds of sender.
#[test]
fn no_two_frames_have_the_same_mask() {
    const EACH: usize = 100;
    let (mut client, mut server) = client_of_raw_server();
    for _ in 0..EACH {
        client.send(Message::Text("hello")).expect("open");
    }
    let (mut reader, writer) = client.split();
    for _ in 0..EACH {
        writer.send(Message::Text("hello")).expect("open");
    }
    // An answer is a frame, too.
    server
        .write_all(&frame_from(Role::Server, 0x89, b"hello"))
        .expect("it is read");
    reader.set_deadline(soon());
    assert!(matches!(reader.next_event(), Ok(Event::Ping(b"hello"))));

    server.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut keys = HashSet::new();
    for number in 0..2 * EACH + 1 {
        let mut frame = [0; 2 + 4 + 5];
        server.read_exact(&mut frame).expect("a frame");
        let [first, 0x85, a, b, c, d, payload @ ..] = frame else {
            panic!("frame {number}: {frame:02x?}");
        };
        assert_eq!(first, if number < 2 * EACH { 0x81 } else { 0x8a });
        let key = [a, b, c, d];
        let text: Vec<u8> = payload
            .iter()
            .zip(key.iter().cycle())
            .map(|(byte, key)| byte ^ key)
            .collect();
        assert_eq!(text, b"hello");
        assert!(
            keys.insert(key),
            "frame {number} has a key that was there before"
        );
    }
}
