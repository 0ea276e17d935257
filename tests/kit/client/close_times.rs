//! How long the server took to end connections, for the reader of a test's output.

use std::sync::Mutex;
use std::time::Duration;

/// From a row's last byte to the end of the connection, for all rows that end in a Close.
static ENDINGS: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

pub(super) fn note(took: Duration) {
    ENDINGS.lock().expect("no holder panics").push(took);
}

pub(crate) fn report() -> Option<String> {
    let mut endings = ENDINGS.lock().expect("no holder panics");
    endings.sort();
    let count = endings.len();
    let (middle, last) = (endings.get(count / 2)?, endings.last()?);
    Some(format!(
        "{count} connections were closed; from the last byte to the end: \
         median {middle:.1?}, longest {last:.1?}"
    ))
}
