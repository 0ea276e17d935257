//! Newcomers that come, wait and go, in every order of steps.

use super::{ConnectionTable, Newcomer};
use crate::server::Connections;
use crate::sync::model::{models, spawn};
use crate::sync::{Condvar, Mutex};
use crate::transport::{Transport, connected};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const ONE: Connections = Connections {
    all: 1,
    per_address: 9,
    handshaking: 9,
};

/// One for all rounds: nothing is read from it, or waited for.
static TRANSPORT: LazyLock<Transport> = LazyLock::new(|| connected().1);

fn newcomer() -> Newcomer {
    Newcomer {
        transport: TRANSPORT.clone(),
        address: [127, 0, 0, 1].into(),
    }
}

/// Counts the newcomers that were admitted or refused.
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

/// Three newcomers and one place. Each has it for a moment, or is refused. No wait takes the check interval
/// of the admission thread, which ends with the server.
fn admission() {
    let table = Arc::new(ConnectionTable::new(ONE));
    table.start_queueing();
    let tally = Arc::new(Tally {
        decided: Mutex::default(),
        changed: Condvar::telling("another was decided"),
    });
    let admission = spawn({
        let (table, tally) = (Arc::clone(&table), Arc::clone(&tally));
        move || {
            while let Some((_, outcome)) = table.next_queued() {
                assert!(outcome.is_ok(), "no newcomer waits that long: {outcome:?}");
                tally.count();
            }
        }
    });
    for _ in 0..3 {
        let (table, tally) = (Arc::clone(&table), Arc::clone(&tally));
        spawn(move || {
            // Only one can wait where there is one place; another is refused.
            if let Some(_decided) = table.admit(newcomer()) {
                tally.count();
            }
        });
    }
    tally.wait_for(3);
    table.end(b"", b"", Duration::from_secs(5));
    admission.join().expect("no panic");
    assert!(table.len() == 0 && table.has_ended());
}

mod tests {
    super::models! {
        admission:
            a_change_that_is_not_told = "a place was taken or given back",
        ;
    }
}
