//! The address and the names of this machine on its network.

use rustix::system::uname;
use std::net::{IpAddr, UdpSocket};

/// The address at which others on the network reach this machine.
pub(super) fn address() -> Option<IpAddr> {
    // Connecting a UDP socket sends nothing, but makes the system choose an interface. The address belongs
    // to no machine (RFC 5737), so it is the interface that leads out.
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// The names that others on the network may use for this machine.
pub(super) fn names() -> Vec<String> {
    let system = uname();
    let name = system.nodename().to_string_lossy();
    let short = name.split('.').next().unwrap_or_default();
    vec![name.to_string(), short.to_owned(), format!("{short}.local")]
}
