//! `--trace`: a line for each frame, sent or received.

use crate::cli::bytes::spaced;
use crate::cli::terminal::Screen;
use crate::cli::terminal::escape;
use crate::inspect::{FrameRecord, Observer, Verdict};
use crate::protocol::{MaskKey, Opcode};
use crate::sync::Mutex;
use crate::{CloseReason, Direction, Limits, Role, Tap};
use std::time::Duration;

/// The bytes of a payload that are shown.
const SHOWN: usize = 32;
/// A frame that is too long for either peer is shown all the same.
const NO_LIMITS: Limits = Limits {
    message: u64::MAX,
    fragments: u32::MAX,
};

/// A tap that prints the frames that pass through it.
pub(super) fn tap(screen: &Screen) -> Tap {
    let screen = screen.clone();
    let incoming = Mutex::new(Side::new(Role::Server));
    let outgoing = Mutex::new(Side::new(Role::Client));
    Tap::new(move |direction, bytes| {
        let (arrow, side) = match direction {
            Direction::In => ('←', &incoming),
            Direction::Out => ('→', &outgoing),
        };
        let mut side = side.lock();
        side.receive(bytes, |line| screen.note(&format!("{arrow} {line}")));
    })
}

/// One direction of a connection.
struct Side {
    /// The HTTP head that it begins with, until the blank line has arrived.
    head: Option<Vec<u8>>,
    observer: Observer,
}

impl Side {
    fn new(sender: Role) -> Self {
        Self {
            head: Some(Vec::new()),
            observer: Observer::new(sender, NO_LIMITS),
        }
    }

    fn receive(&mut self, bytes: &[u8], mut print: impl FnMut(String)) {
        let Some(mut head) = self.head.take() else {
            return self.frames(bytes, print);
        };
        // Three of the four bytes that end the head may have arrived earlier.
        let fresh = head.len().saturating_sub(3);
        head.extend_from_slice(bytes);
        let blank = head[fresh..]
            .windows(4)
            .position(|four| four == b"\r\n\r\n");
        let Some(blank) = blank else {
            self.head = Some(head);
            return;
        };
        let frames = head.split_off(fresh + blank + 4);
        let text = String::from_utf8_lossy(&head);
        let line = escape(text.lines().next().unwrap_or_default());
        print(format!("http  {line}"));
        self.frames(&frames, print);
    }

    fn frames(&mut self, bytes: &[u8], print: impl FnMut(String)) {
        let records = self.observer.receive(bytes, Duration::ZERO);
        records.iter().map(describe).for_each(print);
    }
}

/// `text FIN 5 bytes, key 37 fa 21 3d: "Hello"`
fn describe(record: &FrameRecord) -> String {
    let header = record.layout();
    let opcode = Opcode::from_bits(header.opcode);
    let name = match opcode {
        Some(opcode) => format!("{opcode:?}").to_lowercase(),
        None => format!("opcode {:x}", header.opcode),
    };
    let fin = if header.fin { "FIN" } else { "..." };
    let mask = header.key.map_or("no mask".to_owned(), |MaskKey(key)| {
        format!("key {}", spaced(&key))
    });
    let beginning = &record.plain.0[..record.plain.0.len().min(SHOWN)];
    let len = header.len().unwrap_or_default();
    let is_cut = len > beginning.len() as u64;
    let more = if is_cut { " …" } else { "" };
    let payload = match (opcode, CloseReason::decode(&record.plain.0)) {
        // A reason is shown whole: it was sent to be read.
        (Some(Opcode::Close), Ok(reason)) => super::print::reason(reason),
        (Some(Opcode::Text | Opcode::Ping | Opcode::Pong), _) => {
            format!("\"{}\"{more}", escape(&String::from_utf8_lossy(beginning)))
        }
        _ => spaced(beginning) + more,
    };
    let refused = match record.verdict {
        Verdict::Refused { error, .. } => format!("  ✕ {error} (RFC 6455 §{})", error.section()),
        _ => String::new(),
    };
    format!("{name:<12} {fin}  {len:>6} bytes  {mask:<15}  {payload}{refused}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(sender: Role, bytes: &[u8], piece: usize) -> Vec<String> {
        let mut side = Side::new(sender);
        let mut lines = Vec::new();
        for bytes in bytes.chunks(piece) {
            side.receive(bytes, |line| lines.push(line));
        }
        lines
    }

    #[test]
    fn a_line_for_each_frame_however_it_arrives() {
        let mut bytes = b"HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n".to_vec();
        bytes.extend([0x81, 5]);
        bytes.extend(b"Hello");
        bytes.extend([0x02, 40]);
        bytes.extend([7; 40]);
        bytes.extend([0x80, 0, 0x88, 5, 0x03, 0xe8]);
        bytes.extend(b"bye");
        for piece in 1..=bytes.len() {
            let lines = lines(Role::Server, &bytes, piece);
            let [http, text, binary, rest, close] = &lines[..] else {
                panic!("five lines, not {lines:?}");
            };
            assert_eq!(http, "http  HTTP/1.1 101 Switching Protocols");
            assert_eq!(
                text,
                "text         FIN       5 bytes  no mask          \"Hello\""
            );
            assert!(
                binary.starts_with("binary       ...      40 bytes"),
                "{binary}"
            );
            assert!(binary.ends_with("07 07 …"), "{binary}");
            assert!(rest.starts_with("continuation FIN       0 bytes"), "{rest}");
            assert!(close.ends_with("1000 normal closure, \"bye\""), "{close}");
        }
    }

    #[test]
    fn a_broken_rule_ends_it() {
        let lines = lines(Role::Server, b"HTTP\r\n\r\n\xc1\x00\x81\x00", 3);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[1].contains("RSV1"), "{}", lines[1]);
    }

    #[test]
    fn text_that_is_none_is_told_as_it_arrives() {
        let bytes = b"GET\r\n\r\n\x81\x82\0\0\0\0\xffa\x81\x80\0\0\0\0";
        let lines = lines(Role::Client, bytes, 1);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(
            lines[1].ends_with("its byte 0, ff, is never part of UTF-8 (RFC 6455 §8.1)"),
            "{}",
            lines[1]
        );
    }
}
