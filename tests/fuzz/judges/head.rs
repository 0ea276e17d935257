//! A request's head: the same verdict however it is cut, and what is let through is safe.

use super::pieces;
use super::plain::Plain;
use std::ops::Range;
use ws101::protocol::http::{HeadLimits, HeadScanner, RequestHead};
use ws101::protocol::{HandshakeError, Upgrade, accept_key};

/// Small, so that inputs get near them.
const LIMITS: HeadLimits = HeadLimits {
    head: 512,
    line: 128,
    headers: 12,
};

/// The first byte says in pieces of what size the others arrive.
pub(crate) fn head(input: &[u8]) {
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
    assert!(text.len() <= LIMITS.head);
    assert_lines_end_alike(text);
    let Ok(head) = RequestHead::parse(text, LIMITS) else {
        return;
    };
    let plain = Plain::read(text);
    assert!(plain.first_line.len() <= LIMITS.line && plain.size() <= LIMITS.headers);
    let words = format!(
        "{} {} HTTP/1.{}",
        head.method, head.target, head.minor_version
    );
    assert_eq!(plain.first_line, words);
    assert!(head.minor_version <= 1);
    assert_unambiguous(&plain, head.minor_version);
    if head.require_no_body().is_ok() {
        let length = plain.once("content-length").unwrap_or("0");
        assert!(length.bytes().all(|digit| digit == b'0'), "{length}");
    }
    if let Ok(upgrade) = Upgrade::check(&head) {
        assert_upgrade(&plain, &upgrade);
    }
}

/// What smuggles requests past a proxy. RFC 9112 §3.2, §6.
fn assert_unambiguous(plain: &Plain, minor_version: u8) {
    let hosts = plain.all("host").len();
    assert!(
        hosts <= 1 && (hosts == 1 || minor_version == 0),
        "{hosts} hosts"
    );
    assert_eq!(plain.all("transfer-encoding"), [""; 0]);
    let lengths = plain.all("content-length");
    assert!(lengths.len() <= 1, "{lengths:?}");
    for length in lengths {
        let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        assert!(is_number, "{length}");
    }
}

/// §4.2.1, and that nothing of the request gets into the answer but a subprotocol.
fn assert_upgrade(plain: &Plain, upgrade: &Upgrade<'_>) {
    let line = &plain.first_line;
    assert!(
        line.starts_with("GET ") && line.ends_with(" HTTP/1.1"),
        "{line}"
    );
    assert!(plain.lists("upgrade", "websocket") && plain.lists("connection", "upgrade"));
    assert_eq!(plain.once("sec-websocket-version"), Some("13"));
    let key = plain.once("sec-websocket-key").expect("one key");
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let digits = key.strip_suffix("==").expect("two signs of equality");
    assert!(digits.len() == 22 && digits.bytes().all(is_base64), "{key}");
    let answer = upgrade.response(upgrade.protocols().first().copied());
    let answer = answer.expect("it is an offer");
    let answer = Plain::read(&answer);
    assert_eq!(
        answer.size(),
        3 + usize::from(!upgrade.protocols().is_empty())
    );
    assert_eq!(answer.once("sec-websocket-accept"), Some(&*accept_key(key)));
    if let Some(protocol) = answer.once("sec-websocket-protocol") {
        assert!(
            plain.lists("sec-websocket-protocol", protocol),
            "{protocol}"
        );
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
