//! How a connection becomes a WebSocket (§4.1).

use std::io;
use std::net::SocketAddr;

/// A request to be upgraded.
pub(super) fn request(address: SocketAddr, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

/// Appends `bytes` to the head of a response, and returns where in them the head ends, if it does.
///
/// An error: the response is not a 101.
pub(super) fn complete(head: &mut Vec<u8>, bytes: &[u8]) -> io::Result<Option<usize>> {
    const END: &[u8] = b"\r\n\r\n";
    let before = head.len();
    head.extend_from_slice(bytes);
    let Some(end) = head.windows(END.len()).position(|four| four == END) else {
        return Ok(None);
    };
    if !head.starts_with(b"HTTP/1.1 101 ") {
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        return Err(io::Error::other(format!(
            "refused: {}",
            line.escape_ascii()
        )));
    }
    Ok(Some(end + END.len() - before))
}
