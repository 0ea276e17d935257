//! K: a connection that loads a page is kept for the next request, but never takes a place from others.

use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::response::Response;
use crate::kit::client::target::Target;
use crate::kit::server::Server;
use crate::kit::table::row;
use crate::witnessed::{SharedServer, own_row, own_row_as_it_stands};
use libtest_mimic::Trial;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Kept connections stay until they have to make room, however busy the machine is.
const PATIENT: [&str; 2] = ["--idle-timeout", "60s"];

/// Two places besides those of the witnesses.
const TWO_PLACES: [&str; 4] = ["--max-connections", "4", PATIENT[0], PATIENT[1]];

/// Shorter than any other deadline, so that a row can tell which one expired.
const SHORT: [&str; 2] = ["--idle-timeout", "600ms"];

/// Name, a request on a connection that has loaded a page, status. Each ends the connection.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, u16)] = &[
    ("K03 a request with a body", "GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n\r\nhello", 413),
    ("K03 a request that breaks a rule", "GET / HTTP/1.1\r\nHost : {host}\r\n\r\n", 400),
    ("K03 a path without a page", "GET /none HTTP/1.1\r\nHost: {host}\r\n\r\n", 404),
    ("K03 a name that is not ours", "GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 421),
];

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row(
        "K01 pages and files, one after another, all of them whole",
        |target| {
            let mut wire = RawClient::open(target);
            for path in ["/", "/chat/main.js", "/shared/style.css", "/"] {
                let answer = page(&mut wire, target, path, "");
                assert_eq!(
                    (answer.status, answer.header("Connection")),
                    (200, Some("keep-alive"))
                );
                assert_eq!(answer.header("Keep-Alive"), Some("timeout=15"));
            }
        },
    );
    for (name, request) in [
        (
            "K02 Connection: close ends it",
            "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        ),
        (
            "K02 close in a list, in capitals",
            "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: Foo, CLOSE\r\n\r\n",
        ),
        (
            "K02 HTTP/1.0 ends it",
            "GET / HTTP/1.0\r\nHost: {host}\r\n\r\n",
        ),
        (
            "K02 HTTP/1.0 that wants to be kept",
            "GET / HTTP/1.0\r\nHost: {host}\r\nConnection: keep-alive\r\n\r\n",
        ),
        (
            "K02 what programs ask for is not kept",
            "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n",
        ),
    ] {
        rows.extend(shared.row(name, move |target| {
            let mut wire = RawClient::open(target);
            ask(&mut wire, target, request);
            wire.answer().assert_complete();
        }));
    }
    for &(name, request, status) in REFUSED {
        rows.extend(
            shared.row(format!("{name}: {status}, and the end"), move |target| {
                let mut wire = kept(target);
                ask(&mut wire, target, request);
                wire.answer().assert_refusal(status);
            }),
        );
    }
    rows.push(shared.row_as_it_stands(
        "K04 two requests in one read: one answer, and the end",
        |target| {
            let mut wire = kept(target);
            let one = request("/shared/style.css", target, "");
            wire.send(format!("{one}{one}").as_bytes());
            wire.answer().assert_complete();
        },
    ));
    rows.extend(shared.row("K05 HEAD, then GET", |target| {
        let mut wire = RawClient::open(target);
        ask(&mut wire, target, "HEAD / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(wire.head().status, 200);
        assert!(page(&mut wire, target, "/", "").body.ends_with("</html>\n"));
    }));
    rows.extend(shared.row("K06 an upgrade after a page: 101", |target| {
        let mut wire = kept(target);
        ask(&mut wire, target, UPGRADE);
        assert_eq!(wire.head().status, 101);
        wire.echo("no longer HTTP");
    }));
    rows.extend(revalidated(shared));
    rows.extend(in_time());
    rows.extend(crowds());
    rows
}

/// A file that the browser has is not sent again.
fn revalidated(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row(
        "K07 every file has its own entity tag, which does not change",
        |target| {
            let mut wire = RawClient::open(target);
            let tags = ["/", "/chat/main.js", "/shared/style.css"]
                .map(|path| tag(&mut wire, target, path));
            assert_eq!(
                tags,
                ["/", "/chat/main.js", "/shared/style.css"]
                    .map(|path| tag(&mut wire, target, path))
            );
            assert!(
                tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2],
                "{tags:?}"
            );
            assert!(
                tags.iter()
                    .all(|tag| tag.starts_with('"') && tag.len() > 10),
                "strong ones: {tags:?}"
            );
        },
    );
    // "{tag}" is that of the file.
    for (name, condition, status) in [
        ("K07 If-None-Match with that tag: 304", "{tag}", 304),
        ("K07 with a weak one: 304", "W/{tag}", 304),
        ("K07 with it among others: 304", "\"a\", {tag},\"b\"", 304),
        ("K07 with any: 304", "*", 304),
        ("K07 with another: 200", "\"another\"", 200),
        ("K07 with a part of it: 200", "\"", 200),
    ] {
        rows.extend(shared.row(name, move |target| {
            let mut wire = RawClient::open(target);
            let own = tag(&mut wire, target, "/chat/main.js");
            let condition = format!("If-None-Match: {}\r\n", condition.replace("{tag}", &own));
            let answer = page(&mut wire, target, "/chat/main.js", &condition);
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("ETag"), Some(own.as_str()));
            assert_eq!(answer.header("Cache-Control"), Some("no-cache"));
            assert_eq!(answer.header("Content-Length").is_none(), status == 304);
            // And the connection can be used again.
            assert_eq!(page(&mut wire, target, "/chat/main.js", "").status, 200);
        }));
    }
    for (name, codings, is_compressed) in [
        ("K07 gzip: compressed", "gzip", true),
        ("K07 gzip among others, in capitals", "br, GZIP;q=0.5", true),
        (
            "K07 gzip with a weight of zero: as it is",
            "gzip;q=0.000, br",
            false,
        ),
        (
            "K07 a weight that is no number: as it is",
            "gzip;q=much",
            false,
        ),
        ("K07 other codings: as it is", "br, gzipped", false),
    ] {
        rows.extend(shared.row(name, move |target| {
            let mut wire = RawClient::open(target);
            let plain = page(&mut wire, target, "/chat/main.js", "");
            let codings = format!("Accept-Encoding: {codings}\r\n");
            let answer = page(&mut wire, target, "/chat/main.js", &codings);
            let coding = answer.header("Content-Encoding");
            assert_eq!(coding, is_compressed.then_some("gzip"));
            assert_eq!(answer.header("Vary"), Some("Accept-Encoding"));
            assert_eq!(answer.body.starts_with('\u{1f}'), is_compressed);
            assert_eq!(answer.header("ETag") != plain.header("ETag"), is_compressed);
            let known = answer.header("ETag").expect("an entity tag");
            let again = format!("{codings}If-None-Match: {known}\r\n");
            assert_eq!(page(&mut wire, target, "/chat/main.js", &again).status, 304);
        }));
    }
    rows
}

