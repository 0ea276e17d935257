//! Connections come in, one thread each, or are turned away.

use super::connection;
use super::connections::{Decided, Newcomer, Slot};
use super::refuse::Refuser;
use super::shared::Shared;
use crate::protocol::HandshakeError;
use crate::sync::spawn;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The stack of a connection's thread. Only what it touches becomes memory.
const STACK: usize = 256 << 10;
/// That of the thread that admits those who wait.
const USHER_STACK: usize = 128 << 10;

/// How long to wait when no connection can be taken, for want of descriptors say.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts until the server ends. Nothing else ends this loop: a connection that cannot be
/// taken is one client's trouble.
pub(super) fn run(listener: TcpListener, shared: &Arc<Shared>) {
    let refuser = Refuser::start();
    thread::scope(|scope| {
        // Without this thread nobody waits: a newcomer that finds no place is refused at once.
        let usher = thread::Builder::new()
            .name("usher".to_owned())
            .stack_size(USHER_STACK);
        let _ = usher.spawn_scoped(scope, || admit_queued(&refuser, shared));
        accept_all(&listener, &refuser, shared);
    });
    // Those that the system has taken in and we have not yet: closing the door would reset them.
    if listener.set_nonblocking(true).is_ok() {
        while let Ok((tcp, _)) = listener.accept() {
            refuser.refuse(
                Arc::new(tcp),
                &HandshakeError::Busy("the server has just ended"),
            );
        }
    }
    drop(listener);
    refuser.finish();
}

fn accept_all(listener: &TcpListener, refuser: &Refuser, shared: &Arc<Shared>) {
    while !shared.connections.has_ended() {
        match listener.accept() {
            Ok((tcp, address)) => {
                let tcp = Arc::new(tcp);
                let address = address.ip().to_canonical();
                if let Some(decided) = shared.connections.admit(Newcomer { tcp, address }) {
                    take_in(decided, refuser, shared);
                }
            }
            Err(error) => {
                let told = format_args!("no connection can be accepted: {error}");
                shared.incidents.report(log::Level::Warn, 0, &told);
                // ECONNABORTED and the like are over already; EMFILE is not, and would spin.
                if !is_over(&error) {
                    thread::sleep(PAUSE);
                }
            }
        }
    }
}

/// Takes in those who wait, as places become free.
fn admit_queued(refuser: &Refuser, shared: &Arc<Shared>) {
    shared.connections.start_queueing();
    while let Some(decided) = shared.connections.next_queued() {
        take_in(decided, refuser, shared);
    }
}

/// Gives a connection that has a place a thread, and tells all others why they have none.
fn take_in((newcomer, outcome): Decided, refuser: &Refuser, shared: &Arc<Shared>) {
    let tcp = newcomer.tcp;
    let outcome = outcome.and_then(|slot| start(Arc::clone(&tcp), slot, shared));
    if let Err(refusal) = outcome {
        shared.refusals.count(&refusal);
        refuser.refuse(tcp, &refusal);
    }
}

fn start(tcp: Arc<TcpStream>, slot: Slot, shared: &Arc<Shared>) -> Result<(), HandshakeError> {
    let (name, for_thread) = (format!("conn-{}", slot.id()), Arc::clone(shared));
    match spawn(name, STACK, move || {
        connection::run(tcp, &slot, &for_thread)
    }) {
        Ok(()) => Ok(()),
        Err(error) => {
            let told = format_args!("no thread for a connection: {error}");
            shared.incidents.report(log::Level::Warn, 0, &told);
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
