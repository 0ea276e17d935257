//! A request's head: the same verdict however it is cut, and what is let through is safe.

use super::pieces;
use crate::protocol::http::{HeadLimits, HeadScanner, RequestHead};
use crate::protocol::{HandshakeError, Upgrade};
use std::ops::Range;

/// Small, so that inputs get near them.
const LIMITS: HeadLimits = HeadLimits {
    head: 512,
    line: 128,
    headers: 12,
};

/// The first byte says in pieces of what size the others arrive.
pub fn head(input: &[u8]) {
    let Some((size, bytes)) = input.split_first() else {
        return;
    };
    let whole = scan([bytes].into_iter(), bytes);
    assert_eq!(whole, scan(pieces(bytes, *size), bytes), "cut");
    assert_eq!(whole, scan(pieces(bytes, 1), bytes), "byte by byte");
    let Ok(Some(found)) = whole else {
        // A head that is too long is not waited for.
        assert!(
            whole.is_err() || bytes.len() <= LIMITS.head + 1,
            "{whole:?}"
        );
        return;
    };
    let text = &bytes[found];
    assert!(text.len() <= LIMITS.head && text.ends_with(b"\r\n\r\n"));
    assert_lines_end_alike(text);
    let Ok(head) = RequestHead::parse(text, LIMITS) else {
        return;
    };
    assert!(head.minor_version <= 1);
    assert!(!head.method.is_empty() && !head.target.is_empty());
    for name in ["Host", "Content-Length", "Sec-WebSocket-Key"] {
        let count = head.headers.all(name).count();
        let once = head.headers.once(name);
        assert!(count <= 1 || once.is_err(), "{name} {count} times");
    }
    if let Ok(upgrade) = Upgrade::check(&head) {
        let answer = upgrade.response(upgrade.protocols().first().copied());
        let lines = answer.split(|byte| *byte == b'\n').count();
        let expected = 6 + usize::from(!upgrade.protocols().is_empty());
        assert_eq!(lines, expected, "a request wrote into the answer");
    }
}

/// No CR and no LF but those that end a line: two programs cannot disagree where that is.
fn assert_lines_end_alike(text: &[u8]) {
    for (at, byte) in text.iter().enumerate() {
        let previous = at.checked_sub(1).map(|at| text[at]);
        match byte {
            b'\n' => assert_eq!(previous, Some(b'\r'), "LF alone at {at}"),
            _ => assert_ne!(previous, Some(b'\r'), "CR alone before {at}"),
        }
        assert_ne!(*byte, 0, "NUL at {at}");
    }
}

/// Where the head lies, or what is wrong.
fn scan<'a>(
    pieces: impl Iterator<Item = &'a [u8]>,
    bytes: &[u8],
) -> Result<Option<Range<usize>>, HandshakeError> {
    let (mut scanner, mut arrived) = (HeadScanner::new(LIMITS), 0);
    for piece in pieces {
        arrived += piece.len();
        if let Some(found) = scanner.scan(&bytes[..arrived])? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
