//! The side that we play: the server for the suite's clients, or the client of its server.

use super::kit::process::Process;
use super::kit::server::Server;
use super::kit::stopwatch::PATIENCE;
use super::wstest::{AGENT, DEADLINE, write_orders};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

/// The side that we play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Server,
    Client,
    /// The client, which gets each byte of the suite's by itself.
    ByteByByte,
}

impl Side {
    pub(crate) const ALL: [Self; 3] = [Self::Server, Self::Client, Self::ByteByByte];

    /// Is this case played? Group 9 is megabytes, too long to be sent byte by byte.
    pub(crate) fn plays(self, case: &str) -> bool {
        self != Self::ByteByByte || !case.starts_with("9.")
    }

    /// What the test of that case is called.
    pub(crate) fn name(self, case: &str) -> String {
        match self {
            Self::Server => case.to_owned(),
            Self::Client => format!("client {case}"),
            Self::ByteByByte => format!("client byte by byte {case}"),
        }
    }

    /// Where the reports go.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Server => "autobahn",
            Self::Client => "autobahn-client",
            Self::ByteByByte => "autobahn-client-byte-by-byte",
        }
    }

    /// Plays these cases; the reports are in `folder` afterwards. What our own programs said.
    pub(crate) fn play(self, program: &Path, folder: &Path, cases: &[&str]) -> String {
        match self {
            Self::Server => serve(program, folder, cases),
            Self::Client => connect(program, folder, cases, |server| server),
            Self::ByteByByte => connect(program, folder, cases, relay),
        }
    }
}

/// The suite's clients come to our server.
fn serve(program: &Path, folder: &Path, cases: &[&str]) -> String {
    let server = Server::start(&[]);
    let servers = json!([{ "agent": AGENT, "url": server.url("/echo") }]);
    let orders = write_orders(
        folder,
        &json!({ "outdir": folder, "servers": servers, "cases": cases }),
    );
    let mut command = Command::new(program);
    command
        .args(["--mode", "fuzzingclient", "--spec"])
        .arg(orders);
    let mut wstest = Process::spawn(&mut command);
    let status = wstest.wait(DEADLINE);
    assert!(status.success(), "{status}. wstest said:\n{}", wstest.log());
    server.process.log()
}

/// Our client goes to the suite's server, by the way that is given: once for each case, and once more
/// for the reports.
fn connect(
    program: &Path,
    folder: &Path,
    cases: &[&str],
    way: fn(SocketAddr) -> SocketAddr,
) -> String {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let url = format!("ws://{address}");
    let orders = json!({ "outdir": folder, "url": url, "cases": cases });
    let orders = write_orders(folder, &orders);
    let mut command = Command::new(program);
    // It has a web server too, which is not needed.
    command.args(["--mode", "fuzzingserver", "--webport", "0", "--spec"]);
    let wstest = Process::spawn(command.arg(orders));
    wait_until_it_listens(&wstest, address);
    let entry = way(address);
    let case = |id| format!("runCase?agent={AGENT}&casetuple={id}");
    let paths = cases
        .iter()
        .map(case)
        .chain([format!("updateReports?agent={AGENT}")]);
    paths
        .map(|path| echo(&format!("ws://{entry}/{path}"), address))
        .collect()
}

/// Our client, until the server has closed. Many cases break a rule, so how it ends is not judged here.
fn echo(url: &str, host: SocketAddr) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
    command.args(["connect", "--echo", url, "--host", &host.to_string()]);
    let mut client = Process::spawn(&mut command);
    let status = client.wait(DEADLINE);
    let log = client.log();
    assert!(
        matches!(status.code(), Some(0 | 1)),
        "{url}: {status}: {log}"
    );
    log
}

fn wait_until_it_listens(wstest: &Process, address: SocketAddr) {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(address).is_err() {
        let log = wstest.log();
        assert!(Instant::now() < deadline, "wstest does not listen: {log}");
        thread::yield_now();
    }
}

/// Stands before `server`, and passes on each of its bytes by itself. Where it is.
fn relay(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let entry = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.expect("a client comes");
            client.set_nodelay(true).expect("an option of every socket");
            let server = TcpStream::connect(server).expect("it listens");
            let both = || {
                (
                    client.try_clone().expect("open"),
                    server.try_clone().expect("open"),
                )
            };
            let (from, to) = both();
            thread::spawn(move || pass_on(from, to, usize::MAX));
            let (to, from) = both();
            thread::spawn(move || pass_on(from, to, 1));
        }
    });
    entry
}

/// Until either end is gone; then the other one is ended, too.
fn pass_on(mut from: TcpStream, mut to: TcpStream, piece: usize) {
    let mut bytes = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let mut pieces = bytes[..count].chunks(piece);
        if pieces.any(|piece| to.write_all(piece).is_err()) {
            break;
        }
    }
    // It fails when the other end has gone already.
    let _ = to.shutdown(Shutdown::Write);
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}
