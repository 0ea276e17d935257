//! U, R: how many may connect at once, and what the one too many is told.

use crate::live::PATIENCE;
use crate::live::house::Own;
use crate::live::optional;
use crate::live::rows::row;
use crate::live::wire::{UPGRADE, Wire};
use libtest_mimic::Trial;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::Command;
use std::time::Instant;

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = vec![
        row(
            "U33 over --max-connections: 503, before a word is said",
            || {
                let (server, _first, _second) = full_server();
                let mut wire = Wire::open(server.addr());
                wire.answer().assert_refusal(503);
            },
        ),
        row(
            "U33 over --max-connections: 503, behind the request",
            || {
                let (server, _first, _second) = full_server();
                for _ in 0..20 {
                    refused_with_request(server.addr());
                }
            },
        ),
        row("U33 refusals do not hold up those who are in", || {
            let (server, mut first, mut second) = full_server();
            let refused: Vec<Wire> = (0..100).map(|_| Wire::open(server.addr())).collect();
            first.echo("first");
            second.echo("second");
            for mut wire in refused {
                wire.answer().assert_refusal(503);
            }
        }),
        row(
            "U33 one who is refused and sends without end holds up nobody",
            endless_sender,
        ),
        row("R07 a place is free when its client has closed", || {
            let (server, mut first, mut second) = full_server();
            first.send_frame(0x88, b"");
            first.expect_frame(0x88, b"");
            first.expect_end();
            drop(first);
            Wire::upgraded_when_there_is_room(server.addr()).echo("third");
            second.echo("second");
        }),
        row(
            "C14 a place is free when its client has gone without a Close",
            || {
                let (server, first, _second) = full_server();
                drop(first);
                Wire::upgraded_when_there_is_room(server.addr()).echo("third");
            },
        ),
    ];
    rows.push(row("R08 loopback is exempt from --max-per-address", || {
        let server = Own::start(&["--max-per-address", "1"]);
        let mut all: Vec<Wire> = (0..5).map(|_| Wire::upgraded(server.addr())).collect();
        all.iter_mut().for_each(|wire| wire.echo("here"));
    }));
    let name = "R08 loopback is exempt when it comes to an IPv6 socket";
    let over_ipv6 = || {
        let server = listening(&["--listen", "[::]:0", "--max-per-address", "1"]);
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, server.addr().port()));
        let mut all: Vec<Wire> = (0..5).map(|_| Wire::upgraded(addr)).collect();
        all.iter_mut().for_each(|wire| wire.echo("here"));
    };
    rows.push(match TcpListener::bind("[::]:0") {
        Ok(_) => row(name, over_ipv6),
        Err(_) => optional::missing(name, "this machine has no IPv6"),
    });
    let name = "R08 over --max-per-address: 503 for this address, not for others";
    rows.push(match own_address() {
        Some(own) => row(name, move || one_address(own)),
        None => optional::missing(name, "this machine has no address but loopback"),
    });
    rows
}

fn full_server() -> (Own, Wire, Wire) {
    let server = Own::start(&["--max-connections", "2"]);
    let (first, second) = (Wire::upgraded(server.addr()), Wire::upgraded(server.addr()));
    (server, first, second)
}

/// The answer is there before the request is: it must not be lost when the server closes.
fn refused_with_request(addr: SocketAddr) {
    let mut wire = Wire::open(addr);
    wire.send(UPGRADE.replace("{host}", &addr.to_string()).as_bytes());
    wire.answer().assert_refusal(503);
}

/// Refused clients are kept for a moment, and what they still send is taken in meanwhile. That
/// must have an end: those who come behind wait for the same thread.
fn endless_sender() {
    let (server, mut first, _second) = full_server();
    let mut endless = Wire::open(server.addr());
    let chunk = vec![b'a'; 1 << 20];
    let deadline = Instant::now() + PATIENCE;
    let mut sent = 0;
    while endless.try_send(&chunk).is_ok() {
        sent += chunk.len() >> 20;
        assert!(Instant::now() < deadline, "{sent} MiB were taken in");
    }
    first.echo("unharmed");
}

fn one_address(own: IpAddr) {
    let server = listening(&["--listen", "0.0.0.0:0", "--max-per-address", "2"]);
    let port = server.addr().port();
    let addr = SocketAddr::new(own, port);
    let mut first = Wire::upgraded(addr);
    let _second = Wire::upgraded(addr);
    refused_with_request(addr);
    Wire::upgraded((Ipv4Addr::LOCALHOST, port).into()).echo("from elsewhere");
    first.echo("first");
    drop(first);
    Wire::upgraded_when_there_is_room(addr).echo("third");
}

/// A server that listens where the flags say.
fn listening(flags: &[&str]) -> Own {
    Own::spawn(
        Command::new(env!("CARGO_BIN_EXE_ws101"))
            .arg("serve")
            .args(flags),
    )
}

/// The address that this machine would go out from; asking for it sends nothing.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(("192.0.2.1", 9)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback() && !own.is_unspecified()).then_some(own)
}
