//! What a socket asks between finding an event and taking it.

use super::Incoming;
use crate::protocol::{Event, Limits, Message, Opcode, ProtocolError, Role};

/// A server's frames.
const PING: &[u8] = b"\x89\x01?";
const WHOLE: &[u8] = b"\x81\x02Hi";
const PARTS: &[u8] = b"\x01\x01H\x80\x01i";
const CLOSE: &[u8] = b"\x88\x00";

/// What is found first, while a ping waits that comes after it.
#[test]
fn an_event_that_was_found_stays_until_it_is_taken() {
    let hi = Event::Message(Message::Text("Hi"));
    let table = [
        ("a ping", PING, Some(Opcode::Ping), Event::Ping(b"?")),
        ("a message", WHOLE, None, hi),
        ("a message in parts", PARTS, None, hi),
        ("a Close", CLOSE, Some(Opcode::Close), Event::Close(None)),
    ];
    for (name, bytes, control, event) in table {
        let mut incoming = Incoming::new(Role::Server, Limits::CHAT);
        assert_eq!(incoming.find(), Ok(false), "{name}, before it comes");
        assert_eq!(incoming.found_control(), None, "{name}, before it comes");
        incoming.receive(&[bytes, PING].concat());
        for _ in 0..2 {
            assert_eq!(incoming.find(), Ok(true), "{name}");
            assert_eq!(incoming.found_control(), control, "{name}");
        }
        assert_eq!(incoming.next_event(), Ok(Some(event)), "{name}");
        assert_eq!(incoming.found_control(), None, "{name}, once it is taken");
        let more = control != Some(Opcode::Close);
        assert_eq!(incoming.find(), Ok(more), "what comes after {name}");
    }
}

#[test]
fn what_is_wrong_is_found_once() {
    let mut incoming = Incoming::new(Role::Server, Limits::CHAT);
    incoming.receive(b"\x8b");
    assert_eq!(incoming.find(), Err(ProtocolError::UnknownOpcode(0xb)));
    assert_eq!(incoming.find(), Ok(false));
}
