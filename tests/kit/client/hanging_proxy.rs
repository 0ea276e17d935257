//! A proxy between clients and a server that can hang: its connections stay open in both directions, but
//! no byte moves any more. Neither end can tell that from a peer with nothing to say.

use rustix::net::sockopt::set_socket_recv_buffer_size;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

#[derive(Debug)]
pub(crate) struct HangingProxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    ended: Condvar,
    /// Connections with a lower number hang.
    hung: AtomicUsize,
    /// Bytes that have been passed on to the server.
    passed_on: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// The ends of each connection: the client's, the server's.
    ends: Vec<Arc<[TcpStream; 2]>>,
    has_ended: bool,
}

impl HangingProxy {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let shared = Arc::<Shared>::default();
        let for_thread = Arc::clone(&shared);
        // It listens until the test program ends.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(server) {
                    for_thread.begin([client, server]);
                }
            }
        });
        Self { addr, shared }
    }

    /// Where clients find the server.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops all traffic on the connections that exist now. New connections work.
    pub(crate) fn hang(&self) {
        let count = self.shared.lock().ends.len();
        self.shared.hung.store(count, Ordering::SeqCst);
    }

    /// As [`hang`](Self::hang), and the next connection hangs from its beginning.
    pub(crate) fn hang_next(&self) {
        let count = self.shared.lock().ends.len();
        self.shared.hung.store(count + 1, Ordering::SeqCst);
    }

    /// Ends the connections that exist now.
    pub(crate) fn cut(&self) {
        for end in self.shared.lock().ends.iter().flat_map(|ends| &**ends) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.shared.lock().ends.len()
    }

    /// How many bytes have been passed on to the server.
    pub(crate) fn passed_on(&self) -> u64 {
        self.shared.passed_on.load(Ordering::SeqCst)
    }
}

impl Drop for HangingProxy {
    fn drop(&mut self) {
        self.cut();
        self.shared.lock().has_ended = true;
        self.shared.ended.notify_all();
    }
}

impl Shared {
    fn begin(self: &Arc<Self>, ends: [TcpStream; 2]) {
        for end in &ends {
            end.set_nodelay(true).expect("a connection has options");
            // Small buffers: a client soon notices that the way is full.
            set_socket_recv_buffer_size(end, 64 << 10).expect("a connection has options");
        }
        let ends = Arc::new(ends);
        let number = {
            let mut state = self.lock();
            state.ends.push(Arc::clone(&ends));
            state.ends.len() - 1
        };
        for (from, to) in [(0, 1), (1, 0)] {
            let (shared, ends) = (Arc::clone(self), Arc::clone(&ends));
            thread::spawn(move || shared.carry(number, &ends[from], &ends[to], to == 1));
        }
    }

    /// Passes on one direction until it ends, or hangs.
    fn carry(&self, number: usize, mut from: &TcpStream, mut to: &TcpStream, to_server: bool) {
        let mut bytes = [0; 16 << 10];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if self.hung.load(Ordering::SeqCst) > number {
                return self.stand_still();
            }
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
            if to_server {
                self.passed_on.fetch_add(count as u64, Ordering::SeqCst);
            }
        }
        if self.hung.load(Ordering::SeqCst) > number {
            return self.stand_still();
        }
        let _ = to.shutdown(Shutdown::Write);
    }

    /// Holds the connection until the proxy is dropped.
    fn stand_still(&self) {
        let state = self.lock();
        drop(self.ended.wait_while(state, |state| !state.has_ended));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
