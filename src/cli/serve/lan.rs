//! What this machine is called on its network.

use rustix::system::uname;
use std::net::{IpAddr, UdpSocket};

/// The address that others on the network reach us at.
pub(super) fn address() -> Option<IpAddr> {
    // Connecting a UDP socket sends nothing. It makes the system choose the interface by which
    // it would: the address is one that nobody has (RFC 5737), so the way there is the way out.
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// The names that others on the network may call us by.
pub(super) fn names() -> Vec<String> {
    let system = uname();
    let name = system.nodename().to_string_lossy();
    let short = name.split('.').next().unwrap_or_default();
    vec![name.to_string(), short.to_owned(), format!("{short}.local")]
}
