//! C: how the server ends on SIGTERM or SIGINT, and what its clients see.

use crate::kit::bytes::close_from;
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::server::Server;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use crate::kit::table::row;
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use ws101::Role;

/// The server ends within this time, whatever its clients do.
pub(crate) const LONGEST: Duration = Duration::from_secs(5);

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "C25 SIGTERM: every client gets 1001, the exit status is 0",
            || {
                let mut server = Server::start(&[]);
                let mut clients: Vec<RawClient> = (0..20).map(|_| settled(&server)).collect();
                let start = signal(&server, Signal::TERM);
                for client in &mut clients {
                    assert_eq!(goodbye(client), "server shutting down");
                    client.send(&close_from(Role::Client, 1001, ""));
                    client.expect_end();
                }
                assert_ends(&mut server, start);
            },
        ),
        row(
            "C25 SIGINT: the client gets 1001, the exit status is 0",
            || {
                let mut server = Server::start(&[]);
                let mut client = settled(&server);
                let start = signal(&server, Signal::INT);
                goodbye(&mut client);
                client.send(&close_from(Role::Client, 1001, ""));
                client.expect_end();
                assert_ends(&mut server, start);
            },
        ),
        row("C25 SIGTERM without clients: an end at once", || {
            let mut server = Server::start(&[]);
            let start = signal(&server, Signal::TERM);
            assert_ends(&mut server, start);
            start.assert_under(Duration::from_secs(1));
        }),
        row(
            "C18 a client that does not answer our Close is cut off",
            || {
                let mut server = Server::start(&["--close-timeout", "300ms"]);
                let mut client = settled(&server);
                let start = signal(&server, Signal::TERM);
                goodbye(&mut client);
                client.expect_end();
                let took = start.elapsed();
                assert!(took >= Duration::from_millis(300), "{took:?}");
                start.assert_under(Duration::from_millis(1_300));
                assert_ends(&mut server, start);
            },
        ),
        row(
            "C18 a client that talks on instead of answering is cut off, too",
            || {
                let mut server = Server::start(&["--close-timeout", "600ms"]);
                let mut client = settled(&server);
                let start = signal(&server, Signal::TERM);
                goodbye(&mut client);
                talk_until_cut(&mut client);
                assert_ends(&mut server, start);
            },
        ),
        row("C22 both close at once: one Close each way", both_close),
        row("C25 a message on its way when the end comes", || {
            let mut server = Server::start(&[]);
            let mut client = settled(&server);
            client.send(&[0x81, 0x85, 0, 0, 0, 0, b'h']);
            let start = signal(&server, Signal::TERM);
            goodbye(&mut client);
            client.send(b"ello");
            client.send(&close_from(Role::Client, 1001, ""));
            client.expect_end();
            assert_ends(&mut server, start);
        }),
        row("U33 SIGTERM within a request: 503", || {
            let mut server = Server::start(&[]);
            let mut waiting = RawClient::open(server.addr());
            waiting.send(b"GET / HT");
            let mut witness = RawClient::upgraded(server.addr());
            witness.echo("by now the other one is being read");
            let start = signal(&server, Signal::TERM);
            waiting.answer().assert_refusal(503);
            drop((waiting, witness));
            assert_ends(&mut server, start);
        }),
        row("U33 while the server ends, a newcomer gets 503", || {
            let mut server = Server::start(&["--close-timeout", "1s"]);
            let mut client = settled(&server);
            let start = signal(&server, Signal::TERM);
            goodbye(&mut client);
            let late = RawClient::open(server.addr()).answer();
            late.assert_refusal(503);
            drop(client);
            assert_ends(&mut server, start);
        }),
        row(
            "C25 SIGTERM in the middle of handshakes: 503, or 101 and then 1001",
            || {
                for _ in 0..10 {
                    end_amid_handshakes();
                }
            },
        ),
        row(
            "C25 SIGTERM with clients that never read: still in time",
            never_readers,
        ),
        row("C25 a second SIGINT: an end at once, status 130", || {
            let mut server = Server::start(&[]);
            let mut client = settled(&server);
            signal(&server, Signal::INT);
            goodbye(&mut client); // the server has acted on the first signal, and waits for the client
            let start = signal(&server, Signal::INT);
            let status = server.process.wait(PATIENCE);
            assert_eq!(status.code(), Some(130));
            start.assert_under(Duration::from_secs(1));
        }),
    ]
}

