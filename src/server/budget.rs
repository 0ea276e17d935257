//! The memory of all large messages together.
//!
//! Each message has a limit of its own, but a thousand clients can send one at the same time. So a buffer
//! that grows beyond its first few KiB takes the rest from here, as bytes arrive. A client for which nothing
//! is left is closed with 1013. Other clients do not notice: no lock is held for longer than an addition,
//! and the chat's messages need none of this memory.

use crate::address_quota::{Household, half};
use crate::protocol::Reserve;
use crate::sync::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The memory that there is, and how much of it is taken.
#[derive(Debug)]
pub(super) struct Budget {
    all: usize,
    taken: AtomicUsize,
    /// How much of it each household has. The lock is held while `taken` changes.
    households: Mutex<HashMap<Household, usize>>,
    refusals: AtomicU64,
}

impl Budget {
    pub(super) fn new(all: usize) -> Self {
        Self {
            all,
            taken: AtomicUsize::new(0),
            households: Mutex::default(),
            refusals: AtomicU64::new(0),
        }
    }

    /// The budget as a client at `address` sees it.
    pub(super) fn for_client(self: &Arc<Self>, address: IpAddr) -> Arc<dyn Reserve> {
        Arc::new(Share {
            budget: Arc::clone(self),
            address,
        })
    }

    /// The number of bytes that are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// How often too little was left for a client.
    pub(super) fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Relaxed)
    }

    /// Both counts change together under the lock, so a panic leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, HashMap<Household, usize>> {
        self.households.lock()
    }
}

/// The budget as one connection sees it.
#[derive(Debug)]
struct Share {
    budget: Arc<Budget>,
    address: IpAddr,
}

impl Reserve for Share {
    fn take(&self, bytes: usize) -> bool {
        let budget = &*self.budget;
        let mut households = budget.lock();
        let own = households.entry(Household::of(self.address)).or_default();
        // One address gets half of it, so that something is left for others. This machine is exempt.
        let most = if self.address.is_loopback() {
            budget.all
        } else {
            half(budget.all)
        };
        let fits = bytes <= budget.all - budget.taken() && bytes <= most.saturating_sub(*own);
        if fits {
            *own += bytes;
            budget.taken.fetch_add(bytes, Ordering::Relaxed);
        } else {
            budget.refusals.fetch_add(1, Ordering::Relaxed);
        }
        fits
    }

    fn give_back(&self, bytes: usize) {
        let mut households = self.budget.lock();
        let household = Household::of(self.address);
        if let Some(own) = households.get_mut(&household) {
            *own -= bytes;
            if *own == 0 {
                households.remove(&household);
            }
        }
        self.budget.taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// A buffer that is kept for the next message saves time, but half of the memory must be left for others.
    fn is_scarce(&self) -> bool {
        self.budget.taken() > self.budget.all / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_address_gets_half_and_this_machine_all() {
        let rows = [
            ("192.0.2.1", "192.0.2.1", 50),
            ("192.0.2.1", "192.0.2.2", 100),
            ("2001:db8::1", "2001:db8::ffff:1", 50),
            ("2001:db8::1", "2001:db8:0:1::1", 100),
            ("127.0.0.1", "127.0.0.1", 100),
        ];
        for (first, second, most) in rows {
            let budget = Arc::new(Budget::new(100));
            let clients = [first, second].map(|text| budget.for_client(address(text)));
            let mut taken = 0;
            for client in &clients {
                taken += (0..100).filter(|_| client.take(1)).count();
            }
            assert_eq!(taken, most, "{first}, {second}");
            assert_eq!(budget.taken(), most);
            clients[0].give_back(1);
            assert!(clients[0].take(1), "what is given back can be taken again");
        }
    }

    #[test]
    fn what_is_given_back_leaves_nothing_behind() {
        let budget = Arc::new(Budget::new(100));
        let client = budget.for_client(address("192.0.2.1"));
        assert!(!client.take(51) && client.take(50) && !client.take(1));
        assert!(!client.is_scarce(), "others still find half of it");
        client.give_back(50);
        assert_eq!((budget.taken(), budget.lock().len()), (0, 0));
        assert_eq!(budget.refusals(), 2);
    }
}
