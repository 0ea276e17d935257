//! Takes connections in, and gives each a thread of its own.

use super::connection;
use super::connections::{Admission, Newcomer, Slot};
use super::refuse::Refuser;
use super::shared::Shared;
use crate::protocol::HandshakeError;
use crate::sync::spawn;
use crate::transport::{Listener, Transport};
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The stack of a connection's thread. Only what it touches becomes memory.
const STACK: usize = 256 << 10;
/// The stack of the thread that admits queued newcomers.
const ADMISSION_STACK: usize = 128 << 10;

/// How long to wait after `accept` has failed, for want of descriptors for example.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts until the server ends. Nothing else ends this loop: a connection that cannot be accepted is one
/// client's trouble.
pub(super) fn run(listener: Listener, shared: &Arc<Shared>) {
    let refuser = Refuser::start();
    thread::scope(|scope| {
        // Without this thread there is no queue: a newcomer that finds no place is refused at once.
        let admission = thread::Builder::new()
            .name("admission".to_owned())
            .stack_size(ADMISSION_STACK);
        let _ = admission.spawn_scoped(scope, || admit_queued(&refuser, shared));
        accept_all(&listener, &refuser, shared);
    });
    // The kernel has taken these in and we have not: closing the listener would reset them.
    for transport in listener.unaccepted() {
        let refusal = HandshakeError::Busy("the server has just ended");
        refuser.refuse(transport, &refusal);
    }
    drop(listener);
    refuser.finish();
}

fn accept_all(listener: &Listener, refuser: &Refuser, shared: &Arc<Shared>) {
    while !shared.connections.has_ended() {
        match listener.accept() {
            Ok((transport, address)) => {
                let newcomer = Newcomer { transport, address };
                if let Some(admission) = shared.connections.admit(newcomer) {
                    conclude(admission, refuser, shared);
                }
            }
            Err(error) => {
                let message = format_args!("no connection can be accepted: {error}");
                shared.incidents.report(log::Level::Warn, 0, &message);
                // ECONNABORTED and the like are over already; EMFILE is not, and the loop would spin.
                if !is_over(&error) {
                    thread::sleep(PAUSE);
                }
            }
        }
    }
}

/// Admits queued newcomers, as places become free.
fn admit_queued(refuser: &Refuser, shared: &Arc<Shared>) {
    shared.connections.start_queueing();
    while let Some(admission) = shared.connections.next_queued() {
        conclude(admission, refuser, shared);
    }
}

/// Gives a connection that was admitted a thread, and tells any other why it was not.
fn conclude((newcomer, outcome): Admission, refuser: &Refuser, shared: &Arc<Shared>) {
    let transport = newcomer.transport;
    let outcome = outcome.and_then(|slot| start(transport.clone(), slot, shared));
    if let Err(refusal) = outcome {
        shared.refusals.count(&refusal);
        refuser.refuse(transport, &refusal);
    }
}

fn start(transport: Transport, slot: Slot, shared: &Arc<Shared>) -> Result<(), HandshakeError> {
    let (name, for_thread) = (format!("conn-{}", slot.id()), Arc::clone(shared));
    match spawn(name, STACK, move || {
        connection::run(transport, &slot, &for_thread)
    }) {
        Ok(()) => Ok(()),
        Err(error) => {
            let message = format_args!("no thread for a connection: {error}");
            shared.incidents.report(log::Level::Warn, 0, &message);
            Err(HandshakeError::Busy("no thread is left"))
        }
    }
}

fn is_over(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionReset | Interrupted
    )
}
