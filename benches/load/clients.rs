//! Thousands of WebSocket clients, all on one thread.

use super::batch::encode;
use super::deadline::{PATIENCE, in_time};
use super::frames::{Classifier, Follower, Received};
use super::target::Dialect;
use super::upgrade::{complete, request};
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::sockopt::set_tcp_quickack;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Requests that wait for their answer. Half of the incomplete connections that ws101 accepts, since it
/// may count one for a moment longer than the client does. The system's accept queue holds about as many.
pub(super) const IN_FLIGHT: usize = 64;
/// The most bytes of one read. Bursts are large, and one buffer serves all clients.
const READ: usize = 256 << 10;
/// The most events of one poll. A sender whose echoes have arrived must not wait for a thousand others.
const EVENTS: usize = 64;

/// All clients of a server.
pub(crate) struct Clients {
    epoll: OwnedFd,
    address: SocketAddr,
    dialect: Dialect,
    classifier: Classifier,
    clients: Vec<Client>,
    /// The beginning of the first message to the first client.
    welcome: Vec<u8>,
    events: Vec<Event>,
    buffer: Vec<u8>,
}

/// What one poll of all clients brought.
pub(crate) struct Polled {
    /// Whether there was any event.
    pub(crate) any: bool,
    upgraded: usize,
}

#[derive(Debug)]
struct Client {
    tcp: TcpStream,
    /// The head of the response, while it is incomplete.
    head: Option<Vec<u8>>,
    follower: Follower,
    /// Bytes that the socket did not accept at once.
    unsent: VecDeque<u8>,
}

impl Clients {
    pub(crate) fn new(address: SocketAddr, dialect: Dialect) -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            address,
            classifier: Classifier::new(&dialect),
            dialect,
            clients: Vec::new(),
            welcome: Vec::new(),
            events: Vec::with_capacity(EVENTS),
            buffer: vec![0; READ],
        })
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(crate) fn size(&self) -> usize {
        self.clients.len()
    }

    /// The token by which the first client's frames can be watched, from its welcome.
    pub(crate) fn token(&self) -> Option<&str> {
        let welcome = str::from_utf8(&self.welcome).ok()?;
        let (_, token) = welcome.split_once(r#""wire":""#)?;
        token.split_once('"').map(|(token, _)| token)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens connections until there are `size`, each of them upgraded.
    pub(crate) fn connect_until(&mut self, size: usize) -> io::Result<()> {
        let mut deadline = Instant::now() + PATIENCE;
        let mut upgraded = self.clients.len();
        while upgraded < size {
            while self.clients.len() < size && self.clients.len() - upgraded < IN_FLIGHT {
                self.connect()?;
            }
            let polled = self.poll(Duration::from_secs(1), |_, _| {})?;
            upgraded += polled.upgraded;
            if polled.upgraded > 0 {
                deadline = Instant::now() + PATIENCE;
            }
            in_time(deadline, || {
                format!("{upgraded} of {size} connections were upgraded")
            })?;
        }
        Ok(())
    }

    fn connect(&mut self) -> io::Result<()> {
        let address = self.address;
        // On one machine this does not wait.
        let tcp = TcpStream::connect(address)?;
        tcp.set_nodelay(true)?;
        tcp.set_nonblocking(true)?;
        let number = EventData::new_u64(self.clients.len() as u64);
        epoll::add(&self.epoll, &tcp, number, EventFlags::IN)?;
        self.clients.push(Client {
            tcp,
            head: Some(Vec::new()),
            follower: Follower::new(),
            unsent: VecDeque::new(),
        });
        let request = request(address, self.dialect.path);
        self.write(self.clients.len() - 1, request.as_bytes())
    }

    /// Makes every client acknowledge at once what it receives, as a listener does. The system takes a client that has just
    /// written, as a request to join does, for one that will soon write again: until 40 ms have passed, it leaves the
    /// acknowledgement to the sender's time.
    pub(crate) fn acknowledge_at_once(&self) -> io::Result<()> {
        for client in &self.clients {
            set_tcp_quickack(&client.tcp, true)?;
        }
        Ok(())
    }

    /// Writes to one connection; bytes that do not fit follow when there is room.
    pub(crate) fn write(&mut self, client: usize, bytes: &[u8]) -> io::Result<()> {
        let Client { tcp, unsent, .. } = &mut self.clients[client];
        let sent = if unsent.is_empty() {
            send(tcp, bytes)?
        } else {
            0
        };
        if sent < bytes.len() {
            unsent.extend(&bytes[sent..]);
            let both = EventFlags::IN | EventFlags::OUT;
            epoll::modify(&self.epoll, &*tcp, EventData::new_u64(client as u64), both)?;
        }
        Ok(())
    }

    /// Waits for events, and calls `each` for every frame that a client has received.
    pub(crate) fn poll(
        &mut self,
        wait: Duration,
        mut each: impl FnMut(usize, Received),
    ) -> io::Result<Polled> {
        let mut events = std::mem::take(&mut self.events);
        let wait = Timespec::try_from(wait).expect("a short time");
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&wait)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut polled = Polled {
            any: !events.is_empty(),
            upgraded: 0,
        };
        for event in events.drain(..) {
            let (client, flags) = (event.data.u64() as usize, event.flags);
            if flags.contains(EventFlags::OUT) {
                self.write_unsent(client)?;
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                polled.upgraded += usize::from(self.read(client, &mut each)?);
            }
        }
        self.events = events;
        Ok(polled)
    }

    fn write_unsent(&mut self, client: usize) -> io::Result<()> {
        let Client { tcp, unsent, .. } = &mut self.clients[client];
        let sent = send(tcp, unsent.as_slices().0)?;
        unsent.drain(..sent);
        if unsent.is_empty() {
            let number = EventData::new_u64(client as u64);
            epoll::modify(&self.epoll, &*tcp, number, EventFlags::IN)?;
        }
        Ok(())
    }

    /// Reads what has arrived on one connection; `true` if that completed its upgrade.
    fn read(&mut self, client: usize, each: &mut impl FnMut(usize, Received)) -> io::Result<bool> {
        let own = &mut self.clients[client];
        let read = match (&own.tcp).read(&mut self.buffer) {
            Ok(0) => return Err(ended(client)),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        let mut bytes = &self.buffer[..read];
        let mut upgraded = false;
        if let Some(head) = &mut own.head {
            let Some(end) = complete(head, bytes)? else {
                return Ok(false);
            };
            bytes = &bytes[end..];
            own.head = None;
            upgraded = true;
        }
        let (mut closed, mut pongs) = (false, Vec::new());
        let followed = own
            .follower
            .follow(&mut self.classifier, bytes, |received, payload| {
                match received {
                    // §5.5.3: a pong has the payload of its ping.
                    Received::Ping => encode(0x8a, payload, &mut pongs),
                    Received::Close => closed = true,
                    Received::Other if client == 0 && self.welcome.is_empty() => {
                        self.welcome = payload.to_vec();
                    }
                    _ => {}
                }
                each(client, received);
            });
        followed.map_err(io::Error::other)?;
        if closed {
            return Err(ended(client));
        }
        if !pongs.is_empty() {
            self.write(client, &pongs)?;
        }
        Ok(upgraded)
    }
}

fn send(mut tcp: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match tcp.write(bytes) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        sent => sent,
    }
}

fn ended(client: usize) -> io::Error {
    io::Error::other(format!("the server ended connection {client}"))
}
