//! How much of a common resource, such as connections or rooms, one address may hold.
//!
//! A place that is in use cannot be taken away, so no household gets more than [`half`] of them: one alone
//! never keeps the others out. What is only remembered may take every place while no other household needs
//! it; once all are taken, the household that holds most loses its oldest ([`Remembered`]).

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};

/// The addresses that count as one: a single IPv4 address, or a /64 of IPv6.
///
/// With IPv6, every customer has 2⁶⁴ addresses or more (RFC 6177 §2). Only the first half of an address
/// tells two of them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Household(IpAddr);

impl Household {
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
            IpAddr::V4(_) => address,
        })
    }
}

/// Do these two addresses belong to one client? A browser may reach this machine by 127.0.0.1 and by ::1.
pub(crate) fn is_one_client(one: IpAddr, other: IpAddr) -> bool {
    Household::of(one) == Household::of(other) || (one.is_loopback() && other.is_loopback())
}

/// What one household may hold of `most` places that are in use.
pub(crate) const fn half(most: usize) -> usize {
    most.div_ceil(2)
}

/// Counts what each household holds.
#[derive(Debug, Default)]
pub(crate) struct AddressQuota {
    held: HashMap<Household, usize>,
    all: usize,
}

impl AddressQuota {
    pub(crate) fn of(&self, household: Household) -> usize {
        self.held.get(&household).copied().unwrap_or_default()
    }

    /// What all households hold together.
    pub(crate) const fn all(&self) -> usize {
        self.all
    }

    /// The most that any household holds.
    pub(crate) fn largest(&self) -> usize {
        self.held.values().copied().max().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, household: Household) {
        *self.held.entry(household).or_default() += 1;
        self.all += 1;
    }

    /// May one more of `most` be held at `address`? This machine itself is exempt.
    pub(crate) fn has_room_for(&self, address: IpAddr, most: usize) -> bool {
        self.of(Household::of(address)) < most || address.is_loopback()
    }

    pub(crate) fn remove(&mut self, household: Household) {
        if let Some(held) = self.held.get_mut(&household) {
            *held -= 1;
            self.all -= 1;
            if *held == 0 {
                self.held.remove(&household);
            }
        }
    }

    /// Adds one if fewer than `most` are held, and less than half of those by the household. Returns whether
    /// it did.
    pub(crate) fn add_to(&mut self, most: usize, household: Household) -> bool {
        let has_room = self.all < most && self.of(household) < half(most);
        if has_room {
            self.add(household);
        }
        has_room
    }
}

/// What is remembered for a while, the oldest first.
#[derive(Debug)]
pub(crate) struct Remembered<T> {
    most: usize,
    quota: AddressQuota,
    items: VecDeque<(Household, T)>,
}

impl<T> Remembered<T> {
    /// Remembers at most this many.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            quota: AddressQuota::default(),
            items: VecDeque::new(),
        }
    }

    /// Remembers one more; returns the one that is forgotten in its place.
    pub(crate) fn push(&mut self, household: Household, item: T) -> Option<T> {
        self.items.push_back((household, item));
        self.quota.add(household);
        if self.items.len() <= self.most {
            return None;
        }
        let largest = self.quota.largest();
        let holds_most = |(holder, _): &(Household, T)| self.quota.of(*holder) == largest;
        let oldest = self.items.iter().position(holds_most)?;
        self.take(oldest)
    }

    /// Forgets the oldest of all, if `is_due`.
    pub(crate) fn pop_if(&mut self, is_due: impl FnOnce(&T) -> bool) -> Option<T> {
        let (_, oldest) = self.items.front()?;
        if is_due(oldest) { self.take(0) } else { None }
    }

    fn take(&mut self, index: usize) -> Option<T> {
        let (household, item) = self.items.remove(index)?;
        self.quota.remove(household);
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn household(address: &str) -> Household {
        Household::of(address.parse().expect("an address"))
    }

    #[test]
    fn r08_all_addresses_of_one_customer_count_as_one() {
        let rows = [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("127.0.0.1", "127.0.0.2", false),
            ("2001:db8::1", "2001:db8::ffff:1", true),
            ("2001:db8::1", "2001:db8:0:1::1", false),
        ];
        for (one, other, together) in rows {
            assert_eq!(
                household(one) == household(other),
                together,
                "{one}, {other}"
            );
        }
    }

    #[test]
    fn r08_loopback_is_exempt() {
        let mut quota = AddressQuota::default();
        for (address, has_room) in [("127.0.0.1", true), ("::1", true), ("192.0.2.1", false)] {
            let address = address.parse().expect("an address");
            quota.add(Household::of(address));
            assert_eq!(quota.has_room_for(address, 1), has_room, "{address}");
        }
    }

    #[test]
    fn one_household_gets_half_of_what_is_in_use() {
        let [greedy, victim] = ["192.0.2.1", "192.0.2.2"].map(household);
        for (most, own) in [(1, 1), (2, 1), (3, 2), (256, 128)] {
            let mut quota = AddressQuota::default();
            let taken = (0..300).filter(|_| quota.add_to(most, greedy)).count();
            assert_eq!(taken, own, "of {most}");
            let left = (0..300).filter(|_| quota.add_to(most, victim)).count();
            assert_eq!(left, most - own, "of {most}");
            quota.remove(greedy);
            assert!(quota.add_to(most, greedy), "its own place is free again");
        }
    }

    #[test]
    fn who_holds_most_loses_its_oldest() {
        let [greedy, victim] = ["192.0.2.1", "192.0.2.2"].map(household);
        let mut remembered = Remembered::new(4);
        let mut push = |household, item| remembered.push(household, item);
        assert_eq!(push(victim, "v1"), None);
        for item in ["g1", "g2", "g3"] {
            assert_eq!(push(greedy, item), None, "while there is room");
        }
        assert_eq!(push(greedy, "g4"), Some("g1"));
        assert_eq!(push(victim, "v2"), Some("g2"));
        assert_eq!(push(victim, "v3"), Some("v1"), "three and two: its own");
        assert_eq!(push(greedy, "g5"), Some("g3"));
    }
}
