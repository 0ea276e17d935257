//! Thousands of connections, and one thread for them all.

use super::PATIENCE;
use super::batch::encode;
use super::frames::{Follower, LONGEST_LEFT, Reader, Seen};
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

/// Connections that have not heard an answer yet. Half of what our own server accepts of such: it
/// may count one for a moment longer than we do. The system would keep about as many, too.
pub(super) const IN_FLIGHT: usize = 64;
/// Read at once. Bursts are large; one buffer serves all.
const READ: usize = 256 << 10;
/// Told by one look. A sender whose echoes are there must not wait for a thousand others.
const EVENTS: usize = 64;

/// All connections to a server.
pub(crate) struct Crowd {
    epoll: OwnedFd,
    address: SocketAddr,
    dialect: Dialect,
    reader: Reader,
    members: Vec<Member>,
    /// The first that the first member was told, as far as it is looked at.
    welcome: Vec<u8>,
    events: Vec<Event>,
    buffer: Vec<u8>,
}

/// What one look at all of them brought.
pub(crate) struct Turn {
    /// Anything at all?
    pub(crate) came: bool,
    upgraded: usize,
}

#[derive(Debug)]
struct Member {
    tcp: TcpStream,
    /// The head of the response, as long as it is not complete.
    head: Option<Vec<u8>>,
    follower: Follower,
    /// What the socket did not take at once.
    unsent: VecDeque<u8>,
}

impl Crowd {
    pub(crate) fn new(address: SocketAddr, dialect: Dialect) -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            address,
            reader: Reader::new(&dialect),
            dialect,
            members: Vec::new(),
            welcome: Vec::new(),
            events: Vec::with_capacity(EVENTS),
            buffer: vec![0; LONGEST_LEFT + READ],
        })
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(crate) fn size(&self) -> usize {
        self.members.len()
    }

    /// What opens the first member's frames to a watcher, by its welcome.
    pub(crate) fn token(&self) -> Option<&str> {
        let welcome = str::from_utf8(&self.welcome).ok()?;
        let (_, token) = welcome.split_once(r#""wire":""#)?;
        token.split_once('"').map(|(token, _)| token)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens connections until there are so many, each of them upgraded.
    pub(crate) fn grow(&mut self, size: usize) -> io::Result<()> {
        let mut deadline = Instant::now() + PATIENCE;
        let mut upgraded = self.members.len();
        while upgraded < size {
            while self.members.len() < size && self.members.len() - upgraded < IN_FLIGHT {
                self.connect()?;
            }
            let turn = self.turn(Duration::from_secs(1), |_, _| {})?;
            upgraded += turn.upgraded;
            if turn.upgraded > 0 {
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
        let name = EventData::new_u64(self.members.len() as u64);
        epoll::add(&self.epoll, &tcp, name, EventFlags::IN)?;
        self.members.push(Member {
            tcp,
            head: Some(Vec::new()),
            follower: Follower::default(),
            unsent: VecDeque::new(),
        });
        let request = request(address, self.dialect.path);
        self.write(self.members.len() - 1, request.as_bytes())
    }

    /// Everyone is a listener. Who has just answered something, as those do who ask to come in, is
    /// taken by their system for one who will soon speak again, and acknowledges what they hear in
    /// the sender's time instead of their own; until they were silent for 40 ms.
    pub(crate) fn fall_silent(&self) -> io::Result<()> {
        for member in &self.members {
            set_tcp_quickack(&member.tcp, true)?;
        }
        Ok(())
    }

    /// Writes to one connection; what does not fit follows when there is room.
    pub(crate) fn write(&mut self, member: usize, bytes: &[u8]) -> io::Result<()> {
        let Member { tcp, unsent, .. } = &mut self.members[member];
        let sent = if unsent.is_empty() {
            send(tcp, bytes)?
        } else {
            0
        };
        if sent < bytes.len() {
            unsent.extend(&bytes[sent..]);
            let both = EventFlags::IN | EventFlags::OUT;
            epoll::modify(&self.epoll, &*tcp, EventData::new_u64(member as u64), both)?;
        }
        Ok(())
    }

    /// Waits for something to come, and tells each frame.
    pub(crate) fn turn(
        &mut self,
        wait: Duration,
        mut each: impl FnMut(usize, Seen),
    ) -> io::Result<Turn> {
        let mut events = std::mem::take(&mut self.events);
        let wait = Timespec::try_from(wait).expect("a short time");
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&wait)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut turn = Turn {
            came: !events.is_empty(),
            upgraded: 0,
        };
        for event in events.drain(..) {
            let (member, flags) = (event.data.u64() as usize, event.flags);
            if flags.contains(EventFlags::OUT) {
                self.write_on(member)?;
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                turn.upgraded += usize::from(self.read(member, &mut each)?);
            }
        }
        self.events = events;
        Ok(turn)
    }

    fn write_on(&mut self, member: usize) -> io::Result<()> {
        let Member { tcp, unsent, .. } = &mut self.members[member];
        let sent = send(tcp, unsent.as_slices().0)?;
        unsent.drain(..sent);
        if unsent.is_empty() {
            let name = EventData::new_u64(member as u64);
            epoll::modify(&self.epoll, &*tcp, name, EventFlags::IN)?;
        }
        Ok(())
    }

    /// Reads what has come to one connection. Was it upgraded by that?
    fn read(&mut self, member: usize, each: &mut impl FnMut(usize, Seen)) -> io::Result<bool> {
        let own = &mut self.members[member];
        let left = own.follower.left().len();
        self.buffer[..left].copy_from_slice(own.follower.left());
        let read = match (&own.tcp).read(&mut self.buffer[left..]) {
            Ok(0) => return Err(ended(member)),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        let mut bytes = &self.buffer[..left + read];
        let mut upgraded = false;
        if let Some(head) = &mut own.head {
            let Some(behind) = complete(head, bytes)? else {
                return Ok(false);
            };
            bytes = &bytes[behind..];
            own.head = None;
            upgraded = true;
        }
        let (mut closed, mut pongs) = (false, Vec::new());
        own.follower
            .follow(&mut self.reader, bytes, |seen, payload| {
                match seen {
                    // §5.5.3: with what the ping brought.
                    Seen::Ping => encode(0x8a, payload, &mut pongs),
                    Seen::Close => closed = true,
                    Seen::Other if member == 0 && self.welcome.is_empty() => {
                        self.welcome = payload.to_vec()
                    }
                    _ => {}
                }
                each(member, seen);
            });
        if closed {
            return Err(ended(member));
        }
        if !pongs.is_empty() {
            self.write(member, &pongs)?;
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

fn ended(member: usize) -> io::Error {
    io::Error::other(format!("the server ended connection {member}"))
}

/// An error, if it has taken too long.
pub(crate) fn in_time(deadline: Instant, so_far: impl FnOnce() -> String) -> io::Result<()> {
    if Instant::now() < deadline {
        return Ok(());
    }
    let so_far = so_far();
    Err(io::Error::other(format!("it took too long: {so_far}")))
}
