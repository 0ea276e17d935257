//! What a test reports when it waits in vain: what the system knows of its connection.

use crate::kit::client::tcp_state::{describe, find};
use crate::kit::optional::on_linux;
use crate::kit::stopwatch::PATIENCE;
use libtest_mimic::Trial;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

/// Fields as in `/proc/net/tcp`, the sentence about that end, and whether it is retransmitting.
#[rustfmt::skip]
const ENDS: [(&str, &str, bool); 5] = [
    ("01 00000000:00000000 00:00000000 00000000", "ESTABLISHED, 0 bytes not acknowledged, 0 not read", false),
    ("01 00000000:00000005 00:00000000 00000000", "ESTABLISHED, 0 bytes not acknowledged, 5 not read", false),
    (
        "01 0000000C:00000000 01:00000A00 00000007",
        "ESTABLISHED, 12 bytes not acknowledged, 0 not read, \
         retransmission timer due in 25.6s, 7 retransmissions so far",
        true,
    ),
    (
        "01 00010000:00000000 04:00000014 00000000",
        "ESTABLISHED, 65536 bytes not acknowledged, 0 not read, \
         window probe timer due in 200.0ms, 0 retransmissions so far",
        false,
    ),
    (
        "05 00000000:00000000 03:00000014 00000000",
        "FIN-WAIT-2, 0 bytes not acknowledged, 0 not read, \
         other timer due in 200.0ms, 0 retransmissions so far",
        false,
    ),
];

pub(crate) fn rows() -> Vec<Trial> {
    let takes = "/proc lists connections";
    vec![
        on_linux(
            "lost packets: an end, as the system lists it",
            takes,
            listed,
        ),
        on_linux(
            "lost packets: a test that waits in vain says what was not read",
            takes,
            both_ends,
        ),
    ]
}

fn listed() {
    let [local, remote]: [SocketAddr; 2] =
        ["127.0.0.1:8080", "10.1.2.3:50000"].map(|addr| addr.parse().expect("an address"));
    // As a little-endian machine writes them.
    let v4 = "0100007F:1F90 0302010A:C350";
    let v6 = "0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000302010A:C350";
    for ((fields, sentence, is_lost), addresses) in ENDS
        .iter()
        .flat_map(|row| [v4, v6].map(|both| (*row, both)))
    {
        let list = format!(
            "  sl  local_address rem_address   st\n   \
             0: 0302010A:C350 0100007F:1F90 01 000000FF:000000FF 00:00000000 00000000 1000 0\n   \
             1: {addresses} {fields}  1000        0 1 2\n"
        );
        let end = find(&list, local, remote).expect("it is listed");
        assert_eq!(end.to_string(), sentence);
        assert_eq!(end.is_being_retransmitted(), is_lost, "{sentence}");
        assert_eq!(find(&list, local, local), None);
    }
}

fn both_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    let mut client = TcpStream::connect(addr).expect("it listens");
    client.write_all(b"hello").expect("it is taken");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let state = describe(&client);
        let (ours, theirs) = state.split_once("; ").expect("two ends");
        assert!(ours.contains("ESTABLISHED"), "{state}");
        if theirs.contains("5 not read") {
            return;
        }
        assert!(Instant::now() < deadline, "{state}");
        thread::yield_now();
    }
}
