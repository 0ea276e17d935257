//! The two ends of the opening handshake, over TCP. RFC 6455 §4.

use super::dial::dial;
use super::error::SocketError;
use super::keys::RandomKeys;
use super::source::read;
use super::stream::Stream;
use super::tap::Tap;
use super::url::Url;
use super::{CLOSE_TIMEOUT, WebSocket};
use crate::protocol::http::{HeadLimits, HeadScanner, RequestHead, ResponseHead, ResponseScanner};
use crate::protocol::{
    HandshakeError, Incoming, Limits, Outgoing, ReadBuffer, Request, ResponseError, Role, Session,
    Upgrade,
};
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::ops::Range;
use std::time::{Duration, Instant};

/// How long a connection may take until its handshake is done.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Connects to `ws://…`, as a client.
pub fn connect(address: &str) -> Result<WebSocket<Stream>, SocketError> {
    Connect::to(address).open()
}

/// A connection to be made, with all that can be said about it.
///
/// ```no_run
/// use ws101::Connect;
///
/// let socket = Connect::to("ws://localhost:9001/ws").protocols(&["chat.ws101.v1"]).open()?;
/// assert_eq!(socket.protocol(), Some("chat.ws101.v1"));
/// # Ok::<(), ws101::SocketError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Connect<'a> {
    address: &'a str,
    host: Option<&'a str>,
    protocols: &'a [&'a str],
    headers: &'a [(&'a str, &'a str)],
    limits: Limits,
    timeout: Duration,
    tap: Option<&'a Tap>,
}

impl<'a> Connect<'a> {
    /// A connection to `ws://…`, with the defaults: no subprotocol, messages to 16 MiB, ten seconds.
    pub const fn to(address: &'a str) -> Self {
        Self {
            address,
            host: None,
            protocols: &[],
            headers: &[],
            limits: Limits::ECHO,
            timeout: HANDSHAKE,
            tap: None,
        }
    }

    /// Offers subprotocols, the best first.
    #[must_use]
    pub const fn protocols(mut self, protocols: &'a [&'a str]) -> Self {
        self.protocols = protocols;
        self
    }

    /// Sends further headers, each once: `Origin`, `Cookie`.
    ///
    /// Those that the handshake writes itself are a [`SocketError::Header`], as is what may be in no
    /// header. `Host` and `Sec-WebSocket-Protocol` have methods of their own, [`host`](Self::host) and
    /// [`protocols`](Self::protocols).
    #[must_use]
    pub const fn headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.headers = headers;
        self
    }

    /// Sends this `Host` instead of the address's own: for a server that goes by a name that leads
    /// elsewhere, or nowhere.
    #[must_use]
    pub const fn host(mut self, host: &'a str) -> Self {
        self.host = Some(host);
        self
    }

    /// What we are ready to take from the server.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long connecting and the handshake may take together, over all addresses of the host.
    ///
    /// Looking up the host's name is the system's, which has its own idea of time; what that takes
    /// is missing for the rest.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Shows `tap` every byte of the connection, the handshake's too.
    #[must_use]
    pub const fn tap(mut self, tap: &'a Tap) -> Self {
        self.tap = Some(tap);
        self
    }

    /// Connects.
    pub fn open(&self) -> Result<WebSocket<Stream>, SocketError> {
        let url = Url::parse(self.address)?;
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let own_host = url.host_header();
        let host = self.host.unwrap_or(&own_host);
        let request = Request::new(host, &url.target, nonce).protocols(self.protocols);
        let head = request.to_bytes(self.headers)?;

        let deadline = Instant::now() + self.timeout;
        let addresses: Vec<_> = (url.host.as_str(), url.port).to_socket_addrs()?.collect();
        let tcp = dial(&addresses, deadline, TcpStream::connect_timeout)?;
        let mut stream = Stream::new(tcp)?;
        stream.set_deadline(Some(deadline));
        if let Some(tap) = self.tap {
            stream.set_tap(tap.clone());
        }

        stream.write_all(&head)?;
        let (mut buffer, mut scanner) = (ReadBuffer::new(), ResponseScanner::new());
        let (protocol, size) = loop {
            let count = read(&mut stream, space_in(&mut buffer, 0)?)?;
            if count == 0 {
                // What has come may be wrong, and not only cut.
                ResponseHead::decode(buffer.unread())?;
                return Err(ResponseError::Malformed("the connection ended within it").into());
            }
            buffer.filled(count);
            if let Some((head, size)) = scanner.scan(buffer.unread())? {
                break (request.check(&head)?.map(str::to_owned), size);
            }
        };
        buffer.consume(size);
        stream.set_deadline(None);
        let incoming = Incoming::after_handshake(Role::Server, self.limits, buffer);
        let session = Session {
            incoming,
            outgoing: Outgoing::client(RandomKeys::new()),
        };
        Ok(WebSocket::from_session(stream, session, protocol))
    }
}

