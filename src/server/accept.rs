//! Connections come in, one thread each, or are turned away.

use super::turnaway::Turnaway;
use super::{Shared, connection};
use crate::protocol::HandshakeError;
use std::io;
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The stack of a connection's thread. Only what it touches becomes memory.
const STACK: usize = 256 << 10;

/// How long to wait when no connection can be taken, for want of descriptors say.
const PAUSE: Duration = Duration::from_millis(50);

/// Accepts until the server ends. Nothing else ends this loop: a connection that cannot be
/// taken is one client's trouble.
pub(super) fn run(listener: TcpListener, shared: &Arc<Shared>) {
    let turnaway = Turnaway::start();
    while !shared.registry.has_ended() {
        match listener.accept() {
            Ok((tcp, address)) => {
                if let Err((tcp, refusal)) =
                    take_in(Arc::new(tcp), address.ip().to_canonical(), shared)
                {
                    shared.refusals.count(&refusal);
                    turnaway.turn_away(tcp, &refusal);
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
    // Those that the system has taken in and we have not yet: closing the door would reset them.
    if listener.set_nonblocking(true).is_ok() {
        while let Ok((tcp, _)) = listener.accept() {
            turnaway.turn_away(
                Arc::new(tcp),
                &HandshakeError::Busy("the server has just ended"),
            );
        }
    }
    drop(listener);
    turnaway.finish();
}

/// Gives the connection a place and a thread, or back with the reason why not.
fn take_in(
    tcp: Arc<TcpStream>,
    address: IpAddr,
    shared: &Arc<Shared>,
) -> Result<(), (Arc<TcpStream>, HandshakeError)> {
    let place = match shared.registry.admit(address, Arc::clone(&tcp)) {
        Ok(place) => place,
        Err(refusal) => return Err((tcp, refusal)),
    };
    let incidents = &shared.incidents;
    let (for_thread, shared) = (Arc::clone(&tcp), Arc::clone(shared));
    let thread = thread::Builder::new()
        .name(format!("conn-{}", place.id()))
        .stack_size(STACK);
    match thread.spawn(move || connection::run(for_thread, &place, &shared)) {
        Ok(_) => Ok(()),
        Err(error) => {
            let told = format_args!("no thread for a connection: {error}");
            incidents.report(log::Level::Warn, 0, &told);
            Err((tcp, HandshakeError::Busy("no thread is left")))
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
