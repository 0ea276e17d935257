//! One connection's thread: it answers requests, until one of them becomes a WebSocket.

use super::connections::Slot;
use super::pages::{self, Page};
use super::routes::Route;
use super::shared::Shared;
use super::upgrade::Agreed;
use super::{guard, proxy, refuse};
use crate::protocol::http::{RequestHead, Response};
use crate::protocol::{HandshakeError, ReadBuffer, Upgrade};
use crate::socket::{SocketError, Stream, read_head};
use crate::time::http_date;
use crate::transport::Transport;
use log::Level;
use std::io::Write;
use std::ops::Range;
use std::time::{Instant, SystemTime};

/// What a request is answered with, unless it is refused.
enum Reply {
    Http {
        response: Response,
        /// A browser that loads a page wants more of the same kind, so its connection is kept.
        is_page: bool,
    },
    WebSocket(Box<Agreed>),
}

/// How a client wants to be answered, whatever the answer is.
///
/// The default is for a request that cannot be read: it is treated as a GET that ends its connection.
#[derive(Debug, Default)]
struct Preferences {
    /// The answer to a HEAD has no body, even if it is a refusal.
    method: String,
    /// The client can use this connection again. RFC 9112 §9.3.
    persists: bool,
    /// A person will see the answer.
    in_browser: bool,
}

impl Preferences {
    fn of(head: &RequestHead<'_>) -> Self {
        let lists = |name, token| head.headers.lists_token(name, token) == Ok(true);
        Self {
            method: head.method.to_owned(),
            persists: head.minor_version == 1 && !lists("Connection", "close"),
            in_browser: lists("Accept", "text/html"),
        }
    }
}

/// A request that was judged. Its head took `size` bytes.
struct Judged {
    reply: Result<Reply, HandshakeError>,
    preferences: Preferences,
    size: usize,
}

/// Answers requests, one after another, until one is upgraded or the connection ends.
pub(super) fn run(transport: Transport, slot: &Slot, shared: &Shared) {
    // A frame is small and wanted at once. If this fails the connection is gone, as reading will show.
    let _ = transport.send_small_pieces_at_once();
    let mut stream = Stream::over(transport);
    let mut buffer = ReadBuffer::new();
    stream.set_deadline(Some(Instant::now() + shared.config.deadlines.handshake));
    while let Some(request) = next_request(&mut stream, &mut buffer, slot, shared) {
        let (preferences, size) = (request.preferences, request.size);
        if !slot.begin_answer() {
            return stream.finish();
        }
        match request.reply {
            Ok(Reply::Http { response, is_page }) => {
                // A client that sends its next request before the answer is answered once: a second
                // request in one read is how one is smuggled after another.
                let is_alone = buffer.unread().len() == size;
                let keeps = is_page && preferences.persists && is_alone && slot.may_be_reused();
                if !answer(&mut stream, response, &preferences.method, keeps, shared) {
                    return;
                }
                if !(keeps && slot.await_request()) {
                    return stream.finish();
                }
                buffer.consume(size);
                stream.set_deadline(Some(Instant::now() + shared.config.deadlines.idle));
            }
            Ok(Reply::WebSocket(agreed)) => {
                return agreed.run(stream, (buffer, size), slot, shared);
            }
            Err(error) => return refuse(stream, &error, &preferences, slot, shared),
        }
    }
}

/// Reads a request and judges it. Returns `None` if no answer is awaited.
fn next_request(
    stream: &mut Stream,
    buffer: &mut ReadBuffer,
    slot: &Slot,
    shared: &Shared,
) -> Option<Judged> {
    let unreadable = |error| Judged {
        reply: Err(error),
        preferences: Preferences::default(),
        size: 0,
    };
    match read_head(stream, buffer, shared.config.requests.limits(), || {
        slot.begin_request()
    }) {
        Ok(head_at) => {
            let judged = judge_bytes(buffer.unread(), head_at, stream, slot, shared);
            Some(judged.unwrap_or_else(unreadable))
        }
        Err(SocketError::Request(error)) => Some(unreadable(error)),
        // The connection ended first, or nothing at all was sent: no answer is awaited.
        Err(_) if !slot.was_displaced() => None,
        // It was refused already, when its slot was given to another.
        Err(_) => {
            shared.refusals.count(&HandshakeError::TimedOut);
            refuse::linger(stream.transport());
            None
        }
    }
}

