//! A server's answer to our client: the same verdict however it is cut, and 101 only when it is
//! an answer to our request.

use super::plain::Plain;
use ws101::protocol::http::{ResponseHead, ResponseScanner};
use ws101::protocol::{Request, ResponseError};

/// §1.3's own: its key is `dGhlIHNhbXBsZSBub25jZQ==`.
const NONCE: [u8; 16] = *b"the sample nonce";

/// The input is what a server sends.
pub(crate) fn client_handshake(input: &[u8]) {
    let protocols = ["chat", "superchat"];
    let request = Request::new("server.example.com", "/chat", NONCE).protocols(&protocols);
    let whole = verdict(&request, input);
    // What is decided stays decided, whatever follows.
    let first = (0..input.len()).find_map(|end| match verdict(&request, &input[..end]) {
        Ok(None) => None,
        decided => Some(decided),
    });
    if let Some(decided) = first {
        assert_eq!(decided, whole, "cut");
    }
    assert_scans_alike(input);
    let Ok(Some((size, protocol))) = whole else {
        return;
    };
    // §4.1, the second list.
    let plain = Plain::read(&input[..size]);
    let line = &plain.first_line;
    assert!(
        line == "HTTP/1.1 101" || line.starts_with("HTTP/1.1 101 "),
        "{line}"
    );
    let upgrade = plain.once("upgrade").expect("one Upgrade");
    assert!(upgrade.eq_ignore_ascii_case("websocket"), "{upgrade}");
    assert!(plain.lists("connection", "upgrade"));
    let accept = plain.once("sec-websocket-accept");
    assert_eq!(accept, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    let extensions = plain.all("sec-websocket-extensions");
    assert!(
        extensions
            .iter()
            .all(|all| all.split(',').all(|one| one.trim().is_empty()))
    );
    assert_eq!(
        plain.all("sec-websocket-protocol").len(),
        usize::from(protocol.is_some())
    );
    if let Some(protocol) = protocol {
        assert_eq!(plain.once("sec-websocket-protocol"), Some(&*protocol));
        assert!(protocols.contains(&protocol.as_str()), "{protocol}");
    }
}

/// What is taken apart as it arrives is what is taken apart at once; a mistake may be seen later, at
/// the end of the head at the latest.
fn assert_scans_alike(input: &[u8]) {
    let size = |found: Option<(ResponseHead<'_>, usize)>| found.map(|(_, size)| size);
    let whole = ResponseHead::decode(input).map(size);
    let mut scanner = ResponseScanner::new();
    let scanned = (1..=input.len())
        .map(|end| scanner.scan(&input[..end]).map(size))
        .find(|scanned| *scanned != Ok(None));
    match scanned {
        Some(scanned) => assert_eq!(scanned, whole, "byte by byte"),
        None => assert!(!matches!(whole, Ok(Some(_))), "{whole:?} is passed over"),
    }
}

/// The size of the head and the subprotocol, if it is all there and right.
fn verdict(
    request: &Request<'_>,
    input: &[u8],
) -> Result<Option<(usize, Option<String>)>, ResponseError> {
    let Some((head, size)) = ResponseHead::decode(input)? else {
        return Ok(None);
    };
    assert!(size <= input.len());
    let protocol = request.check(&head)?;
    Ok(Some((size, protocol.map(str::to_owned))))
}
