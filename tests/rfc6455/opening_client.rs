//! §4.1: what a client asks, and which answers it accepts.

use crate::conversation::row;
use crate::request::{HANDSHAKE, SWITCHING, head};
use libtest_mimic::Trial;
use ws101::protocol::http::{HeadLimits, RequestHead, ResponseHead, ResponseScanner};
use ws101::protocol::{Request, ResponseError, Upgrade};

/// The sixteen bytes whose base64 is the key of §1.3.
const NONCE: [u8; 16] = *b"the sample nonce";
const OFFERED: [&str; 2] = ["chat", "superchat"];

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = requests();
    rows.extend(accepted());
    rows.extend(refused());
    rows.extend(heads());
    rows
}

fn request() -> Request<'static> {
    Request::new("server.example.com", "/chat", NONCE).protocols(&OFFERED)
}

fn requests() -> Vec<Trial> {
    vec![
        row(
            "4.1 a request has all that a client must send, once",
            || {
                let bytes = Request::new("server.example.com", "/chat", NONCE)
                    .to_bytes(&[])
                    .expect("fit to send");
                assert_eq!(text(&bytes), text(&head(&HANDSHAKE)));
            },
        ),
        row(
            "4.1 a request may offer subprotocols and bring headers of its own",
            || {
                let bytes = request()
                    .to_bytes(&[("Origin", "http://example.com")])
                    .expect("fit to send");
                let more = [
                    "Sec-WebSocket-Protocol: chat, superchat",
                    "Origin: http://example.com",
                ];
                assert_eq!(text(&bytes), text(&head(&[&HANDSHAKE[..], &more].concat())));
            },
        ),
        row(
            "4.1 another nonce is another key, and it is always 24 characters",
            || {
                for nonce in [[0; 16], [255; 16], [0b1010_1010; 16]] {
                    let bytes = Request::new("a", "/", nonce)
                        .to_bytes(&[])
                        .expect("fit to send");
                    let head = RequestHead::parse(&bytes, HeadLimits::DEFAULT).expect("a request");
                    let key = head
                        .headers
                        .once("Sec-WebSocket-Key")
                        .expect("one")
                        .expect("there");
                    assert_eq!((key.len(), &key[22..]), (24, "=="));
                    let other = Request::new("a", "/", NONCE)
                        .to_bytes(&[])
                        .expect("fit to send");
                    assert!(!text(&other).contains(key));
                }
            },
        ),
        row(
            "4.1 our server takes our client's request, our client our server's answer",
            || {
                let bytes = request().to_bytes(&[]).expect("fit to send");
                let head = RequestHead::parse(&bytes, HeadLimits::DEFAULT).expect("a request");
                let upgrade = Upgrade::check(&head).expect("an upgrade");
                assert_eq!(upgrade.protocols(), OFFERED);
                let chosen = upgrade.choose_protocol(&["superchat"]);
                assert_eq!(
                    verdict(&upgrade.response(chosen).expect("an offer")),
                    Ok(Some("superchat".to_owned()))
                );
            },
        ),
    ]
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("ASCII")
}

/// What the client makes of an answer.
fn verdict(answer: &[u8]) -> Result<Option<String>, ResponseError> {
    let (head, size) = ResponseHead::decode(answer)?.expect("the answer is complete");
    assert_eq!(size, answer.len());
    Ok(request().check(&head)?.map(str::to_owned))
}

/// [`SWITCHING`] with other lines: as for a request.
fn answer_with(changes: &[&str]) -> Vec<u8> {
    let name = |line: &str| line.split([':', ' ']).next().map(str::to_ascii_lowercase);
    let changed = |line: &str| changes.iter().any(|change| name(change) == name(line));
    let new = |status: bool| {
        let is_wanted = move |change: &&&str| change.starts_with("HTTP/") == status;
        changes
            .iter()
            .filter(is_wanted)
            .filter(|change| change.contains([':', ' ']))
    };
    let status = if changed("HTTP/1.1 101") { 1 } else { 0 };
    let kept = SWITCHING[status..].iter().filter(|line| !changed(line));
    head(
        &new(true)
            .chain(kept)
            .chain(new(false))
            .copied()
            .collect::<Vec<_>>(),
    )
}

