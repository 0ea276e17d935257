//! §4.1, RFC 9110 §5: what a caller may put into a head of ours. Whatever would be read as something
//! else is refused before it is sent.

use crate::conversation::row;
use crate::request::{HANDSHAKE, head};
use libtest_mimic::Trial;
use ws101::protocol::http::{HeadLimits, RequestHead};
use ws101::protocol::{HeaderError, Request, Upgrade};

const NONCE: [u8; 16] = *b"the sample nonce";

/// Section and rule, a header, and words of the refusal; none: it is sent.
#[rustfmt::skip]
const HEADERS: &[(&str, &str, &str, &str)] = &[
    ("9110 5.1 a name is a token", "X-A", "b", ""),
    ("9110 5.1 every character of a token", "!#$%&'*+-.^_`|~09azAZ", "b", ""),
    ("9110 5.1 no name", "", "b", "\"\" is not a header's name"),
    ("9110 5.1 a blank in a name", "X A", "b", "not a header's name"),
    ("9110 5.1 a blank after a name", "X-A ", "b", "not a header's name"),
    ("9110 5.1 a colon in a name", "X:", "b", "not a header's name"),
    ("9110 5.1 a line end in a name", "X: b\r\nY", "b", "not a header's name"),
    ("9110 5.1 a name that is not ASCII", "X-\u{c4}", "b", "not a header's name"),
    ("9110 5.5 a value may be empty", "X-A", "", ""),
    ("9110 5.5 blanks and tabs within a value", "X-A", "a b\tc", ""),
    ("9110 5.5 a value that is not ASCII", "X-A", "\u{c4}", ""),
    ("9110 5.5 CR LF in a value", "X-A", "b\r\nHost: evil", "the value of X-A holds '\\r'"),
    ("9110 5.5 CR LF at the end of a value", "X-A", "b\r\n", "the value of X-A holds '\\r'"),
    ("9110 5.5 LF in a value", "X-A", "b\nc", "holds '\\n'"),
    ("9110 5.5 CR in a value", "X-A", "b\rc", "holds '\\r'"),
    ("9110 5.5 NUL in a value", "X-A", "b\0c", "holds '\\0'"),
    ("9110 5.5 DEL in a value", "X-A", "b\u{7f}c", "holds '\\u{7f}'"),
    ("9110 5.5 a blank before a value", "X-A", " b", "begins or ends with a blank"),
    ("9110 5.5 a tab after a value", "X-A", "b\t", "begins or ends with a blank"),
    ("9110 5.5 a value of one blank", "X-A", " ", "begins or ends with a blank"),
    ("4.1 item 4 Host a second time", "Host", "evil", "the handshake writes Host itself"),
    ("4.1 item 4 the same in other letters", "hOST", "evil", "the handshake writes hOST itself"),
    ("4.1 item 5 Upgrade a second time", "Upgrade", "h2c", "writes Upgrade itself"),
    ("4.1 item 6 Connection a second time", "Connection", "close", "writes Connection itself"),
    ("4.1 item 7 a key of the caller's", "Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEA==", "writes Sec-WebSocket-Key itself"),
    ("4.1 item 9 another version", "Sec-WebSocket-Version", "8", "itself"),
    ("4.1 item 10 subprotocols by header", "sec-websocket-protocol", "chat", "itself"),
    ("4.1 item 11 extensions that are not built in", "Sec-WebSocket-Extensions", "permessage-deflate", "itself"),
    ("11.3 any other of the protocol's", "Sec-WebSocket-Whatever", "1", "itself"),
    ("4.1 item 8 an origin", "Origin", "http://example.com", ""),
    ("9110 8.6 a length", "Content-Length", "0", "announces a body"),
    ("9112 6.1 a coding", "transfer-encoding", "chunked", "announces a body"),
];

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows: Vec<Trial> = (HEADERS.iter())
        .map(|&(name, header, value, refusal)| {
            row(name, move || {
                let sent = request().to_bytes(&[(header, value)]);
                let line = format!("{header}: {value}");
                let lines = [&HANDSHAKE[..], &[&line]].concat();
                judge(sent, &lines, refusal);
            })
        })
        .collect();
    rows.extend(requests());
    rows.extend(answers());
    rows
}

