//! How many connections may come from one address.

use crate::protocol::HandshakeError;
use crate::shares::{Household, Shares};
use std::net::IpAddr;

/// May one more of `most` come from `address`? This machine itself is exempt.
pub(super) fn room_for(open: &Shares, address: IpAddr, most: usize) -> Result<(), HandshakeError> {
    if open.of(Household::of(address)) >= most && !address.is_loopback() {
        let why = "too many connections come from your address";
        return Err(HandshakeError::Busy(why));
    }
    Ok(())
}

/// Are these two addresses of one client? A browser may reach this machine by 127.0.0.1 and by ::1.
pub(super) fn are_one(one: IpAddr, other: IpAddr) -> bool {
    Household::of(one) == Household::of(other) || (one.is_loopback() && other.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r08_loopback_is_exempt() {
        let mut open = Shares::default();
        for (address, has_room) in [("127.0.0.1", true), ("::1", true), ("192.0.2.1", false)] {
            let address = address.parse().expect("an address");
            open.add(Household::of(address));
            assert_eq!(room_for(&open, address, 1).is_ok(), has_room, "{address}");
        }
    }
}
