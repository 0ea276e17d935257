//! A client that sends raw bytes, valid or not, and reads the server's raw answer.

use super::close_times;
use super::response::Response;
use super::target::{Pace, Target};
use super::tcp_state;
use super::view_check::ViewCheck;
use crate::kit::bytes::frame_from;
use crate::kit::stopwatch::{PATIENCE, Stopwatch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};
use ws101::{Limits, Role};

/// "At once": no timer of the server had to run out. In practice it takes milliseconds.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// A request that is upgraded: the example of §1.3, for `/echo`.
pub(crate) const UPGRADE: &str = "GET /echo HTTP/1.1\r\n\
    Host: {host}\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";

/// How a client connects to one of the server's WebSockets, and what that adds to a row's name.
pub(crate) type Endpoint = (fn(Target) -> RawClient, &'static str);

pub(crate) const ENDPOINTS: [Endpoint; 2] = [
    (RawClient::upgraded, ""),
    (RawClient::in_chat, ", in the chat"),
];

/// A frame that the server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) first: u8,
    pub(crate) payload: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct RawClient {
    tcp: TcpStream,
    pace: Pace,
    /// Bytes that were read ahead of the next frame.
    ahead: Vec<u8>,
    sent: Stopwatch,
    /// How many bytes were sent since the connection was opened.
    sent_bytes: u64,
    /// Declared after `tcp`, so that the connection has ended when this is dropped.
    watch: Option<Box<ViewCheck>>,
}

impl RawClient {
    /// A TCP connection on which nothing has been sent.
    pub(crate) fn open(target: impl Into<Target>) -> Self {
        let target = target.into();
        let (tcp, pace) = (target.connect(), target.pace);
        tcp.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        Self {
            tcp,
            pace,
            ahead: Vec::new(),
            sent: Stopwatch::start(),
            sent_bytes: 0,
            watch: None,
        }
    }

    /// A WebSocket to the chat, after its welcome.
    pub(crate) fn in_chat(target: impl Into<Target>) -> Self {
        let target = target.into();
        let mut wire = Self::open(target);
        let request = UPGRADE.replace("/echo", "/ws");
        wire.send(
            request
                .replace("{host}", &target.addr.to_string())
                .as_bytes(),
        );
        assert_eq!(wire.head().status, 101);
        let welcome = wire.frame();
        assert_eq!(welcome.first, 0x81, "{welcome:02x?}");
        wire.watch_through(target, Limits::CHAT, &welcome, "wire");
        wire
    }

    /// A WebSocket to `/echo`.
    pub(crate) fn upgraded(target: impl Into<Target>) -> Self {
        let target = target.into();
        let mut wire = Self::open(target);
        if !target.watched {
            assert_eq!(wire.status_of_upgrade(), 101);
            return wire;
        }
        let request = UPGRADE.replace("/echo", "/echo?watch");
        wire.send(
            request
                .replace("{host}", &target.addr.to_string())
                .as_bytes(),
        );
        assert_eq!(wire.head().status, 101);
        let greeting = wire.frame();
        wire.watch_through(target, target.echo, &greeting, "token");
        wire
    }

    /// If the target is watched, begins to compare what `/ws/wire` shows of this connection with what
    /// travels. The greeting holds the token for that.
    fn watch_through(&mut self, target: Target, limits: Limits, greeting: &Frame, key: &str) {
        if target.watched {
            let greeting: Value = serde_json::from_slice(&greeting.payload).expect("JSON");
            let mut watch = ViewCheck::begin(target, limits, &greeting[key]);
            watch.received.clone_from(&self.ahead);
            self.watch = Some(Box::new(watch));
        }
    }

    /// Connects until a place is free. That takes no time when its client has closed, and a second when
    /// the client holds on to a connection that the server has closed.
    pub(crate) fn upgraded_when_there_is_room(target: impl Into<Target>) -> Self {
        let target = target.into();
        let (since, deadline) = (Stopwatch::start(), Instant::now() + PATIENCE);
        loop {
            let mut wire = Self::open(target);
            match wire.status_of_upgrade() {
                101 => return wire,
                503 => {
                    since.assert_under(2 * AT_ONCE);
                    assert!(Instant::now() < deadline, "no place became free");
                }
                other => panic!("status {other}"),
            }
        }
    }

    /// Requests an upgrade; returns the status of the response.
    pub(crate) fn status_of_upgrade(&mut self) -> u16 {
        let host = self.tcp.peer_addr().expect("it is connected");
        // A server that refuses may have closed the connection before it was asked.
        let _ = self.try_send(UPGRADE.replace("{host}", &host.to_string()).as_bytes());
        self.head().status
    }

    pub(crate) fn into_tcp(self) -> TcpStream {
        std::mem::forget(self.watch); // it would wait for an end that is not ours
        self.tcp
    }

    pub(crate) fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes)
            .expect("the server takes what it is sent");
    }

    /// As [`send`](Self::send), to a server that may have stopped reading.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let size = match self.pace {
            Pace::Whole => bytes.len().max(1),
            Pace::ByteByByte => 1,
        };
        if let Some(watch) = &mut self.watch {
            watch.sent.extend_from_slice(bytes);
        }
        let written = bytes
            .chunks(size)
            .try_for_each(|piece| self.tcp.write_all(piece));
        self.sent = Stopwatch::start();
        self.sent_bytes += bytes.len() as u64;
        written
    }

    /// How many bytes were sent in all.
    pub(crate) const fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    /// A frame as a client sends it, masked.
    pub(crate) fn send_frame(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        self.send(&frame_from(Role::Client, first, payload.as_ref()));
    }

    /// Sends a FIN: the client will send no more.
    pub(crate) fn send_fin(&mut self) {
        self.tcp.shutdown(Shutdown::Write).expect("it is open");
        self.sent = Stopwatch::start();
    }

    /// The next bytes, at most `most`; empty at the end of the stream.
    pub(crate) fn read(&mut self, most: usize, deadline: Instant) -> io::Result<Vec<u8>> {
        if !self.ahead.is_empty() {
            let count = self.ahead.len().min(most);
            return Ok(self.ahead.drain(..count).collect());
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.tcp.set_read_timeout(Some(left))?;
        let most = match self.pace {
            Pace::Whole => most.min(64 << 10),
            Pace::ByteByByte => most.min(1),
        };
        let mut bytes = vec![0; most];
        let count = self.tcp.read(&mut bytes)?;
        bytes.truncate(count);
        if let Some(watch) = &mut self.watch {
            watch.received.extend_from_slice(&bytes);
        }
        Ok(bytes)
    }

    /// As [`read`](Self::read), for a row that cannot go on without. A failure says what came before,
    /// and what the system knows of the connection.
    fn read_or_fail(&mut self, most: usize, deadline: Instant, before: &[u8]) -> Vec<u8> {
        self.read(most, deadline).unwrap_or_else(|error| {
            let state = tcp_state::describe(&self.tcp);
            panic!(
                "{error}, after {:?}; {state}",
                before.escape_ascii().to_string()
            )
        })
    }

    /// Exactly `count` bytes.
    fn take(&mut self, count: usize) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        let mut taken = Vec::new();
        while taken.len() < count {
            let more = self.read_or_fail(count - taken.len(), deadline, &taken);
            assert!(!more.is_empty(), "the stream ended after {taken:02x?}");
            taken.extend(more);
        }
        taken
    }

    /// The head of a response, and nothing after it.
    pub(crate) fn head(&mut self) -> Response {
        let deadline = Instant::now() + PATIENCE;
        let mut bytes = Vec::new();
        loop {
            let more = self.read_or_fail(usize::MAX, deadline, &bytes);
            assert!(!more.is_empty(), "the stream ended after {bytes:?}");
            bytes.extend(more);
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                self.ahead = bytes.split_off(end + 4);
                return Response::parse(&bytes);
            }
        }
    }

    /// The next response with its body, on a connection that may be kept.
    pub(crate) fn kept_answer(&mut self) -> Response {
        let mut answer = self.head();
        let length = answer.header("Content-Length").map_or(Ok(0), str::parse);
        let body = self.take(length.expect("a length"));
        answer.body = String::from_utf8_lossy(&body).into_owned();
        answer
    }

    /// The one response before the end of the stream.
    pub(crate) fn answer(&mut self) -> Response {
        Response::parse(&self.rest())
    }

    /// All bytes up to the end of the stream, which must not be a reset.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        let mut bytes = Vec::new();
        loop {
            let more = self.read_or_fail(usize::MAX, deadline, &bytes);
            if more.is_empty() {
                return bytes;
            }
            bytes.extend(more);
        }
    }

    /// The next frame. A server does not mask (§5.1), and this one does not fragment.
    pub(crate) fn frame(&mut self) -> Frame {
        let header = self.take(2);
        let len = match header[1] {
            len @ ..126 => usize::from(len),
            126 => be(&self.take(2)),
            127 => be(&self.take(8)),
            _ => panic!("the server masks: {header:02x?}"),
        };
        Frame {
            first: header[0],
            payload: self.take(len),
        }
    }

    /// Sends a text and waits for its echo: the connection and the server work.
    pub(crate) fn echo(&mut self, text: &str) {
        self.send_frame(0x81, text);
        self.expect_frame(0x81, text);
    }

    /// Exactly these bytes.
    pub(crate) fn expect_bytes(&mut self, bytes: &[u8]) {
        assert_eq!(self.take(bytes.len()), bytes);
    }

    pub(crate) fn expect_frame(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        let payload = payload.as_ref().to_vec();
        assert_eq!(self.frame(), Frame { first, payload });
    }

    /// Expects a Close with this code, then the end of the stream, soon after the last byte was sent.
    /// Returns the reason in the Close.
    pub(crate) fn expect_close(&mut self, code: u16) -> String {
        let sentence = self.expect_late_close(code);
        self.assert_prompt();
        sentence
    }

    /// As [`expect_close`](Self::expect_close), however late it comes.
    pub(crate) fn expect_late_close(&mut self, code: u16) -> String {
        let close = self.frame();
        assert_eq!(close.first, 0x88, "not a Close: {close:02x?}");
        let (number, text) = close.payload.split_at_checked(2).expect("a code");
        let text = String::from_utf8_lossy(text).into_owned();
        assert_eq!(be(number), usize::from(code), "the close code; {text:?}");
        self.expect_end();
        text
    }

    /// Expects the end of the stream, without a reset, soon after the last byte was sent.
    pub(crate) fn expect_prompt_end(&mut self) {
        self.expect_end();
        self.assert_prompt();
    }

    #[track_caller]
    fn assert_prompt(&self) {
        close_times::note(self.sent.elapsed());
        self.sent.assert_under(AT_ONCE);
    }

    pub(crate) fn expect_end(&mut self) {
        let rest = self.rest();
        assert!(rest.is_empty(), "more came: {rest:02x?}");
        let error = self.tcp.take_error().expect("a connection can be asked");
        assert!(error.is_none(), "the connection was reset: {error:?}");
    }

    /// Expects that nothing arrives for this long and the connection stays open.
    pub(crate) fn expect_silence(&mut self, duration: Duration) {
        let read = self.read(1, Instant::now() + duration);
        assert!(is_timeout(&read), "something came: {read:02x?}");
    }

    /// Whether something can be read within `duration`. A read timeout is less exact.
    pub(crate) fn can_be_read(&self, duration: Duration) -> bool {
        let timeout = Timespec::try_from(duration).expect("a short time");
        let mut sockets = [PollFd::new(&self.tcp, PollFlags::IN)];
        poll(&mut sockets, Some(&timeout)).expect("a socket can be waited for") > 0
    }

    /// Waits until something can be read or the stream ends; takes nothing.
    pub(crate) fn wait_for_anything(&self) {
        self.tcp
            .set_read_timeout(Some(PATIENCE))
            .expect("a timeout");
        self.tcp.peek(&mut [0]).expect("something comes");
    }
}

pub(crate) fn is_timeout<T>(read: &io::Result<T>) -> bool {
    use io::ErrorKind::{TimedOut, WouldBlock};
    matches!(read, Err(error) if matches!(error.kind(), TimedOut | WouldBlock))
}

fn be(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}