fn in_time() -> Vec<Trial> {
    let mut rows = own_row("K08 no further request: a silent end", SHORT, |target| {
        kept(target).expect_end();
    });
    rows.extend(own_row("K08 half a request: 408", SHORT, |target| {
        let mut wire = kept(target);
        wire.send(b"GET / HT");
        wire.answer().assert_refusal(408);
    }));
    rows.push(row(
        "K09 the server ends: who is kept is closed without a word, at once",
        || {
            // The server waits for neither the idle timeout nor the close timeout.
            let mut server = Server::start(&["--idle-timeout", "10m"]);
            let mut wire = kept(server.addr().into());
            server.process.interrupt();
            wire.expect_end();
        },
    ));
    rows
}

fn crowds() -> Vec<Trial> {
    let mut rows = own_row(
        "K10 who is kept makes room for a newcomer",
        TWO_PLACES,
        |target| {
            let (mut first, mut second) = (kept(target), kept(target));
            let mut third = RawClient::upgraded(target);
            let mut fourth = RawClient::upgraded(target);
            third.echo("in");
            fourth.echo("in");
            first.expect_end();
            second.expect_end();
            RawClient::open(target).answer().assert_refusal(503);
        },
    );
    rows.push(own_row_as_it_stands(
        "K11 180 connections stand before the first request: every one is answered",
        PATIENT,
        |target| {
            let mut crowd: Vec<RawClient> = (0..180).map(|_| RawClient::open(target)).collect();
            for round in 0..7 {
                for wire in &mut crowd {
                    ask(wire, target, &request("/icon.svg", target, ""));
                }
                for (index, wire) in crowd.iter_mut().enumerate() {
                    let answer = wire.kept_answer();
                    assert_eq!(
                        answer.status, 200,
                        "round {round}, connection {index}: {answer:?}"
                    );
                    if answer.header("Connection") == Some("close") {
                        // While clients wait for a place, no connection is kept.
                        *wire = RawClient::open(target);
                    }
                }
            }
        },
    ));
    rows.extend(own_row(
        "K12 connections that stay silent make room, too",
        TWO_PLACES,
        |target| {
            let mut silent = [RawClient::open(target), RawClient::open(target)];
            let mut newcomers = [RawClient::upgraded(target), RawClient::upgraded(target)];
            newcomers.iter_mut().for_each(|wire| wire.echo("in"));
            silent.iter_mut().for_each(RawClient::expect_end);
        },
    ));
    rows.push(own_row_as_it_stands(
        "K13 more newcomers than may wait: 503 at once; those who wait in vain get an answer",
        ["--max-connections", "10"],
        queue,
    ));
    rows
}

/// Eight places besides those of the witnesses, all taken by slow requests. Two clients of one address
/// may wait: half of a quarter of the connections.
fn queue(target: Target) {
    let start = Instant::now();
    let mut slow: Vec<RawClient> = (0..8).map(|_| RawClient::open(target)).collect();
    slow.iter_mut().for_each(|wire| wire.send(b"GET / HT"));
    let mut waiting = [RawClient::open(target), RawClient::open(target)];
    RawClient::open(target).answer().assert_refusal(503);
    for wire in &mut waiting {
        wire.answer().assert_refusal(503);
    }
    assert!(
        start.elapsed() >= Duration::from_secs(3),
        "it was worth waiting"
    );
}

/// A connection that has loaded a page.
fn kept(target: Target) -> RawClient {
    let mut wire = RawClient::open(target);
    page(&mut wire, target, "/icon.svg", "");
    wire
}

fn page(wire: &mut RawClient, target: Target, path: &str, headers: &str) -> Response {
    wire.send(request(path, target, headers).as_bytes());
    wire.kept_answer()
}

fn tag(wire: &mut RawClient, target: Target, path: &str) -> String {
    let answer = page(wire, target, path, "");
    answer.header("ETag").expect("an entity tag").to_owned()
}

fn request(path: &str, target: Target, headers: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n",
        target.addr
    )
}

fn ask(wire: &mut RawClient, target: Target, request: &str) {
    wire.send(
        request
            .replace("{host}", &target.addr.to_string())
            .as_bytes(),
    );
}
