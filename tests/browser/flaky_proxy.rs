//! A proxy between browser and server. It can be slow, it can drop the bytes of either
//! direction, and it can close the browser's connections without the server noticing.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::slice::Chunks;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

pub(crate) struct FlakyProxy {
    addr: SocketAddr,
    links: Arc<Mutex<Vec<Arc<Link>>>>,
    pause: Pause,
}

/// Milliseconds between two chunks.
type Pause = Arc<AtomicU64>;

/// Bytes that a slow proxy forwards at once: about one line of a chat.
const CHUNK: usize = 64;

/// One connection.
struct Link {
    browser: TcpStream,
    server: TcpStream,
    drops_requests: AtomicBool,
    drops_answers: AtomicBool,
    pause: Pause,
}

impl FlakyProxy {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let links = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&links);
        let pause = Pause::default();
        let pause_of_all = Arc::clone(&pause);
        // It listens until the test program ends.
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                let link = Arc::new(Link {
                    browser,
                    server,
                    drops_requests: AtomicBool::new(false),
                    drops_answers: AtomicBool::new(false),
                    pause: Arc::clone(&pause_of_all),
                });
                all.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(Arc::clone(&link));
                let answers = Arc::clone(&link);
                thread::spawn(move || answers.carry_answers());
                thread::spawn(move || link.carry_requests());
            }
        });
        Self { addr, links, pause }
    }

    /// The address for the browser.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Drops what the browser sends from now on; what the server sends still arrives.
    pub(crate) fn drop_requests(&self) {
        self.each(|link| link.drops_requests.store(true, Ordering::SeqCst));
    }

    /// Drops what the server sends from now on; what the browser sends still arrives.
    pub(crate) fn drop_answers(&self) {
        self.each(|link| link.drops_answers.store(true, Ordering::SeqCst));
    }

    /// Slows both directions down, on new connections, too: 64 bytes, a pause, 64 bytes.
    pub(crate) fn slow_down(&self, pause: Duration) {
        let pause = u64::try_from(pause.as_millis()).expect("not for ever");
        self.pause.store(pause, Ordering::SeqCst);
    }

    /// Closes the browser's connections; the server keeps its side. New connections work.
    pub(crate) fn disconnect(&self) {
        self.drop_requests();
        self.drop_answers();
        self.each(|link| {
            let _ = link.browser.shutdown(Shutdown::Both);
        });
    }

    fn each(&self, change: impl Fn(&Link)) {
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.iter().for_each(|link| change(link));
    }
}

impl Drop for FlakyProxy {
    fn drop(&mut self) {
        self.each(|link| {
            let _ = link.browser.shutdown(Shutdown::Both);
            let _ = link.server.shutdown(Shutdown::Both);
        });
    }
}

impl Link {
    fn carry_requests(&self) {
        self.carry(&self.browser, &self.server, &self.drops_requests);
    }

    fn carry_answers(&self) {
        self.carry(&self.server, &self.browser, &self.drops_answers);
    }

    /// Forwards one direction until it ends, then ends the other side, unless bytes are dropped.
    fn carry(&self, mut from: &TcpStream, mut to: &TcpStream, loses: &AtomicBool) {
        let mut bytes = [0; 16 << 10];
        'all: while let Ok(count @ 1..) = from.read(&mut bytes) {
            for chunk in self.chunks(&bytes[..count]) {
                thread::sleep(Duration::from_millis(self.pause.load(Ordering::SeqCst)));
                if !loses.load(Ordering::SeqCst) && to.write_all(chunk).is_err() {
                    break 'all;
                }
            }
        }
        if !loses.load(Ordering::SeqCst) {
            let _ = to.shutdown(Shutdown::Write);
        }
    }

    fn chunks<'a>(&self, bytes: &'a [u8]) -> Chunks<'a, u8> {
        let is_slow = self.pause.load(Ordering::SeqCst) > 0;
        bytes.chunks(if is_slow { CHUNK } else { bytes.len() })
    }
}
