//! A server that is wrong in one respect: the real one, behind a proxy that changes an event or a request
//! of one client.

use crate::kit::stopwatch::PATIENCE;
use serde_json::Value;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use ws101::{CloseCode, Connect, Limits, Message, Reader, SocketError, Writer, accept};

/// The client whose events or requests are changed.
pub(super) const VICTIM: &str = "client-0";

/// What becomes of a request or an event: what is passed on, and what goes back.
pub(super) type Edit = Box<dyn FnMut(Side, Value) -> Edited + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

#[derive(Debug, Default)]
pub(super) struct Edited {
    pub(super) on: Vec<Value>,
    pub(super) back: Vec<Value>,
    /// Held back until the next of its room has been passed on.
    pub(super) later: Option<Value>,
}

/// Starts a proxy, which listens until the test program ends. Returns its address.
pub(super) fn start(server: SocketAddr, edit: Edit) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    let edit = Arc::new(Mutex::new(edit));
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let edit = Arc::clone(&edit);
            thread::spawn(move || carry(client, server, &edit));
        }
    });
    addr
}

/// One connection, both ways, until either end is gone.
fn carry(client: TcpStream, server: SocketAddr, edit: &Mutex<Edit>) -> Result<(), SocketError> {
    let near = accept(client, &[], Limits::ECHO)?;
    let url = format!("ws://{server}/ws");
    let connect = Connect::to(&url).limits(Limits::ECHO).timeout(PATIENCE);
    let far = connect.open()?;
    let ends = [near.stream().tcp().clone(), far.stream().tcp().clone()];
    let cut = || {
        for end in &ends {
            let _ = end.shutdown(Shutdown::Both);
        }
    };
    let ((near_reader, near), (far_reader, far)) = (near.split(), far.split());
    let is_victim = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = pass_on(Side::Client, near_reader, [&far, &near], &is_victim, edit);
            cut();
        });
        let _ = pass_on(Side::Server, far_reader, [&near, &far], &is_victim, edit);
        cut();
    });
    Ok(())
}

fn pass_on(
    from: Side,
    mut reader: Reader,
    [on, back]: [&Writer; 2],
    is_victim: &AtomicBool,
    edit: &Mutex<Edit>,
) -> Result<(), SocketError> {
    while let Some(Message::Text(text)) = reader.next_message()? {
        let value: Value = serde_json::from_str(text).expect("both speak JSON");
        if from == Side::Client && value["type"] == "join" {
            is_victim.store(value["name"] == VICTIM, Ordering::SeqCst);
        }
        if !is_victim.load(Ordering::SeqCst) {
            on.send(Message::Text(text))?;
            continue;
        }
        let mut edit = edit.lock().unwrap_or_else(PoisonError::into_inner);
        let edited = edit(from, value);
        // Under the lock, so that the order of what goes back and what goes on is kept.
        for (values, writer) in [(edited.on, on), (edited.back, back)] {
            for value in values {
                writer.send(Message::Text(&value.to_string()))?;
            }
        }
    }
    on.close(CloseCode::NORMAL, "")
}