fn accepted() -> Vec<Trial> {
    let rows: [(&str, &[&str], Option<&str>); 10] = [
        ("4.1 the answer of §1.3 is accepted", &[], None),
        (
            "4.1 the words behind 101 mean nothing",
            &["HTTP/1.1 101 Fine"],
            None,
        ),
        ("4.1 Upgrade in any case", &["Upgrade: WEBSOCKET"], None),
        ("4.1 Connection in any case", &["Connection: upgrade"], None),
        (
            "4.1 Connection is a list",
            &["Connection: keep-alive, Upgrade"],
            None,
        ),
        (
            "4.1 header names in any case",
            &["UPGRADE: websocket", "connection: Upgrade"],
            None,
        ),
        (
            "4.1 blanks around the accept key are not part of it",
            &["Sec-WebSocket-Accept:  \ts3pPLMBiTxaQ9kYGzzhZRbK+xOo= "],
            None,
        ),
        (
            "4.1 other headers are ignored",
            &["Server: x", "Set-Cookie: a=b"],
            None,
        ),
        (
            "4.1 a subprotocol that was offered",
            &["Sec-WebSocket-Protocol: chat"],
            Some("chat"),
        ),
        (
            "4.1 the other one that was offered",
            &["Sec-WebSocket-Protocol: superchat"],
            Some("superchat"),
        ),
    ];
    let rows = rows.map(|(name, changes, chosen)| {
        let answer = answer_with(changes);
        row(name, move || {
            assert_eq!(verdict(&answer), Ok(chosen.map(str::to_owned)))
        })
    });
    rows.into()
}

fn refused() -> Vec<Trial> {
    let status = |status, reason: &str| ResponseError::Status {
        status,
        reason: reason.to_owned(),
    };
    let unasked = |name: &str| ResponseError::UnaskedProtocol(name.to_owned());
    let extension = |name: &str| ResponseError::UnaskedExtension(name.to_owned());
    let no_upgrade = || ResponseError::Missing("Upgrade: websocket");
    let no_connection = || ResponseError::Missing("Connection: Upgrade");
    let wrong = || ResponseError::WrongAccept;
    let malformed = || ResponseError::Malformed("a header that occurs twice, or is not ASCII");
    let rows: [(&str, &[&str], ResponseError); 26] = [
        ("4.1 status 200", &["HTTP/1.1 200 OK"], status(200, "OK")),
        (
            "4.1 status 301: not followed",
            &["HTTP/1.1 301 Moved"],
            status(301, "Moved"),
        ),
        ("4.1 status 401", &["HTTP/1.1 401 Who"], status(401, "Who")),
        (
            "4.1 status 100",
            &["HTTP/1.1 100 Continue"],
            status(100, "Continue"),
        ),
        ("4.1 no Upgrade", &["Upgrade"], no_upgrade()),
        ("4.1 an empty Upgrade", &["Upgrade:"], no_upgrade()),
        (
            "4.1 Upgrade to something else",
            &["Upgrade: h2c"],
            no_upgrade(),
        ),
        (
            "4.1 Upgrade must be this value, not hold it",
            &["Upgrade: h2c, websocket"],
            no_upgrade(),
        ),
        ("4.1 no Connection", &["Connection"], no_connection()),
        (
            "4.1 Connection without Upgrade",
            &["Connection: keep-alive"],
            no_connection(),
        ),
        ("4.1 no accept key", &["Sec-WebSocket-Accept"], wrong()),
        (
            "4.1 an empty accept key",
            &["Sec-WebSocket-Accept:"],
            wrong(),
        ),
        (
            "4.1 another accept key",
            &["Sec-WebSocket-Accept: OfS0wDaT5NoxF2gqm7Zj2YtetzM="],
            wrong(),
        ),
        (
            "4.1 an accept key in lower case",
            &["Sec-WebSocket-Accept: s3pplmbitxaq9kygzzhzrbk+xoo="],
            wrong(),
        ),
        (
            "4.1 an accept key without padding",
            &["Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo"],
            wrong(),
        ),
        (
            "4.1 our own key sent back",
            &["Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ=="],
            wrong(),
        ),
        (
            "4.1 two accept keys",
            &[
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ],
            malformed(),
        ),
        (
            "4.1 an accept key over 127",
            &["Sec-WebSocket-Accept: ü"],
            malformed(),
        ),
        (
            "4.1 an extension that was not asked for",
            &["Sec-WebSocket-Extensions: permessage-deflate"],
            extension("permessage-deflate"),
        ),
        (
            "4.1 a second extension line",
            &["Sec-WebSocket-Extensions:", "Sec-WebSocket-Extensions: x"],
            extension("x"),
        ),
        (
            "4.1 a subprotocol that was not asked for",
            &["Sec-WebSocket-Protocol: other"],
            unasked("other"),
        ),
        (
            "4.1 a subprotocol in another case",
            &["Sec-WebSocket-Protocol: Chat"],
            unasked("Chat"),
        ),
        (
            "4.1 two subprotocols in one line",
            &["Sec-WebSocket-Protocol: chat, superchat"],
            unasked("chat, superchat"),
        ),
        (
            "4.1 an empty subprotocol",
            &["Sec-WebSocket-Protocol:"],
            unasked(""),
        ),
        (
            "4.1 two subprotocols in two lines",
            &[
                "Sec-WebSocket-Protocol: chat",
                "Sec-WebSocket-Protocol: chat",
            ],
            malformed(),
        ),
        ("4.1 Upgrade over 127", &["Upgrade: ü"], malformed()),
    ];
    let rows = rows.map(|(name, changes, error)| {
        let answer = answer_with(changes);
        row(format!("{name} is refused"), move || {
            assert_eq!(verdict(&answer), Err(error))
        })
    });
    rows.into()
}

