//! What the system knows of a TCP connection, for the message of a test that waited in vain.
//!
//! A packet can be lost even on loopback, when the machine is short of memory. It is sent again when
//! a timer runs out that doubles each time, up to two minutes. A test that times out meanwhile would
//! take the server for one that hangs.

use std::fmt;
use std::fs;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

/// Linux gives timers in hundredths of a second, on every machine that runs Rust.
const TICK: Duration = Duration::from_millis(10);

/// Where Linux lists connections. Those of a socket for both families are in the second.
const LISTS: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// One end of a connection, as the system sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    state: u8,
    /// Bytes that were written and not acknowledged yet.
    unacknowledged: u32,
    /// Bytes that have arrived and were not read yet.
    unread: u32,
    timer: u8,
    due: Duration,
    retransmissions: u32,
}

/// The number of the timer that sends again what was not acknowledged.
const RETRANSMISSION: u8 = 1;

/// Both ends of the connection in a sentence each, and what follows from them.
pub(crate) fn describe(tcp: &TcpStream) -> String {
    let (Ok(client), Ok(server)) = (tcp.local_addr(), tcp.peer_addr()) else {
        return "the connection is closed".to_owned();
    };
    let lists: String = (LISTS.iter())
        .filter_map(|list| fs::read_to_string(list).ok())
        .collect();
    let ends = [find(&lists, client, server), find(&lists, server, client)];
    let [ours, theirs] =
        ends.map(|end| end.map_or("not known to this system".to_owned(), |end| end.to_string()));
    let is_lost = ends[0].is_some_and(|end| end.is_being_retransmitted());
    let lost = if is_lost {
        "; the client's bytes are being RETRANSMITTED: the server may not have seen them yet"
    } else {
        ""
    };
    format!("the client's end: {ours}; the server's end: {theirs}{lost}")
}

/// The end whose own address is `local`, in the text of [`LISTS`].
pub(crate) fn find(lists: &str, local: SocketAddr, remote: SocketAddr) -> Option<End> {
    let [local, remote] = [local, remote].map(spellings);
    lists.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let mut is_one_of = |spellings: &[String]| {
            let field = fields.next()?;
            spellings.iter().any(|one| one == field).then_some(())
        };
        is_one_of(&local)?;
        is_one_of(&remote)?;
        End::parse(fields)
    })
}

/// An address as the lists spell it: words of four bytes, each in the machine's own order. An IPv4
/// address may also be listed as IPv6.
fn spellings(addr: SocketAddr) -> Vec<String> {
    let words = |octets: &[u8]| -> String {
        let word = |four: &[u8]| u32::from_ne_bytes(four.try_into().expect("four bytes"));
        let words = octets.chunks_exact(4).map(word);
        words.map(|word| format!("{word:08X}")).collect()
    };
    let addresses = match addr.ip() {
        IpAddr::V4(ip) => vec![words(&ip.octets()), words(&ip.to_ipv6_mapped().octets())],
        IpAddr::V6(ip) => vec![words(&ip.octets())],
    };
    let with_port = |address: String| format!("{address}:{:04X}", addr.port());
    addresses.into_iter().map(with_port).collect()
}

impl End {
    /// What follows the two addresses: `01 0000000C:00000000 01:00000015 00000003`.
    fn parse<'a>(mut fields: impl Iterator<Item = &'a str>) -> Option<Self> {
        let hex = |digits| u32::from_str_radix(digits, 16).ok();
        let state = u8::from_str_radix(fields.next()?, 16).ok()?;
        let (unacknowledged, unread) = fields.next()?.split_once(':')?;
        let (timer, due) = fields.next()?.split_once(':')?;
        Some(Self {
            state,
            unacknowledged: hex(unacknowledged)?,
            unread: hex(unread)?,
            timer: u8::from_str_radix(timer, 16).ok()?,
            due: TICK * hex(due)?,
            retransmissions: hex(fields.next()?)?,
        })
    }

    /// Does the other end lack bytes that this one sends again, now and then?
    pub(crate) const fn is_being_retransmitted(&self) -> bool {
        self.unacknowledged > 0 && self.timer == RETRANSMISSION
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            0x01 => "ESTABLISHED",
            0x04 => "FIN-WAIT-1",
            0x05 => "FIN-WAIT-2",
            0x08 => "CLOSE-WAIT",
            0x09 => "LAST-ACK",
            _ => "in another state",
        };
        let (unacknowledged, unread) = (self.unacknowledged, self.unread);
        write!(
            f,
            "{state}, {unacknowledged} bytes not acknowledged, {unread} not read"
        )?;
        let timer = match self.timer {
            0 => return Ok(()),
            RETRANSMISSION => "retransmission",
            4 => "window probe",
            _ => "other",
        };
        let (due, retransmissions) = (self.due, self.retransmissions);
        write!(
            f,
            ", {timer} timer due in {due:.1?}, {retransmissions} retransmissions so far"
        )
    }
}
