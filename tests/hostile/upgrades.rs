//! U: from HTTP to WebSocket.

use crate::kit::bytes::frame_from;
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::target::Target;
use crate::witnessed::SharedServer;
use libtest_mimic::Trial;
use std::sync::Arc;
use ws101::Role;

const HOST: &str = "Host: {host}";
const UP: &str = "Upgrade: websocket";
const CONNECTION: &str = "Connection: Upgrade";
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const VERSION: &str = "Sec-WebSocket-Version: 13";

/// The answer to [`KEY`], by §1.3.
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Name, first line, headers, status.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &[&str], u16)] = &[
    ("U03 HTTP/1.0", "GET /echo HTTP/1.0", &[HOST, UP, CONNECTION, KEY, VERSION], 426),
    ("U04 a plain GET", "GET /echo HTTP/1.1", &[HOST], 426),
    ("U05 Upgrade: h2c", "GET /echo HTTP/1.1", &[HOST, "Upgrade: h2c", CONNECTION, KEY, VERSION], 426),
    ("U06 no Connection", "GET /echo HTTP/1.1", &[HOST, UP, KEY, VERSION], 426),
    ("U09 no version", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY], 426),
    ("U09 version 8", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, "Sec-WebSocket-Version: 8"], 426),
    ("U09 version 12", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, "Sec-WebSocket-Version: 12"], 426),
    ("U09 version 14", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, "Sec-WebSocket-Version: 14"], 426),
    ("U09 version 013", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, "Sec-WebSocket-Version: 013"], 426),
    ("U09 version 13.0", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, "Sec-WebSocket-Version: 13.0"], 426),
    ("U11 no key", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, VERSION], 400),
    ("U11 an empty key", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, "Sec-WebSocket-Key:", VERSION], 400),
    ("U12 the key twice", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, KEY, VERSION], 400),
    ("U13 a key of 15 bytes", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA", VERSION], 400),
    ("U13 a key of 17 bytes", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=", VERSION], 400),
    ("U13 a key of 25 characters", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQA==", VERSION], 400),
    ("U26 33 subprotocols", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, VERSION, "Sec-WebSocket-Protocol: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,0,1,2,3,4,5,6"], 400),
    ("U26 33 extensions", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, VERSION, "Sec-WebSocket-Extensions: a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,0,1,2,3,4,5,6"], 400),
    ("U29 a body", "GET /echo HTTP/1.1", &[HOST, UP, CONNECTION, KEY, VERSION, "Content-Length: 5"], 413),
    ("U32 an unknown path", "GET /nothing HTTP/1.1", &[HOST, UP, CONNECTION, KEY, VERSION], 404),
    ("U32 the page", "GET / HTTP/1.1", &[HOST, UP, CONNECTION, KEY, VERSION], 404),
];

/// Name, headers, and the `Sec-WebSocket-Accept` of the response.
#[rustfmt::skip]
const UPGRADED: &[(&str, &[&str], &str)] = &[
    ("U01 the example of 1.3", &[HOST, UP, CONNECTION, KEY, VERSION], ACCEPT),
    ("U07 Connection as Firefox sends it", &[HOST, UP, "Connection: keep-alive, Upgrade", KEY, VERSION], ACCEPT),
    ("U07 Connection on two lines", &[HOST, UP, "Connection: keep-alive", CONNECTION, KEY, VERSION], ACCEPT),
    ("U07 in other letters", &[HOST, "UPGRADE: WebSocket", "connection: upgrade", KEY, VERSION], ACCEPT),
    ("U09 blanks around the version", &[HOST, UP, CONNECTION, KEY, "Sec-WebSocket-Version:  13 "], ACCEPT),
    ("U15 a key with bits to spare", &[HOST, UP, CONNECTION, "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==", VERSION], "OfS0wDaT5NoxF2gqm7Zj2YtetzM="),
    ("U24 unknown subprotocols", &[HOST, UP, CONNECTION, KEY, VERSION, "Sec-WebSocket-Protocol: a, b"], ACCEPT),
    ("U27 an extension that is declined", &[HOST, UP, CONNECTION, KEY, VERSION, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"], ACCEPT),
];

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
    for &(name, line, headers, status) in REFUSED {
        rows.extend(shared.row(format!("{name}: {status}"), move |target| {
            let answer = ask(target, line, headers).answer();
            answer.assert_refusal(status);
            let version = answer.header("Sec-WebSocket-Version");
            assert_eq!(version, name.starts_with("U09").then_some("13"));
        }));
    }
    for &(name, headers, accept) in UPGRADED {
        rows.extend(shared.row(format!("{name}: 101"), move |target| {
            let mut wire = ask(target, "GET /echo HTTP/1.1", headers);
            expect_upgrade(&mut wire, accept);
            wire.echo("hello");
        }));
    }
    rows.extend(shared.row(
        "U30 frames in the packet of the request count",
        frames_behind_the_request,
    ));
    rows
}

fn ask(target: Target, line: &str, headers: &[&str]) -> RawClient {
    let mut wire = RawClient::open(target);
    let host = target.addr.to_string();
    let request = format!("{line}\r\n{}\r\n\r\n", headers.join("\r\n"));
    wire.send(request.replace("{host}", &host).as_bytes());
    wire
}

/// The response has exactly these headers: no extension, no subprotocol.
fn expect_upgrade(wire: &mut RawClient, accept: &str) {
    let answer = wire.head();
    assert_eq!(answer.status, 101, "{answer:?}");
    assert_eq!(
        answer.names(),
        ["Upgrade", "Connection", "Sec-WebSocket-Accept"]
    );
    assert_eq!(answer.header("Upgrade"), Some("websocket"));
    assert_eq!(answer.header("Connection"), Some("Upgrade"));
    assert_eq!(answer.header("Sec-WebSocket-Accept"), Some(accept));
}

/// One packet holds a request, a ping, a whole text and half of another.
fn frames_behind_the_request(target: Target) {
    let mut wire = RawClient::open(target);
    let half = frame_from(Role::Client, 0x81, b"second");
    let (now, later) = half.split_at(7);
    let request = UPGRADE.replace("{host}", &target.addr.to_string());
    let packet = [
        request.as_bytes(),
        &frame_from(Role::Client, 0x89, b"ping"),
        &frame_from(Role::Client, 0x81, b"first"),
        now,
    ];
    wire.send(&packet.concat());
    expect_upgrade(&mut wire, ACCEPT);
    wire.expect_frame(0x8a, "ping");
    wire.expect_frame(0x81, "first");
    wire.send(later);
    wire.expect_frame(0x81, "second");
}
