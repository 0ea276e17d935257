//! U, R: how many clients may connect at once, and how the next one is refused.

use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::target::Target;
use crate::kit::optional;
use crate::kit::stopwatch::PATIENCE;
use crate::kit::table::row;
use crate::witnessed::{WitnessedServer, own_row};
use libtest_mimic::Trial;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::Command;
use std::time::Instant;

/// Two places besides those of the witnesses.
const TWO_PLACES: [&str; 2] = ["--max-connections", "4"];

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = refused();
    rows.extend(free_places());
    rows.extend(own_row(
        "R08 loopback is exempt from --max-per-address",
        ["--max-per-address", "1"],
        several_are_heard,
    ));
    rows.push(match TcpListener::bind("[::]:0") {
        Ok(_) => row(
            "R08 loopback is exempt when it comes to an IPv6 socket",
            || {
                let server = listening(&["--listen", "[::]:0", "--max-per-address", "1"]);
                several_are_heard(
                    SocketAddr::from((Ipv4Addr::LOCALHOST, server.addr().port())).into(),
                );
            },
        ),
        Err(_) => optional::missing(
            "R08 loopback is exempt when it comes to an IPv6 socket",
            "this machine has no IPv6",
        ),
    });
    let name = "R08 over --max-per-address: 503 for this address, and for no other";
    rows.push(match own_address() {
        Some(own) => row(name, move || one_address(own)),
        None => optional::missing(name, "this machine has no address but loopback"),
    });
    rows
}

fn refused() -> Vec<Trial> {
    let full = |name, run: fn(Target, &mut RawClient, &mut RawClient)| {
        own_row(name, TWO_PLACES, move |target| {
            let (mut first, mut second) =
                (RawClient::upgraded(target), RawClient::upgraded(target));
            run(target, &mut first, &mut second);
        })
    };
    [
        full(
            "U33 over --max-connections: 503, before the request",
            |target, _, _| {
                RawClient::open(target).answer().assert_refusal(503);
            },
        ),
        full(
            "U33 over --max-connections: 503, after the request",
            |target, _, _| {
                (0..20).for_each(|_| refused_with_request(target));
            },
        ),
        full(
            "U33 refusals do not delay connected clients",
            |target, first, second| {
                let refused: Vec<RawClient> = (0..100).map(|_| RawClient::open(target)).collect();
                first.echo("first");
                second.echo("second");
                for mut wire in refused {
                    wire.answer().assert_refusal(503);
                }
            },
        ),
        full(
            "U33 a refused client that sends without end delays no other",
            |target, first, _| {
                endless_sender(target);
                first.echo("unharmed");
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn free_places() -> Vec<Trial> {
    [
        own_row(
            "R07 a place is free when its client has closed",
            TWO_PLACES,
            |target| {
                let (mut first, mut second) =
                    (RawClient::upgraded(target), RawClient::upgraded(target));
                first.send_frame(0x88, b"");
                first.expect_frame(0x88, b"");
                first.expect_end();
                drop(first);
                RawClient::upgraded_when_there_is_room(target).echo("third");
                second.echo("second");
            },
        ),
        own_row(
            "C14 a place is free when its client has gone without a Close",
            TWO_PLACES,
            |target| {
                let (first, _second) = (RawClient::upgraded(target), RawClient::upgraded(target));
                drop(first);
                RawClient::upgraded_when_there_is_room(target).echo("third");
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn several_are_heard(target: Target) {
    let mut all: Vec<RawClient> = (0..5).map(|_| RawClient::upgraded(target)).collect();
    all.iter_mut().for_each(|wire| wire.echo("here"));
}

/// The response is sent before the request arrives; it must not be lost when the server closes.
fn refused_with_request(target: Target) {
    let mut wire = RawClient::open(target);
    // Fails if the server closes the connection before the request is written.
    let _ = wire.try_send(
        UPGRADE
            .replace("{host}", &target.addr.to_string())
            .as_bytes(),
    );
    wire.answer().assert_refusal(503);
}

/// The server keeps a refused client for a moment and reads what it still sends. That must end,
/// because one thread refuses all clients.
fn endless_sender(target: Target) {
    let mut endless = RawClient::open(target.addr);
    let chunk = vec![b'a'; 1 << 20];
    let deadline = Instant::now() + PATIENCE;
    let mut sent = 0;
    while endless.try_send(&chunk).is_ok() {
        sent += chunk.len() >> 20;
        assert!(Instant::now() < deadline, "{sent} MiB were taken in");
    }
}

fn one_address(own: IpAddr) {
    let server = listening(&["--listen", "0.0.0.0:0", "--max-per-address", "2"]);
    let port = server.addr().port();
    let addr = SocketAddr::new(own, port);
    let mut first = RawClient::upgraded(addr);
    let _second = RawClient::upgraded(addr);
    refused_with_request(addr.into());
    RawClient::upgraded(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).echo("from elsewhere");
    first.echo("first");
    drop(first);
    RawClient::upgraded_when_there_is_room(addr).echo("third");
}

/// A server that listens where `flags` say.
pub(crate) fn listening(flags: &[&str]) -> WitnessedServer {
    WitnessedServer::spawn(
        Command::new(env!("CARGO_BIN_EXE_ws101"))
            .arg("serve")
            .args(flags),
    )
}

/// The address from which this machine would reach another; finding it sends nothing.
pub(crate) fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(("192.0.2.1", 9)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback() && !own.is_unspecified()).then_some(own)
}
