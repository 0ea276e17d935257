//! One client more than the load, on a thread of its own: it watches a member's frames, or does not keep up.

use super::batch::encode;
use super::deadline::PATIENCE;
use super::upgrade::request;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What the bystander does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bystander {
    /// Watches the first member through `/ws/wire`.
    Watcher,
    /// Watches it, but reads only the beginning.
    StalledWatcher,
    /// Joins the room, and reads nothing.
    NeverReads,
    /// Joins the room, and reads 4 KiB a second.
    ReadsSlowly,
    /// Joins the room, reads nothing, is evicted, and comes back.
    ComesBack,
}

/// A small one, so that the system keeps few bytes for a client that does not read.
const RECEIVE_BUFFER: usize = 1 << 10;
/// The timeout of a read, and the pause of a slow reader between two.
const READ_EVERY: Duration = Duration::from_millis(100);
/// The bytes that a slow reader takes each time.
const SLOW_READ: usize = 400;
/// The pause between two looks at the number of evictions. Each is a connection that the server accepts: with ten a
/// second, one line in a hundred would wait for one of them.
const COUNT_EVERY: Duration = Duration::from_millis(500);

/// A bystander's thread, until it is ended.
#[derive(Debug)]
pub(crate) struct Running {
    end: Sender<()>,
    thread: JoinHandle<io::Result<Report>>,
}

/// What the bystander has noticed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Report {
    /// Bytes that it watched.
    pub(crate) watched: u64,
    /// Evictions by the server.
    pub(crate) evictions: u32,
}

impl Bystander {
    /// Starts it, and returns when it is connected. `token` opens the first member's frames.
    pub(crate) fn start(self, address: SocketAddr, token: String) -> io::Result<Running> {
        let (end, ended) = mpsc::channel();
        let (ready, is_ready) = mpsc::sync_channel(1);
        let task = Task {
            address,
            ended,
            ready,
        };
        let thread = thread::Builder::new().name("bystander".to_owned());
        let thread = thread.spawn(move || match self {
            Self::Watcher | Self::StalledWatcher => task.watch(self, &token),
            Self::NeverReads | Self::ReadsSlowly | Self::ComesBack => task.lag(self),
        })?;
        // If it could not connect, `end` returns the error.
        let _ = is_ready.recv_timeout(PATIENCE);
        Ok(Running { end, thread })
    }
}

impl Running {
    pub(crate) fn end(self) -> io::Result<Report> {
        drop(self.end);
        self.thread.join().expect("it does not panic")
    }
}

/// What the thread needs to know.
struct Task {
    address: SocketAddr,
    /// Disconnected when the bystander is to end.
    ended: Receiver<()>,
    ready: SyncSender<()>,
}

impl Task {
    fn watch(&self, bystander: Bystander, token: &str) -> io::Result<Report> {
        let mut tcp = self.connect("/ws/wire")?;
        tcp.write_all(&frame(&format!(r#"{{"type":"watch","token":"{token}"}}"#)))?;
        let mut buffer = vec![0; 256 << 10];
        let mut watched = read(&tcp, &mut buffer)?;
        let _ = self.ready.try_send(());
        if bystander == Bystander::StalledWatcher {
            let _ = self.ended.recv();
        }
        while bystander == Bystander::Watcher && self.goes_on_after(Duration::ZERO) {
            watched += read(&tcp, &mut buffer)?;
        }
        Ok(Report {
            watched: watched as u64,
            evictions: 0,
        })
    }

    fn lag(&self, bystander: Bystander) -> io::Result<Report> {
        let mut tcp = self.join_room(0)?;
        let _ = self.ready.try_send(());
        let mut buffer = [0; SLOW_READ];
        let mut report = Report::default();
        let pause = if bystander == Bystander::ComesBack {
            COUNT_EVERY
        } else {
            READ_EVERY
        };
        while self.goes_on_after(pause) {
            if bystander == Bystander::ReadsSlowly {
                // An error is the end: it was evicted, and has read what was left.
                let _ = read(&tcp, &mut buffer);
            }
            if bystander == Bystander::ComesBack && self.evictions()? > report.evictions {
                report.evictions += 1;
                tcp = self.join_room(report.evictions)?;
            }
        }
        report.evictions = self.evictions()?;
        Ok(report)
    }

    fn join_room(&self, number: u32) -> io::Result<TcpStream> {
        let mut tcp = self.connect("/ws")?;
        let join = format!(r#"{{"type":"join","room":"lobby","name":"bystander{number}"}}"#);
        tcp.write_all(&frame(&join))?;
        Ok(tcp)
    }

    /// The server's count of evictions: a client that does not read does not see its own Close.
    fn evictions(&self) -> io::Result<u32> {
        let mut tcp = TcpStream::connect(self.address)?;
        let address = self.address;
        write!(
            tcp,
            "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut page = String::new();
        tcp.read_to_string(&mut page)?;
        let mut lines = page.lines();
        let count = lines.find_map(|line| line.strip_prefix("ws101_evictions_total "));
        count
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| io::Error::other("no evictions in /metrics"))
    }

    fn connect(&self, path: &str) -> io::Result<TcpStream> {
        let mut tcp = TcpStream::connect(self.address)?;
        set_socket_recv_buffer_size(&tcp, RECEIVE_BUFFER)?;
        tcp.set_read_timeout(Some(READ_EVERY))?;
        tcp.write_all(request(self.address, path).as_bytes())?;
        Ok(tcp)
    }

    /// Pauses; `false` if the bystander is to end.
    fn goes_on_after(&self, pause: Duration) -> bool {
        matches!(
            self.ended.recv_timeout(pause),
            Err(RecvTimeoutError::Timeout)
        )
    }
}

fn frame(message: &str) -> Vec<u8> {
    let mut frame = Vec::new();
    encode(0x81, message.as_bytes(), &mut frame);
    frame
}

/// Reads what arrives before the timeout; an error at the end of the stream.
fn read(mut tcp: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    match tcp.read(buffer) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        read => read,
    }
}
