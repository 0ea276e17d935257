//! `--trace`: each frame, both ways, as a line.

use crate::cli::harmless::harmless;
use crate::cli::terminal::Screen;
use crate::protocol::{Delivery, FrameDecoder, FrameHeader, MaskKey, Opcode};
use crate::{CloseReason, Direction, Role, Tap};
use std::sync::{Mutex, PoisonError};

/// As many bytes of a payload are shown.
const SHOWN: usize = 32;

/// A tap that prints what goes through it.
pub(super) fn tap(screen: &Screen) -> Tap {
    let screen = screen.clone();
    let incoming = Mutex::new(Side::new(Role::Server));
    let outgoing = Mutex::new(Side::new(Role::Client));
    Tap::new(move |direction, bytes| {
        let (arrow, side) = match direction {
            Direction::In => ('←', &incoming),
            Direction::Out => ('→', &outgoing),
        };
        let mut side = side.lock().unwrap_or_else(PoisonError::into_inner);
        side.receive(bytes, |line| screen.note(&format!("{arrow} {line}")));
    })
}

/// One direction.
struct Side {
    waiting: Vec<u8>,
    stage: Stage,
    decoder: FrameDecoder,
    /// The beginning of a payload that has not all arrived.
    beginning: Vec<u8>,
}

enum Stage {
    /// It begins as HTTP, up to a blank line.
    Http,
    Frames,
    /// What follows a broken rule cannot be read.
    Broken,
}

impl Side {
    const fn new(sender: Role) -> Self {
        Self {
            waiting: Vec::new(),
            stage: Stage::Http,
            decoder: FrameDecoder::new(sender),
            beginning: Vec::new(),
        }
    }

    fn receive(&mut self, bytes: &[u8], mut print: impl FnMut(String)) {
        self.waiting.extend_from_slice(bytes);
        if let Stage::Http = self.stage {
            let end = self.waiting.windows(4).position(|four| four == b"\r\n\r\n");
            let Some(end) = end else { return };
            let head: Vec<u8> = self.waiting.drain(..end + 4).collect();
            let head = String::from_utf8_lossy(&head).into_owned();
            print(format!(
                "http  {}",
                harmless(head.lines().next().unwrap_or(""))
            ));
            self.stage = Stage::Frames;
        }
        while let Stage::Frames = self.stage {
            match self
                .decoder
                .decode(&mut self.waiting, |_| Ok(Delivery::AsItArrives))
            {
                Ok(None) => return,
                Ok(Some((part, taken))) => {
                    let had = self.beginning.len();
                    let room = SHOWN.saturating_sub(had).min(part.payload.len());
                    self.beginning.extend_from_slice(&part.payload[..room]);
                    // Told once: when enough has come to be shown.
                    let enough = self.beginning.len() == SHOWN || part.last;
                    let is_told = had == SHOWN;
                    if enough && !is_told {
                        print(describe(&part.header, &self.beginning));
                    }
                    if part.last {
                        self.beginning.clear();
                    }
                    self.waiting.drain(..taken);
                }
                Err(error) => {
                    print(format!("refused: {error} (RFC 6455 §{})", error.section()));
                    self.stage = Stage::Broken;
                }
            }
        }
        self.waiting.clear();
    }
}

/// `text FIN 5 bytes, key 37 fa 21 3d: "Hello"`
fn describe(header: &FrameHeader, beginning: &[u8]) -> String {
    let opcode = format!("{:?}", header.opcode).to_lowercase();
    let fin = if header.fin { "FIN" } else { "..." };
    let mask = header.mask.map_or("no mask".to_owned(), |MaskKey(key)| {
        format!("key {}", hex(&key))
    });
    let more = if header.len > beginning.len() as u64 {
        " …"
    } else {
        ""
    };
    let payload = match (header.opcode, CloseReason::decode(beginning)) {
        (Opcode::Close, Ok(reason)) => super::print::reason(reason),
        (Opcode::Text | Opcode::Ping | Opcode::Pong, _) => {
            format!("\"{}\"", harmless(&String::from_utf8_lossy(beginning)))
        }
        _ => hex(beginning),
    };
    format!(
        "{opcode:<12} {fin}  {:>6} bytes  {mask:<15}  {payload}{more}",
        header.len
    )
}

fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
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
}