fn heads() -> Vec<Trial> {
    let not_http = |name: &str, answer: &'static [u8]| {
        row(name, move || {
            let decoded = ResponseHead::decode(answer).map(|head| head.map(|(_, size)| size));
            assert!(
                matches!(decoded, Err(ResponseError::Malformed(_))),
                "{decoded:?}"
            );
        })
    };
    vec![
        row(
            "4.1 an answer cut anywhere is incomplete, what is behind it is left",
            || {
                let answer = answer_with(&[]);
                for cut in 0..answer.len() {
                    let decoded = ResponseHead::decode(&answer[..cut]).expect("no mistake");
                    assert!(decoded.is_none(), "cut at {cut}");
                }
                let with_frame = [&answer[..], &[0x81, 0x00]].concat();
                let (head, size) = ResponseHead::decode(&with_frame)
                    .expect("fine")
                    .expect("complete");
                assert_eq!(
                    (head.status, head.reason, size),
                    (101, "Switching Protocols", answer.len())
                );
            },
        ),
        row("4.1 no subprotocol was offered: none may come", || {
            let answer = answer_with(&["Sec-WebSocket-Protocol: chat"]);
            let (head, _) = ResponseHead::decode(&answer)
                .expect("fine")
                .expect("complete");
            let request = Request::new("server.example.com", "/chat", NONCE);
            let unasked = ResponseError::UnaskedProtocol("chat".to_owned());
            assert_eq!(request.check(&head), Err(unasked));
        }),
        not_http("4.1 an answer that is no HTTP", b"SSH-2.0-OpenSSH\r\n\r\n"),
        not_http("4.1 an answer without a status", b"HTTP/1.1 OK\r\n\r\n"),
        not_http(
            "4.1 an answer with a folded line",
            b"HTTP/1.1 101 x\r\nA: b\r\n c\r\n\r\n",
        ),
        not_http(
            "4.1 an answer with a control character",
            b"HTTP/1.1 101 x\r\nA: \x01\r\n\r\n",
        ),
        not_http(
            "9112 2.2 an answer with a line that LF ends without CR",
            b"HTTP/1.1 101 x\r\nA: b\nC: d\r\n\r\n",
        ),
        not_http(
            "9112 2.2 an answer whose blank line is LF alone",
            b"HTTP/1.1 101 x\r\nA: b\r\n\n",
        ),
        not_http(
            "9112 2.2 an answer that begins with a blank line",
            b"\r\nHTTP/1.1 101 x\r\n\r\n",
        ),
        row(
            "4.1 an answer that comes byte by byte is taken apart at its end",
            || {
                let (answer, mut scanner) = (answer_with(&[]), ResponseScanner::new());
                for end in 1..answer.len() {
                    let found = scanner.scan(&answer[..end]).expect("no mistake");
                    assert!(found.is_none(), "after {end} bytes");
                }
                let (_, size) = scanner.scan(&answer).expect("fine").expect("complete");
                assert_eq!(size, answer.len());
            },
        ),
        row("4.1 an answer that is no HTTP is not waited for", || {
            let refused = ResponseScanner::new()
                .scan(b"SSH-2.0-OpenSSH\r\n")
                .map(drop);
            assert!(matches!(refused, Err(ResponseError::Malformed(_))));
        }),
        row("4.1 an answer in HTTP/1.0 cannot switch", || {
            let text = String::from_utf8(answer_with(&[])).expect("the answer is text");
            let old = text.replacen("HTTP/1.1", "HTTP/1.0", 1);
            let answered = verdict(old.as_bytes());
            assert!(
                matches!(answered, Err(ResponseError::Malformed(_))),
                "{answered:?}"
            );
        }),
        row("4.1 an answer's head that does not end is refused", || {
            let answer = [b"HTTP/1.1 101 x\r\nA: ".as_slice(), &[b'b'; 70_000]].concat();
            assert!(matches!(ResponseHead::decode(&answer[..60_000]), Ok(None)));
            let refused = ResponseHead::decode(&answer);
            assert!(matches!(refused, Err(ResponseError::Malformed(_))));
        }),
        row("4.1 an answer with 129 headers is refused", || {
            let lines =
                |count| head(&[&["HTTP/1.1 101 x"], vec!["A: b"; count].as_slice()].concat());
            assert!(matches!(ResponseHead::decode(&lines(128)), Ok(Some(_))));
            assert!(ResponseHead::decode(&lines(129)).is_err());
        }),
    ]
}
