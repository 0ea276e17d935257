//! Somebody besides the crowd, on a thread of their own: who watches a member's frames, or does
//! not keep up.

use super::PATIENCE;
use super::batch::encode;
use super::upgrade::request;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Watches the first member through `/ws/wire`.
    Watches,
    /// The same, but reads no more than the beginning.
    WatchesBlindly,
    /// Comes into the room, and reads nothing.
    NeverReads,
    /// The same, but reads 4 KiB a second.
    ReadsSlowly,
    /// Reads nothing, is evicted, and comes back.
    ComesBack,
}

/// A small one: what the system keeps for who does not read is less then.
const RECEIVE_BUFFER: usize = 1 << 10;
/// How long a read waits, and how often one reads who reads slowly.
const GLANCE: Duration = Duration::from_millis(100);
/// How often one looks whether one was evicted. Each look is a connection that the server takes in:
/// ten a second would themselves be what one of a hundred lines waits for.
const LOOK: Duration = Duration::from_millis(500);
/// Who reads slowly reads so much each time.
const SIP: usize = 400;

/// Them, until they leave.
#[derive(Debug)]
pub(crate) struct Company {
    leave: Sender<()>,
    thread: JoinHandle<io::Result<Told>>,
}

/// What they have to tell afterwards.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    /// Bytes of what was watched.
    pub(crate) seen: u64,
    /// How often the server has evicted somebody.
    pub(crate) evicted: u32,
}

impl Company {
    /// They come, and do what they do when this returns. `token` opens the first member's frames.
    pub(crate) fn enter(part: Part, address: SocketAddr, token: String) -> io::Result<Self> {
        let (leave, left) = mpsc::channel();
        let (ready, is_ready) = mpsc::sync_channel(1);
        let stay = Stay {
            address,
            left,
            ready,
        };
        let thread = thread::Builder::new().name("company".to_owned());
        let thread = thread.spawn(move || match part {
            Part::Watches | Part::WatchesBlindly => stay.watch(part, &token),
            Part::NeverReads | Part::ReadsSlowly | Part::ComesBack => stay.lag(part),
        })?;
        // If they could not come, they tell when they leave.
        let _ = is_ready.recv_timeout(PATIENCE);
        Ok(Self { leave, thread })
    }

    pub(crate) fn leave(self) -> io::Result<Told> {
        drop(self.leave);
        self.thread.join().expect("they do not panic")
    }
}

struct Stay {
    address: SocketAddr,
    /// Ends when they are to leave.
    left: Receiver<()>,
    ready: SyncSender<()>,
}

impl Stay {
    fn watch(&self, part: Part, token: &str) -> io::Result<Told> {
        let mut tcp = self.connect("/ws/wire")?;
        tcp.write_all(&frame(&format!(r#"{{"type":"watch","token":"{token}"}}"#)))?;
        let mut buffer = vec![0; 256 << 10];
        let mut seen = read(&tcp, &mut buffer)?;
        let _ = self.ready.try_send(());
        if part == Part::WatchesBlindly {
            let _ = self.left.recv();
        }
        while part == Part::Watches && self.wait(Duration::ZERO) {
            seen += read(&tcp, &mut buffer)?;
        }
        let seen = seen as u64;
        Ok(Told { seen, evicted: 0 })
    }

    fn lag(&self, part: Part) -> io::Result<Told> {
        let mut tcp = self.come_in(0)?;
        let _ = self.ready.try_send(());
        let mut sip = [0; SIP];
        let mut told = Told::default();
        let rest = if part == Part::ComesBack {
            LOOK
        } else {
            GLANCE
        };
        while self.wait(rest) {
            if part == Part::ReadsSlowly {
                // When it was evicted, and has read what was left, it is over.
                let _ = read(&tcp, &mut sip);
            }
            if part == Part::ComesBack && self.evictions()? > told.evicted {
                told.evicted += 1;
                tcp = self.come_in(told.evicted)?;
            }
        }
        told.evicted = self.evictions()?;
        Ok(told)
    }

    fn come_in(&self, number: u32) -> io::Result<TcpStream> {
        let mut tcp = self.connect("/ws")?;
        let join = format!(r#"{{"type":"join","room":"lobby","name":"company{number}"}}"#);
        tcp.write_all(&frame(&join))?;
        Ok(tcp)
    }

    /// How often the server has lost patience. Who does not read does not see their own Close.
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
        tcp.set_read_timeout(Some(GLANCE))?;
        tcp.write_all(request(self.address, path).as_bytes())?;
        Ok(tcp)
    }

    /// Waits so long. `false`: it is time to leave.
    fn wait(&self, time: Duration) -> bool {
        matches!(self.left.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }
}

fn frame(message: &str) -> Vec<u8> {
    let mut frame = Vec::new();
    encode(0x81, message.as_bytes(), &mut frame);
    frame
}

/// What is there, or comes soon; an error, if nothing will come any more.
fn read(mut tcp: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    match tcp.read(buffer) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        read => read,
    }
}
