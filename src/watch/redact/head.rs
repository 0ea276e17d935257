//! The secrets of a handshake.
//!
//! Credentials travel in headers: `Authorization`, `Cookie`, the `X-Api-Key` of a proxy in front of this
//! server. They travel in the query, and among the subprotocols, where scripts put them because they can
//! set no header. A list of all headers with secrets is impossible, so this is the list of those without.
//! The name of every header stays, and so does the length of its value.

use super::BLOT;

/// Headers whose values say how to connect, or what every server and every browser says.
const HARMLESS: [&str; 21] = [
    "Host",
    "Origin",
    "Upgrade",
    "Connection",
    "Keep-Alive",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Accept",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "User-Agent",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Cache-Control",
    "Pragma",
    "Content-Length",
    "Date",
    "Server",
];
/// The one query that is no secret: it asks for a token.
const KNOWN_QUERY: &[u8] = b"watch";

/// Blots out what may be secret in a request or a response; `subprotocols` are known not to be. Returns the
/// names of the headers of which something was blotted out, and `target` for the query.
pub(in crate::watch) fn redact_head(head: &mut [u8], subprotocols: &[&str]) -> Vec<String> {
    let mut blotted = Vec::new();
    for (at, line) in head.split_inclusive_mut(|&byte| byte == b'\n').enumerate() {
        let (name, is_blotted) = match at {
            0 => ("target".to_owned(), redact_query(line)),
            _ => redact_header(line, subprotocols),
        };
        if is_blotted {
            blotted.push(name);
        }
    }
    blotted
}

/// Blots out the query of `GET /path?query HTTP/1.1`; a status line has none.
fn redact_query(line: &mut [u8]) -> bool {
    let mut words = line.split_mut(|&byte| byte == b' ');
    let Some(target) = words.nth(1) else {
        return false;
    };
    let mut parts = target.splitn_mut(2, |&byte| byte == b'?');
    let query = parts.nth(1).unwrap_or_default();
    let pairs = query.split_mut(|&byte| byte == b'&');
    blot_all(pairs.filter(|pair| **pair != *KNOWN_QUERY))
}

/// Returns the header's name, and whether something of its value was blotted out.
fn redact_header(line: &mut [u8], subprotocols: &[&str]) -> (String, bool) {
    let colon = line.iter().position(|&byte| byte == b':');
    let (name, value) = line.split_at_mut(colon.map_or(0, |colon| colon + 1));
    let name = String::from_utf8_lossy(name.strip_suffix(b":").unwrap_or_default()).into_owned();
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    let is_blotted = if HARMLESS.into_iter().any(is) {
        false
    } else if is("Sec-WebSocket-Protocol") {
        let offers = value.split_mut(|&byte| byte == b',');
        let is_known = |offer: &[u8]| subprotocols.iter().any(|known| known.as_bytes() == offer);
        blot_all(offers.filter(|offer| !is_known(offer.trim_ascii())))
    } else {
        blot_all([value])
    };
    (name, is_blotted)
}

/// Blots out the texts, but for the blanks around them. Returns whether there was anything else.
fn blot_all<'a>(texts: impl IntoIterator<Item = &'a mut [u8]>) -> bool {
    let mut was_any = false;
    for text in texts {
        let start = text.len() - text.trim_ascii_start().len();
        let end = text.trim_ascii_end().len();
        if start < end {
            text[start..end].fill(BLOT);
            was_any = true;
        }
    }
    was_any
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line, what is shown of it, and the name that is returned.
    const LINES: [(&str, &str, &str); 14] = [
        ("Host: localhost:9001", "Host: localhost:9001", ""),
        ("sec-websocket-KEY: abc=", "sec-websocket-KEY: abc=", ""),
        (
            "Authorization: Basic YQ==",
            "Authorization: **********",
            "Authorization",
        ),
        ("AUTHORIZATION:x", "AUTHORIZATION:*", "AUTHORIZATION"),
        (
            "Cookie:  name=ada; sid=1 ",
            "Cookie:  *************** ",
            "Cookie",
        ),
        (
            "Set-Cookie: sid=1; Path=/",
            "Set-Cookie: *************",
            "Set-Cookie",
        ),
        ("X-Api-Key: a:b", "X-Api-Key: ***", "X-Api-Key"),
        (
            "Sec-WebSocket-Secret: a",
            "Sec-WebSocket-Secret: *",
            "Sec-WebSocket-Secret",
        ),
        ("X-Latin: \u{e9}", "X-Latin: **", "X-Latin"),
        ("X-Empty: ", "X-Empty: ", ""),
        (
            "Sec-WebSocket-Protocol: chat.ws101.v1",
            "Sec-WebSocket-Protocol: chat.ws101.v1",
            "",
        ),
        (
            "Sec-WebSocket-Protocol: bearer.1, chat.ws101.v1 ,x",
            "Sec-WebSocket-Protocol: ********, chat.ws101.v1 ,*",
            "Sec-WebSocket-Protocol",
        ),
        ("no header at all", "****************", ""),
        ("", "", ""),
    ];
    const TARGETS: [(&str, &str, &str); 6] = [
        ("GET /ws HTTP/1.1", "GET /ws HTTP/1.1", ""),
        ("GET /echo?watch HTTP/1.1", "GET /echo?watch HTTP/1.1", ""),
        (
            "GET /ws?token=1&watch&YQ== HTTP/1.1",
            "GET /ws?*******&watch&**** HTTP/1.1",
            "target",
        ),
        ("GET /ws?a?b HTTP/1.1", "GET /ws?*** HTTP/1.1", "target"),
        (
            "GET http://localhost/ws?a HTTP/1.1",
            "GET http://localhost/ws?* HTTP/1.1",
            "target",
        ),
        ("HTTP/1.1 101 What now?", "HTTP/1.1 101 What now?", ""),
    ];

    fn check(before: &str, line: &str, shown: &str, blotted: &str) {
        let mut head = format!("{before}{line}\r\n").into_bytes();
        let names = redact_head(&mut head, &["chat.ws101.v1"]).concat();
        let expected = format!("{before}{shown}\r\n");
        assert_eq!(String::from_utf8_lossy(&head), expected);
        assert_eq!((names.as_str(), head.len()), (blotted, expected.len()));
    }

    #[test]
    fn j31_values_that_may_be_secret_are_blotted_out_and_nothing_else() {
        for (line, shown, blotted) in TARGETS {
            check("", line, shown, blotted);
        }
        for (line, shown, blotted) in LINES {
            check("GET /ws HTTP/1.1\r\n", line, shown, blotted);
        }
    }
}
