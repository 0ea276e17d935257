//! How many connections come from where.
//!
//! With IPv6, everyone who can connect at all has 2⁶⁴ addresses or more (RFC 6177 §2), and could take
//! each connection from another one. The first half of an address is what tells two people apart.

use crate::protocol::HandshakeError;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

#[derive(Debug, Default)]
pub(super) struct Households(HashMap<IpAddr, usize>);

impl Households {
    /// May one more come from `address`? This machine itself is exempt.
    pub(super) fn room_for(&self, address: IpAddr, most: usize) -> Result<(), HandshakeError> {
        let count = self.0.get(&household(address)).copied().unwrap_or_default();
        if count >= most && !address.is_loopback() {
            let why = "too many connections come from your address";
            return Err(HandshakeError::Busy(why));
        }
        Ok(())
    }

    pub(super) fn count_in(&mut self, address: IpAddr) {
        *self.0.entry(household(address)).or_default() += 1;
    }

    pub(super) fn count_out(&mut self, address: IpAddr) {
        let household = household(address);
        if let Some(count) = self.0.get_mut(&household) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&household);
            }
        }
    }
}

/// Are these two addresses of one client?
pub(super) fn are_one(one: IpAddr, other: IpAddr) -> bool {
    household(one) == household(other) || (one.is_loopback() && other.is_loopback())
}

/// All who are taken for one client when this one is.
pub(super) fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r08_all_addresses_of_one_customer_count_as_one() {
        let rows = [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
        ];
        for (first, second, together) in rows {
            let mut households = Households::default();
            let [first, second] =
                [first, second].map(|address| address.parse().expect("an address"));
            households.count_in(first);
            assert_eq!(
                households.room_for(second, 1).is_err(),
                together,
                "{first}, {second}"
            );
            households.count_out(first);
            assert!(households.room_for(first, 1).is_ok(), "{first} has gone");
        }
    }

    #[test]
    fn r08_loopback_is_exempt() {
        let mut households = Households::default();
        for address in ["127.0.0.1", "::1"].map(|address| address.parse().expect("an address")) {
            for _ in 0..5 {
                assert!(households.room_for(address, 1).is_ok());
                households.count_in(address);
            }
        }
    }
}
