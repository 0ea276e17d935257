//! How a row about a request is judged: a head arrives in pieces, and ends in one answer.

use crate::conversation::places_to_cut;
use crate::kit::bytes::pieces;
use libtest_mimic::Trial;
use std::ops::Range;
use ws101::protocol::http::{HeadLimits, HeadScanner, RequestHead};
use ws101::protocol::{HandshakeError, Upgrade};

/// The upgrade of §1.3, without what it leaves to choice.
pub(crate) const HANDSHAKE: [&str; 6] = [
    "GET /chat HTTP/1.1",
    "Host: server.example.com",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
];

/// The headers of the answer to it, as far as every answer has them. §1.3.
pub(crate) const SWITCHING: [&str; 4] = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
];

/// The subprotocols that the server of these rows knows.
const SUPPORTED: [&str; 2] = ["chat", "superchat"];

/// Lines as a head.
pub(crate) fn head(lines: &[&str]) -> Vec<u8> {
    (lines.join("\r\n") + "\r\n\r\n").into_bytes()
}

/// [`HANDSHAKE`] with other header lines: each takes the place of those with its name, and
/// stands there as often as it is given. A name without a colon takes a line away.
pub(crate) fn handshake_with(changes: &[&str]) -> Vec<u8> {
    let name = |line: &str| line.split(':').next().map(str::to_ascii_lowercase);
    let changed = |line: &str| changes.iter().any(|change| name(change) == name(line));
    let kept = HANDSHAKE.iter().filter(|line| !changed(line));
    let new = changes.iter().filter(|change| change.contains(':'));
    head(&kept.chain(new).copied().collect::<Vec<_>>())
}

/// A request and the answer that it must have.
pub(crate) struct Asked {
    name: String,
    /// For a WebSocket, or for something that is only read.
    upgrade: bool,
    bytes: Vec<u8>,
    head: usize,
    expected: Expected,
}

enum Expected {
    Page,
    Switching(Vec<u8>),
    /// A status, the byte after which it is certain, and words of its sentence.
    Refused(u16, usize, &'static str),
}

/// A row about a request for something that is only read.
pub(crate) fn page(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Asked {
    Asked::new(name.into(), false, bytes.into())
}

/// A row about a request that is right except for these headers.
pub(crate) fn get(name: impl Into<String>, headers: &[&str]) -> Asked {
    page(
        name,
        head(&[&["GET / HTTP/1.1", "Host: a"], headers].concat()),
    )
}

/// A row about a request for a WebSocket.
pub(crate) fn upgrade(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Asked {
    Asked::new(name.into(), true, bytes.into())
}

impl Asked {
    fn new(name: String, upgrade: bool, bytes: Vec<u8>) -> Self {
        Self {
            name,
            upgrade,
            head: bytes.len(),
            bytes,
            expected: Expected::Page,
        }
    }

    /// These bytes follow the head at once, and are left for what comes after it.
    pub(crate) fn followed_by(mut self, tail: &[u8]) -> Self {
        self.bytes.extend_from_slice(tail);
        self
    }

    /// The request is in order, and asks for something that is only read.
    pub(crate) fn passes(self) -> Trial {
        self.row()
    }

    /// The answer is 101, with `more` headers after those that every one has.
    pub(crate) fn switches(mut self, more: &[&str]) -> Trial {
        self.expected = Expected::Switching(head(&[&SWITCHING[..], more].concat()));
        self.row()
    }

    /// The answer is `status`, its sentence has `words`; that is certain when the head is there.
    pub(crate) fn gets(self, status: u16, words: &'static str) -> Trial {
        let head = self.head;
        self.gets_after(head, status, words)
    }

    /// The request is refused so, at exactly this byte.
    pub(crate) fn gets_after(mut self, bytes: usize, status: u16, words: &'static str) -> Trial {
        self.expected = Expected::Refused(status, bytes, words);
        self.row()
    }

    /// The request is refused so, at the end of the line that begins with `start`.
    pub(crate) fn gets_at(self, start: &str, status: u16, words: &'static str) -> Trial {
        let find = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).position(|at| at == part);
        let line = find(&self.bytes, start.as_bytes()).expect("the line is there");
        let end = find(&self.bytes[line + start.len()..], b"\n").expect("it ends");
        self.gets_after(line + start.len() + end + 1, status, words)
    }

    fn row(self) -> Trial {
        Trial::test(self.name.clone(), move || {
            let all = self.bytes.len();
            self.check(&[]);
            self.check(&(1..all).collect::<Vec<_>>());
            for cut in places_to_cut(all) {
                self.check(&[cut]);
            }
            Ok(())
        })
    }

    fn check(&self, cuts: &[usize]) {
        let (before, now, answer) = self.answer(cuts);
        let cuts = &cuts[..cuts.len().min(3)];
        let certain = match (&self.expected, answer) {
            (Expected::Page, Ok(None)) => self.head,
            (Expected::Switching(expected), Ok(Some(answer))) => {
                let texts = [expected, &answer].map(|bytes| String::from_utf8_lossy(bytes));
                assert_eq!(texts[0], texts[1], "cut at {cuts:?}");
                self.head
            }
            (Expected::Refused(status, after, words), Err(error)) => {
                assert_eq!(error.status(), *status, "{error}, cut at {cuts:?}");
                let sentence = error.to_string();
                assert!(sentence.contains(words), "{sentence:?} lacks {words:?}");
                *after
            }
            (_, other) => panic!("{other:?}, cut at {cuts:?}"),
        };
        assert!(
            before < certain && certain <= now,
            "answered by bytes {before} to {now}, certain after {certain}"
        );
    }

    /// The answer, and which piece of the input brought it.
    fn answer(&self, cuts: &[usize]) -> (usize, usize, Result<Option<Vec<u8>>, HandshakeError>) {
        let mut scanner = HeadScanner::new(HeadLimits::DEFAULT);
        let mut arrived = 0;
        for piece in pieces(&self.bytes, cuts) {
            let before = arrived;
            arrived += piece.len();
            match scanner.scan(&self.bytes[..arrived]) {
                Ok(None) => {}
                Ok(Some(found)) => return (before, arrived, self.answer_to(found)),
                Err(error) => return (before, arrived, Err(error)),
            }
        }
        panic!("no answer to a complete request, cut at {cuts:?}");
    }

    fn answer_to(&self, found: Range<usize>) -> Result<Option<Vec<u8>>, HandshakeError> {
        assert_eq!(
            found.end, self.head,
            "what is behind the head is left alone"
        );
        let bytes = &self.bytes[found];
        assert!(!bytes.starts_with(b"\r"), "blank lines are not part of it");
        let head = RequestHead::parse(bytes, HeadLimits::DEFAULT)?;
        head.require_no_body()?;
        if !self.upgrade {
            return Ok(None);
        }
        let upgrade = Upgrade::check(&head)?;
        let protocol = upgrade.choose_protocol(&SUPPORTED);
        Ok(Some(upgrade.response(protocol).expect("an offer")))
    }
}
