//! A server's answer to our client: the same verdict however it is cut, and 101 only when it is
//! an answer to our request.

use crate::protocol::http::ResponseHead;
use crate::protocol::{Request, ResponseError, accept_key};

/// §1.3's own: its key is `dGhlIHNhbXBsZSBub25jZQ==`.
const NONCE: [u8; 16] = *b"the sample nonce";

/// The input is what a server sends.
pub fn client_handshake(input: &[u8]) {
    let protocols = ["chat", "superchat"];
    let request = Request::new("server.example.com", "/chat", NONCE).protocols(&protocols);
    let whole = verdict(&request, input);
    // What is decided stays decided, whatever comes behind it.
    let first = (0..input.len()).find_map(|end| match verdict(&request, &input[..end]) {
        Ok(None) => None,
        decided => Some(decided),
    });
    if let Some(decided) = first {
        assert_eq!(decided, whole, "cut");
    }
    let Ok(Some((size, protocol))) = whole else {
        return;
    };
    let text = String::from_utf8_lossy(&input[..size]);
    assert!(text.contains(" 101"), "{text}");
    let accept = accept_key("dGhlIHNhbXBsZSBub25jZQ==");
    assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(text.contains(&accept), "{text}");
    let lower = text.to_ascii_lowercase();
    for needed in [
        "upgrade:",
        "websocket",
        "connection:",
        "sec-websocket-accept:",
    ] {
        assert!(lower.contains(needed), "{needed} is not in {text}");
    }
    if let Some(protocol) = protocol {
        assert!(protocols.contains(&protocol.as_str()), "{protocol}");
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