/// Judges the request whose head lies at `head_at` of `bytes`.
fn judge_bytes(
    bytes: &[u8],
    head_at: Range<usize>,
    stream: &Stream,
    slot: &Slot,
    shared: &Shared,
) -> Result<Judged, HandshakeError> {
    let size = head_at.end;
    let head = RequestHead::parse(&bytes[head_at], shared.config.requests.limits())?;
    let known = find_client(&head, slot, shared);
    Ok(Judged {
        reply: known.and_then(|()| judge(&head, &bytes[..size], stream, slot, shared)),
        preferences: Preferences::of(&head),
        size,
    })
}

/// Counts a client that comes through a proxy under its own address.
fn find_client(head: &RequestHead<'_>, slot: &Slot, shared: &Shared) -> Result<(), HandshakeError> {
    let proxies = &shared.config.access.proxies;
    let tcp_peer = slot.tcp_peer();
    if !proxies.contains(&tcp_peer) {
        return Ok(());
    }
    slot.count_under(proxy::client(&head.headers, tcp_peer, proxies))
}

/// Everything that a well-formed request must pass, in order: is it for this server, is there such a path,
/// may this be done with it, by this page.
fn judge(
    head: &RequestHead<'_>,
    bytes: &[u8],
    stream: &Stream,
    slot: &Slot,
    shared: &Shared,
) -> Result<Reply, HandshakeError> {
    let access = &shared.config.access;
    let target = head.target()?;
    let host = target.host.unwrap_or_default(); // HTTP/1.0 may leave it open
    if target.host.is_some() {
        guard::check_host(host, access)?;
    }
    let wants_upgrade = head.headers.lists_token("Upgrade", "websocket")?;
    head.require_no_body()?;
    match Route::to(&target.path) {
        Some(Route::WebSocket(route)) => {
            let upgrade = Upgrade::check(head)?;
            guard::check_origin(head.headers.once("Origin")?, host, access)?;
            let subprotocol = upgrade.choose_protocol(route.subprotocols);
            let answer = upgrade.response(subprotocol).expect("a client's offer");
            let is_watchable = route.watchable.is_wanted(&target);
            let request = (bytes, answer);
            let agreed = Agreed::new(route, stream, request, is_watchable, (slot, shared))?;
            Ok(Reply::WebSocket(Box::new(agreed)))
        }
        Some(Route::Report(report)) if !wants_upgrade => Ok(Reply::Http {
            response: report(shared, target.host),
            is_page: false,
        }),
        None if !wants_upgrade => {
            let page = Page::at(&target.path, shared.config.www.as_deref());
            let page = page.ok_or(HandshakeError::NotFound)?;
            Ok(Reply::Http {
                response: page.response(&head.headers, target.host)?,
                is_page: true,
            })
        }
        _ => Err(HandshakeError::NotFound),
    }
}

/// Writes an answer. Returns `false` if the client did not take it.
fn answer(
    stream: &mut Stream,
    response: Response,
    method: &str,
    keeps: bool,
    shared: &Shared,
) -> bool {
    let deadlines = &shared.config.deadlines;
    let mut response = response.header("Date", http_date(SystemTime::now()));
    if keeps {
        response = response.keep_alive(deadlines.idle.as_secs());
    }
    stream.set_deadline(Some(Instant::now() + deadlines.write));
    stream.write_all(&response.to_bytes(method)).is_ok()
}

/// Says why not, and ends the connection: after a request that breaks a rule, it is not known where the
/// next one begins.
fn refuse(
    mut stream: Stream,
    error: &HandshakeError,
    preferences: &Preferences,
    slot: &Slot,
    shared: &Shared,
) {
    shared.refusals.count(error);
    let sentence = guard::sentence(error);
    let message = format_args!("{} {sentence} ({})", error.status(), error.section());
    shared.incidents.report(Level::Info, slot.id(), &message);
    let response = if preferences.in_browser {
        pages::refusal(error, &sentence)
    } else {
        error.response_as("text/plain; charset=utf-8", sentence + "\n")
    };
    if answer(&mut stream, response, &preferences.method, false, shared) {
        stream.finish();
    }
}
