//! From the addresses of a host to a connection with the first one that answers.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long an address may be silent before the next one has its turn. RFC 8305 §5 recommends it.
const PATIENCE: Duration = Duration::from_millis(250);

/// Tries `addresses`, in the order that the system gave them, until one answers.
///
/// All of them share the deadline. An address that is silent is left for the next one, and has
/// another turn, twice as long, when all have had theirs; the last one that is left has all the
/// time that is left. An address that refuses is out.
///
/// RFC 8305 lets the attempts overlap. Here that would take a thread for each, because the standard
/// library can wait for one connection only, and none of these threads could be ended before its
/// time. Turns take no thread and leave nothing behind. What they cost is a second handshake with
/// a host that is further than a quarter of a second away and has several addresses.
pub(super) fn dial<T>(
    addresses: &[SocketAddr],
    deadline: Instant,
    mut attempt: impl FnMut(&SocketAddr, Duration) -> io::Result<T>,
) -> io::Result<T> {
    let mut candidates = addresses.to_vec();
    let mut patience = PATIENCE;
    let mut refusal = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    while !candidates.is_empty() {
        let mut silent = Vec::new();
        for address in &candidates {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "no address of the host answers",
                ));
            }
            let is_last = candidates.len() == 1;
            let turn = if is_last { left } else { left.min(patience) };
            match attempt(address, turn) {
                Ok(connection) => return Ok(connection),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => silent.push(*address),
                Err(error) => refusal = error,
            }
        }
        candidates = silent;
        patience *= 2;
    }
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use io::ErrorKind::{ConnectionRefused, NotFound, TimedOut};

    const LONG: Duration = Duration::from_secs(60);

    /// What an address does in one turn after the other; a letter stands for its port.
    fn answer(script: &str, turn: usize) -> io::Result<()> {
        match script.as_bytes()[turn] {
            b'+' => Ok(()),
            b'-' => Err(ConnectionRefused.into()),
            _ => Err(TimedOut.into()),
        }
    }

    type Row = (
        &'static str,
        &'static [&'static str],
        &'static [Turn],
        Result<(), io::ErrorKind>,
    );
    type Turn = (usize, u128);

    /// What each address does in its turns (`.` silence, `-` a refusal, `+` an answer); the turns
    /// as address and patience in milliseconds, 0 for all that is left; and what comes of it.
    #[rustfmt::skip]
    const ROWS: &[Row] = &[
        ("no address", &[], &[], Err(NotFound)),
        ("one that answers", &["+"], &[(0, 0)], Ok(())),
        ("one that refuses", &["-"], &[(0, 0)], Err(ConnectionRefused)),
        ("a refusal is no loss of time", &["-", "+"], &[(0, 250), (1, 250)], Ok(())),
        ("nor is a silence", &[".", "+"], &[(0, 250), (1, 250)], Ok(())),
        ("nor are several", &[".", ".", "+"], &[(0, 250), (1, 250), (2, 250)], Ok(())),
        ("a second turn is twice as long", &["..+", ".."], &[(0, 250), (1, 250), (0, 500), (1, 500), (0, 1_000)], Ok(())),
        ("who is left alone has all the time", &[".+", "-"], &[(0, 250), (1, 250), (0, 0)], Ok(())),
        ("who has refused is not asked again", &["-", ".-", "..+"], &[(0, 250), (1, 250), (2, 250), (1, 500), (2, 500), (2, 0)], Ok(())),
        ("all refuse: the last refusal", &["-", "-"], &[(0, 250), (1, 250)], Err(ConnectionRefused)),
    ];

    #[test]
    fn turns() {
        for (name, scripts, expected, outcome) in ROWS {
            let ports = 0..u16::try_from(scripts.len()).expect("a few");
            let addresses: Vec<_> = ports
                .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
                .collect();
            let mut turns = Vec::new();
            let result = dial(&addresses, Instant::now() + LONG, |address, patience| {
                let number = usize::from(address.port());
                let turn = turns.iter().filter(|(other, _)| *other == number).count();
                let is_short = patience < LONG / 2;
                turns.push((number, if is_short { patience.as_millis() } else { 0 }));
                answer(scripts[number], turn)
            });
            assert_eq!(result.map_err(|error| error.kind()), *outcome, "{name}");
            assert_eq!(turns, *expected, "{name}");
        }
    }

    /// The deadline is for all of them together.
    #[test]
    fn nobody_is_asked_after_the_deadline() {
        let addresses = [SocketAddr::from(([127, 0, 0, 1], 1)); 2];
        let result = dial(&addresses, Instant::now(), |_, _| -> io::Result<()> {
            panic!("it is too late")
        });
        assert_eq!(result.map_err(|error| error.kind()), Err(TimedOut));
    }

    /// The same over a network: a listener that has as many connections as it can hold drops what
    /// comes, as a firewall does.
    #[test]
    #[cfg(feature = "server")] // which brings `rustix`
    fn a_black_hole_does_not_hide_the_address_behind_it() {
        use std::net::{TcpListener, TcpStream};
        let (hole, live) = (listen(), listen());
        rustix::net::listen(&hole, 0).expect("it listens");
        let connect = |listener: &TcpListener| {
            let address = listener.local_addr().expect("it is bound");
            TcpStream::connect_timeout(&address, PATIENCE)
        };
        let mut filling = Vec::new();
        while let Ok(stream) = connect(&hole) {
            filling.push(stream);
        }
        let addresses = [&hole, &live].map(|listener| listener.local_addr().expect("it is bound"));
        let deadline = Instant::now() + LONG;
        let stream = dial(&addresses, deadline, TcpStream::connect_timeout).expect("one answers");
        assert!(Instant::now() < deadline, "with time left");
        assert_eq!(stream.peer_addr().expect("a peer"), addresses[1]);
    }

    #[cfg(feature = "server")]
    fn listen() -> std::net::TcpListener {
        std::net::TcpListener::bind("127.0.0.1:0").expect("a free port")
    }
}
