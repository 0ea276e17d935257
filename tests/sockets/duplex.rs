//! Both sides talk at once, more than all buffers between them hold, and answer pings meanwhile.
//! If either waited for the other with its reading, both would wait for ever.

use crate::{pair, soon};
use std::thread;
use ws101::{Event, Message, Reader, Writer};

const TOTAL: usize = 8 << 20;

/// The same amount in messages of different sizes: in the large ones a writer is in the middle
/// of a message when a ping comes, in the small ones it has often just ended one.
#[test]
fn eight_mebibytes_each_way_in_one_message() {
    talk(TOTAL);
}

#[test]
fn eight_mebibytes_each_way_in_large_messages() {
    talk(1 << 20);
}

#[test]
fn eight_mebibytes_each_way_in_middle_sized_messages() {
    talk(64 << 10);
}

#[test]
fn eight_mebibytes_each_way_in_small_messages() {
    talk(4 << 10);
}

fn talk(size: usize) {
    let (client, server) = pair();
    thread::scope(|scope| {
        for (mut reader, writer) in [client.split(), server.split()] {
            reader.set_deadline(soon());
            writer.set_deadline(soon());
            let count = TOTAL / size;
            scope.spawn(move || send(&writer, size, count));
            scope.spawn(move || hear(&mut reader, size, count));
        }
    });
}

fn send(writer: &Writer, size: usize, count: usize) {
    for number in 0..count {
        let message = vec![number as u8; size];
        writer
            .send(Message::Binary(&message))
            .unwrap_or_else(|error| panic!("message {number}: {error}"));
        writer
            .ping(&number.to_be_bytes())
            .unwrap_or_else(|error| panic!("ping {number}: {error}"));
    }
}

/// Everything comes, in order: the other side's messages, its answers to our pings, and its own
/// pings, which the reader answers.
fn hear(reader: &mut Reader, size: usize, count: usize) {
    let (mut messages, mut pings, mut pongs) = (0, 0, 0);
    while messages < count || pings < count || pongs < count {
        let event = reader.next_event().unwrap_or_else(|error| {
            panic!("{error}, after {messages} messages and {pongs} pongs of {count}")
        });
        match event {
            Event::Message(Message::Binary(bytes)) => {
                assert_eq!(bytes.len(), size);
                assert!(bytes.iter().all(|byte| *byte == messages as u8));
                messages += 1;
            }
            Event::Pong(payload) => {
                assert_eq!(payload, pongs.to_be_bytes());
                pongs += 1;
            }
            Event::Ping(_) => pings += 1,
            other => panic!("{other:?}"),
        }
    }
}