fn request() -> Request<'static> {
    Request::new("server.example.com", "/chat", NONCE)
}

/// The bytes are these lines, or the refusal has these words.
fn judge(sent: Result<Vec<u8>, HeaderError>, lines: &[&str], refusal: &str) {
    match sent {
        Ok(bytes) => {
            assert_eq!(refusal, "", "it is sent");
            assert_eq!(bytes, head(lines));
        }
        Err(error) => {
            let told = error.to_string();
            assert!(!refusal.is_empty() && told.contains(refusal), "{told}");
        }
    }
}

fn requests() -> Vec<Trial> {
    let refused = |name: &str, request: Request<'static>, headers: &'static [_], words| {
        row(name, move || judge(request.to_bytes(headers), &[], words))
    };
    let host = |name: &str, host| {
        let request = Request::new(host, "/chat", NONCE);
        refused(name, request, &[], "is not a host")
    };
    let target = |name: &str, target| {
        let request = Request::new("a", target, NONCE);
        refused(name, request, &[], "is not a path")
    };
    let protocols =
        |name: &str, protocols, words| refused(name, request().protocols(protocols), &[], words);
    vec![
        refused(
            "4.1 item 8 Origin twice",
            request(),
            &[("Origin", "a"), ("origin", "b")],
            "origin is given twice",
        ),
        refused(
            "9110 5.3 any header twice",
            request(),
            &[("X", "a"), ("Y", "b"), ("x", "a")],
            "x is given twice",
        ),
        host("4.1 item 4 no host", ""),
        host("4.1 item 4 a line end in the host", "a\r\nX: b"),
        host("4.1 item 4 a blank in the host", "a b"),
        host("4.1 item 4 somebody at the host", "ada@a"),
        host("4.1 item 4 a path behind the host", "a/b"),
        target("4.1 item 3 no target", ""),
        target("4.1 item 3 a blank in the target", "/a b"),
        target("4.1 item 3 a line end in the target", "/ HTTP/1.1\r\nX:"),
        target("4.1 item 3 a target that is not ASCII", "/\u{c4}"),
        target("4.1 item 3 a target that is no path", "chat"),
        target("3 a fragment in the target", "/chat#top"),
        protocols(
            "4.1 item 10 a line end in a subprotocol",
            &["a\r\nX: b"],
            "\"a\\r\\nX: b\" is not a single word",
        ),
        protocols("4.1 item 10 a comma in a subprotocol", &["a,b"], "\"a,b\""),
        protocols("4.1 item 10 an empty subprotocol", &["a", ""], "\"\""),
        protocols(
            "4.1 item 10 a subprotocol twice",
            &["a", "b", "a"],
            "\"a\" is not a single word, or is offered twice",
        ),
    ]
}

/// Offered, named, and whether the answer is written.
const NAMED: &[(&str, &str, bool)] = &[
    ("chat, superchat", "superchat", true),
    ("chat", "Chat", false),
    ("chat", "superchat", false),
    ("chat", "chat\r\nSet-Cookie: a=b", false),
    ("chat", "", false),
];

fn answers() -> Vec<Trial> {
    vec![row(
        "4.2.2 item 5.5 an answer names nothing but an offer",
        || {
            for &(offered, named, is_written) in NAMED {
                let offers = format!("Sec-WebSocket-Protocol: {offered}");
                let request = head(&[&HANDSHAKE[..], &[&offers]].concat());
                let head = RequestHead::parse(&request, HeadLimits::DEFAULT).expect("a request");
                let upgrade = Upgrade::check(&head).expect("an upgrade");
                let error = upgrade.response(Some(named)).err();
                let expected = (!is_written).then(|| HeaderError::NotOffered(named.to_owned()));
                assert_eq!(error, expected, "{offered:?} {named:?}");
                if let Some(error) = error {
                    let told = format!("the client did not offer the subprotocol {named:?}");
                    assert_eq!(error.to_string(), told);
                }
            }
        },
    )]
}
