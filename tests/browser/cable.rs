//! A cable between browser and server. It can be slow, it can lose what it carries, in either
//! direction, and it can be pulled out of the browser's side without the server noticing.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::slice::Chunks;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

pub(crate) struct Cable {
    addr: SocketAddr,
    wires: Arc<Mutex<Vec<Arc<Wire>>>>,
    pause: Pause,
}

/// Milliseconds between two pieces.
type Pause = Arc<AtomicU64>;

/// What a slow cable carries at once: about one line of a chat.
const PIECE: usize = 64;

/// One connection.
struct Wire {
    browser: TcpStream,
    server: TcpStream,
    loses_questions: AtomicBool,
    loses_answers: AtomicBool,
    pause: Pause,
}

impl Cable {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let wires = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&wires);
        let pause = Pause::default();
        let pause_of_all = Arc::clone(&pause);
        // It listens until the test program ends.
        thread::spawn(move || {
            for browser in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                let wire = Arc::new(Wire {
                    browser,
                    server,
                    loses_questions: AtomicBool::new(false),
                    loses_answers: AtomicBool::new(false),
                    pause: Arc::clone(&pause_of_all),
                });
                all.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(Arc::clone(&wire));
                let answers = Arc::clone(&wire);
                thread::spawn(move || answers.carry_answers());
                thread::spawn(move || wire.carry_questions());
            }
        });
        Self { addr, wires, pause }
    }

    /// Where a browser finds the server.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What the browser sends from now on arrives nowhere; what comes to it, does.
    pub(crate) fn lose_questions(&self) {
        self.each(|wire| wire.loses_questions.store(true, Ordering::SeqCst));
    }

    /// What the server sends from now on arrives nowhere; what comes to it, does.
    pub(crate) fn lose_answers(&self) {
        self.each(|wire| wire.loses_answers.store(true, Ordering::SeqCst));
    }

    /// Both directions are slow from now on, on new connections too: 64 bytes, a pause, 64 bytes.
    pub(crate) fn slow_down(&self, pause: Duration) {
        let pause = u64::try_from(pause.as_millis()).expect("not for ever");
        self.pause.store(pause, Ordering::SeqCst);
    }

    /// The browser loses its connections, the server still has them. New ones are as good as any.
    pub(crate) fn pull(&self) {
        self.lose_questions();
        self.lose_answers();
        self.each(|wire| {
            let _ = wire.browser.shutdown(Shutdown::Both);
        });
    }

    fn each(&self, change: impl Fn(&Wire)) {
        let wires = self.wires.lock().unwrap_or_else(PoisonError::into_inner);
        wires.iter().for_each(|wire| change(wire));
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.each(|wire| {
            let _ = wire.browser.shutdown(Shutdown::Both);
            let _ = wire.server.shutdown(Shutdown::Both);
        });
    }
}

impl Wire {
    fn carry_questions(&self) {
        self.carry(&self.browser, &self.server, &self.loses_questions);
    }

    fn carry_answers(&self) {
        self.carry(&self.server, &self.browser, &self.loses_answers);
    }

    /// Carries one direction until it ends, and tells the other end so: unless it was pulled.
    fn carry(&self, mut from: &TcpStream, mut to: &TcpStream, loses: &AtomicBool) {
        let mut bytes = [0; 16 << 10];
        'all: while let Ok(count @ 1..) = from.read(&mut bytes) {
            for piece in self.pieces(&bytes[..count]) {
                thread::sleep(Duration::from_millis(self.pause.load(Ordering::SeqCst)));
                if !loses.load(Ordering::SeqCst) && to.write_all(piece).is_err() {
                    break 'all;
                }
            }
        }
        if !loses.load(Ordering::SeqCst) {
            let _ = to.shutdown(Shutdown::Write);
        }
    }

    fn pieces<'a>(&self, bytes: &'a [u8]) -> Chunks<'a, u8> {
        let is_slow = self.pause.load(Ordering::SeqCst) > 0;
        bytes.chunks(if is_slow { PIECE } else { bytes.len() })
    }
}