pub(crate) fn signal(server: &Server, signal: Signal) -> Stopwatch {
    let start = Stopwatch::start();
    server.process.signal(signal);
    start
}

/// A client that the server counts as a WebSocket, which is a little later than its 101.
pub(crate) fn settled(server: &Server) -> RawClient {
    let mut wire = RawClient::upgraded(server.addr());
    wire.echo("here");
    wire
}

/// Expects the Close of a server that ends; the connection may end later.
pub(crate) fn goodbye(client: &mut RawClient) -> String {
    let close = client.frame();
    assert_eq!(close.first, 0x88, "{close:02x?}");
    assert_eq!(close.payload[..2], 1001_u16.to_be_bytes());
    String::from_utf8_lossy(&close.payload[2..]).into_owned()
}

pub(crate) fn assert_ends(server: &mut Server, start: Stopwatch) {
    let status = server.process.wait(PATIENCE);
    assert_eq!(status.code(), Some(0), "{status}: {}", server.process.log());
    start.assert_under(LONGEST);
}

/// The client's Close crosses the server's. Repeated, because either may be first.
fn both_close() {
    for _ in 0..10 {
        let mut server = Server::start(&[]);
        let mut clients: Vec<RawClient> = (0..10).map(|_| settled(&server)).collect();
        let start = signal(&server, Signal::TERM);
        for client in &mut clients {
            client.send(&close_from(Role::Client, 1000, ""));
        }
        for mut client in clients {
            let close = client.frame();
            assert_eq!(close.first, 0x88, "{close:02x?}");
            let code = [close.payload[0], close.payload[1]];
            assert!([1000, 1001].contains(&u16::from_be_bytes(code)));
            client.expect_end();
        }
        assert_ends(&mut server, start);
    }
}

fn talk_until_cut(client: &mut RawClient) {
    let ping = crate::kit::bytes::frame_from(Role::Client, 0x89, b"");
    let deadline = Instant::now() + PATIENCE;
    while client.try_send(&ping).is_ok() {
        assert!(Instant::now() < deadline, "it is not cut off");
    }
}

/// A client that got 101 must get a Close, too; any other a 503.
fn end_amid_handshakes() {
    let mut server = Server::start(&[]);
    let addr = server.addr();
    let request = UPGRADE.replace("{host}", &addr.to_string());
    let mut clients: Vec<RawClient> = (0..50).map(|_| RawClient::open(addr)).collect();
    let start = clients
        .iter_mut()
        .enumerate()
        .map(|(number, client)| {
            // A server that ends refuses before the request, and may have closed the connection.
            let _ = client.try_send(request.as_bytes());
            (number == 25).then(|| signal(&server, Signal::TERM))
        })
        .fold(None, Option::or)
        .expect("one is the twenty-fifth");
    for mut client in clients {
        let head = client.head();
        if head.status == 101 {
            goodbye(&mut client);
            client.send(&close_from(Role::Client, 1001, ""));
            client.expect_end();
        } else {
            assert_eq!(head.status, 503);
        }
    }
    assert_ends(&mut server, start);
}

/// These clients have filled every buffer on the way, so not even a Close reaches them.
fn never_readers() {
    let mut server = Server::start(&[]);
    let deaf: Vec<TcpStream> = (0..3).map(|_| deaf_client(&server)).collect();
    let mut client = settled(&server);
    let start = signal(&server, Signal::TERM);
    goodbye(&mut client);
    client.send(&close_from(Role::Client, 1001, ""));
    client.expect_end();
    assert_ends(&mut server, start);
    drop(deaf);
}

/// A client whose echoes are more than all buffers on the way back can hold.
fn deaf_client(server: &Server) -> TcpStream {
    let wire = RawClient::upgraded(server.addr());
    crate::clients::fill(&wire);
    wire.into_tcp()
}