/// Answers a client's handshake, as a server. Of the offered subprotocols the first one that is
/// in `protocols` is chosen.
///
/// This is the protocol alone. Who may connect (`Host`, `Origin`) is the caller's to judge, and
/// `ws101 serve` does.
pub fn accept(
    tcp: TcpStream,
    protocols: &[&str],
    limits: Limits,
) -> Result<WebSocket<Stream>, SocketError> {
    let mut stream = Stream::new(tcp)?;
    stream.set_deadline(Some(Instant::now() + HANDSHAKE));
    let mut buffer = ReadBuffer::new();
    match answer(&mut stream, &mut buffer, protocols) {
        Ok(protocol) => {
            stream.set_deadline(None);
            let incoming = Incoming::after_handshake(Role::Client, limits, buffer);
            let session = Session {
                incoming,
                outgoing: Outgoing::server(),
            };
            Ok(WebSocket::from_session(stream, session, protocol))
        }
        Err(SocketError::Request(error)) => {
            // The handshake's own deadline may be what has passed.
            stream.set_deadline(Some(Instant::now() + CLOSE_TIMEOUT));
            if stream.write_all(&error.response().to_bytes("GET")).is_ok() {
                stream.finish();
            }
            Err(error.into())
        }
        Err(error) => Err(error),
    }
}

/// Reads the request and, if it is one, answers it with 101.
fn answer(
    stream: &mut Stream,
    buffer: &mut ReadBuffer,
    protocols: &[&str],
) -> Result<Option<String>, SocketError> {
    let limits = HeadLimits::DEFAULT;
    let head_at = read_head(stream, buffer, limits, || Ok(()))?;
    let size = head_at.end;
    let head = RequestHead::parse(&buffer.unread()[head_at], limits)?;
    head.require_no_body()?;
    let upgrade = Upgrade::check(&head)?;
    let protocol = upgrade.choose_protocol(protocols).map(str::to_owned);
    stream.write_all(&upgrade.response(protocol.as_deref())?)?;
    buffer.consume(size);
    Ok(protocol)
}

/// Reads until a request head is complete, and no further than it may be long. Says where in
/// `buffer` it lies. Of a head that does not come in one piece `begun` is told, and may refuse it.
///
/// A mistake in it, or a deadline that passes when it has begun, is a
/// [`SocketError::Request`]: someone waits for that answer. Any other error is not worth one.
pub(crate) fn read_head(
    stream: &mut Stream,
    buffer: &mut ReadBuffer,
    limits: HeadLimits,
    begun: impl FnOnce() -> Result<(), HandshakeError>,
) -> Result<Range<usize>, SocketError> {
    let mut scanner = HeadScanner::new(limits);
    let mut begun = Some(begun);
    loop {
        let still_allowed = limits.head.saturating_add(1) - buffer.unread().len();
        let space = space_in(buffer, still_allowed)?;
        let wanted = space.len().min(still_allowed);
        let count = match read(stream, &mut space[..wanted]) {
            Ok(0) => return Err(SocketError::Disconnected),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::TimedOut && scanner.has_begun() => {
                return Err(HandshakeError::TimedOut.into());
            }
            Err(error) => return Err(error.into()),
        };
        buffer.filled(count);
        if let Some(head_at) = scanner.scan(buffer.unread())? {
            return Ok(head_at);
        }
        if scanner.has_begun()
            && let Some(begun) = begun.take()
        {
            begun()?;
        }
    }
}

/// A head is short, and still there may be no memory for it.
fn space_in(buffer: &mut ReadBuffer, appetite: usize) -> io::Result<&mut [u8]> {
    buffer
        .space(appetite)
        .ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}
