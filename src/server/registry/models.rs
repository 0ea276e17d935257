//! Newcomers, those who wait and those who go, in every order of steps.

use super::{Newcomer, Registry};
use crate::server::Connections;
use crate::sync::model::{models, spawn};
use crate::sync::{Condvar, Mutex};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const ONE: Connections = Connections {
    all: 1,
    per_address: 9,
    handshaking: 9,
};

/// One for all rounds: nothing is read from it, or waited for.
static TCP: LazyLock<Arc<TcpStream>> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let client = TcpStream::connect(listener.local_addr().expect("bound"));
    Arc::new(client.expect("it listens"))
});

fn newcomer() -> Newcomer {
    Newcomer {
        tcp: Arc::clone(&TCP),
        address: [127, 0, 0, 1].into(),
    }
}

/// Newcomers that were decided on: each has a place, or was refused.
#[derive(Debug)]
struct Tally {
    decided: Mutex<usize>,
    changed: Condvar,
}

impl Tally {
    fn count(&self) {
        *self.decided.lock() += 1;
        self.changed.notify_all();
    }

    fn wait_for(&self, all: usize) {
        let decided = self.decided.lock();
        drop(self.changed.wait_while(decided, |decided| *decided < all));
    }
}

/// One place, three who want it. Each has it for a moment, or is refused; no wait needs a tick of the
/// usher's clock, and the end of the server ends the usher.
fn admission() {
    let registry = Arc::new(Registry::new(ONE));
    registry.open_waiting_room();
    let tally = Arc::new(Tally {
        decided: Mutex::default(),
        changed: Condvar::telling("another was decided"),
    });
    let usher = spawn({
        let (registry, tally) = (Arc::clone(&registry), Arc::clone(&tally));
        move || {
            while let Some((_, outcome)) = registry.next_of_waiting() {
                assert!(outcome.is_ok(), "no newcomer waits that long: {outcome:?}");
                tally.count();
            }
        }
    });
    for _ in 0..3 {
        let (registry, tally) = (Arc::clone(&registry), Arc::clone(&tally));
        spawn(move || {
            // Only one can wait where there is one place; another is refused.
            if let Some(_decided) = registry.admit(newcomer()) {
                tally.count();
            }
        });
    }
    tally.wait_for(3);
    registry.end(b"", b"", Duration::from_secs(5));
    usher.join().expect("no panic");
    assert!(registry.len() == 0 && registry.has_ended());
}

mod tests {
    super::models! {
        admission:
            a_change_that_is_not_told = "a place was taken or given back",
        ;
    }
}
