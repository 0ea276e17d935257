//! One connection's thread: requests come in and are answered, or one is upgraded.

use super::connections::Slot;
use super::endpoint::{Fittings, Purpose};
use super::routes::{Route, Socket};
use super::{Shared, guard, pages, peer, proxy, refuse};
use crate::dialects::json;
use crate::protocol::http::{RequestHead, Response};
use crate::protocol::{HandshakeError, Incoming, Outgoing, ReadBuffer, Role, Session, Upgrade};
use crate::socket::{SocketError, Stream, read_head};
use crate::time::http_date;
use crate::watch::Recorder;
use log::Level;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// What is to be done with a request, decided in one place. Its head took `head_size` bytes.
enum Decision {
    /// Answer. A browser that loads a page wants more of the same kind, so its connection is kept.
    Answer {
        response: Response,
        head_size: usize,
        is_page: bool,
    },
    /// Upgrade, with these bytes as the answer.
    Upgrade {
        purpose: Purpose,
        answer: Vec<u8>,
        head_size: usize,
    },
}

/// How a request wants to be answered, whatever the answer is. Of a request that cannot be
/// read nothing is known: it is as good as a GET that ends its connection.
#[derive(Debug, Default)]
struct Manner {
    /// The answer to a HEAD has no body, even when it is a refusal.
    method: String,
    /// The client can use this connection again. RFC 9112 §9.3.
    persists: bool,
    /// A person looks at the answer.
    in_browser: bool,
}

impl Manner {
    fn of(head: &RequestHead<'_>) -> Self {
        let lists = |name, token| head.headers.lists_token(name, token) == Ok(true);
        Self {
            method: head.method.to_owned(),
            persists: head.minor_version == 1 && !lists("Connection", "close"),
            in_browser: lists("Accept", "text/html"),
        }
    }
}

/// Answers requests, one after the other, until one is upgraded or the connection ends.
pub(super) fn run(tcp: Arc<TcpStream>, slot: &Slot, shared: &Shared) {
    // Frames are small and wanted at once. If this fails, the connection is gone, and reading will tell.
    let _ = tcp.set_nodelay(true);
    let mut stream = Stream::shared(tcp);
    let mut buffer = ReadBuffer::new();
    stream.set_deadline(Some(Instant::now() + shared.config.deadlines.handshake));
    while let Some((manner, decision)) = next_request(&mut stream, &mut buffer, slot, shared) {
        if !slot.begin_answer() {
            return stream.finish();
        }
        match decision {
            Ok(Decision::Answer {
                response,
                head_size,
                is_page,
            }) => {
                // A client that does not wait for the answer before it asks again is answered once: two
                // requests in one read are how one is smuggled behind another.
                let asked_once = buffer.unread().len() == head_size;
                let keeps = is_page && manner.persists && asked_once && slot.may_be_reused();
                if !answer(&mut stream, response, &manner.method, keeps, shared) {
                    return;
                }
                if !(keeps && slot.await_request()) {
                    return stream.finish();
                }
                buffer.consume(head_size);
                stream.set_deadline(Some(Instant::now() + shared.config.deadlines.idle));
            }
            Ok(Decision::Upgrade {
                purpose,
                answer,
                head_size,
            }) => return upgrade(stream, purpose, &answer, (buffer, head_size), slot, shared),
            Err(error) => return refuse(stream, &error, &manner, slot, shared),
        }
    }
}

/// Reads a request and decides about it; `None` when there is nobody to answer.
fn next_request(
    stream: &mut Stream,
    buffer: &mut ReadBuffer,
    slot: &Slot,
    shared: &Shared,
) -> Option<(Manner, Result<Decision, HandshakeError>)> {
    match read_head(stream, buffer, shared.config.requests.limits(), || {
        slot.begin_request()
    }) {
        Ok(head_at) => {
            let size = head_at.end;
            Some(decide(&buffer.unread()[head_at], size, slot, shared))
        }
        Err(SocketError::Request(error)) => Some((Manner::default(), Err(error))),
        // The connection ended first, or nothing at all was sent: nobody waits for an answer.
        Err(_) if !slot.was_displaced() => None,
        // It was refused already, when its place was given to another.
        Err(_) => {
            shared.refusals.count(&HandshakeError::TimedOut);
            refuse::linger(stream.tcp());
            None
        }
    }
}

/// What is to be done, and in which manner it is to be answered.
fn decide(
    head: &[u8],
    head_size: usize,
    slot: &Slot,
    shared: &Shared,
) -> (Manner, Result<Decision, HandshakeError>) {
    match RequestHead::parse(head, shared.config.requests.limits()) {
        Ok(head) => {
            let judged = find_client(&head, slot, shared);
            let decision = judged.and_then(|()| judge(&head, head_size, slot, shared));
            (Manner::of(&head), decision)
        }
        Err(error) => (Manner::default(), Err(error)),
    }
}

/// A client that comes through a proxy counts under its own address.
fn find_client(head: &RequestHead<'_>, slot: &Slot, shared: &Shared) -> Result<(), HandshakeError> {
    let proxies = &shared.config.access.proxies;
    let neighbour = slot.tcp_peer();
    if !proxies.contains(&neighbour) {
        return Ok(());
    }
    slot.count_under(proxy::client(&head.headers, neighbour, proxies))
}

/// Everything that a well-formed request must pass, in order: is it for us, is there such a
/// thing, may this be done to it, by this page.
fn judge(
    head: &RequestHead<'_>,
    head_size: usize,
    slot: &Slot,
    shared: &Shared,
) -> Result<Decision, HandshakeError> {
    let access = &shared.config.access;
    let target = head.target()?;
    let host = target.host.unwrap_or_default(); // HTTP/1.0 may leave it open
    if target.host.is_some() {
        guard::check_host(host, access)?;
    }
    let wants_upgrade = head.headers.lists_token("Upgrade", "websocket")?;
    let route = Route::to(&target, shared);
    head.require_no_body()?;
    match route {
        Some(Route::Page(page)) if !wants_upgrade => Ok(Decision::Answer {
            response: page.response(&head.headers, target.host)?,
            head_size,
            is_page: true,
        }),
        Some(Route::Report(response)) if !wants_upgrade => Ok(Decision::Answer {
            response,
            head_size,
            is_page: false,
        }),
        Some(Route::Socket(socket)) => {
            let upgrade = Upgrade::check(head)?;
            guard::check_origin(head.headers.once("Origin")?, host, access)?;
            let (purpose, answer) = agree(&upgrade, socket, slot, shared)?;
            Ok(Decision::Upgrade {
                purpose,
                answer,
                head_size,
            })
        }
        _ => Err(HandshakeError::NotFound),
    }
}

/// What the WebSocket is for, and the 101 that says so.
fn agree(
    upgrade: &Upgrade<'_>,
    socket: Socket,
    slot: &Slot,
    shared: &Shared,
) -> Result<(Purpose, Vec<u8>), HandshakeError> {
    let (purpose, protocol) = match socket {
        Socket::Chat => (Purpose::Chat, upgrade.choose_protocol(&[json::PROTOCOL])),
        Socket::Echo { watched } => (Purpose::Echo { watched }, None),
        Socket::Wire => (Purpose::Wire(shared.tickets.seat(slot.household())?), None),
    };
    let answer = upgrade.response(protocol);
    Ok((purpose, answer.expect("an offer of the client's")))
}

/// Writes an answer. `false`: the client did not take it.
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

/// Says why not, and ends the connection: after a request that breaks a rule, where the next one
/// begins cannot be known.
fn refuse(
    mut stream: Stream,
    error: &HandshakeError,
    manner: &Manner,
    slot: &Slot,
    shared: &Shared,
) {
    shared.refusals.count(error);
    let sentence = guard::sentence(error);
    let told = format_args!("{} {sentence} ({})", error.status(), error.section());
    shared.incidents.report(Level::Info, slot.id(), &told);
    let response = if manner.in_browser {
        pages::refusal(error, &sentence)
    } else {
        error.response_as("text/plain; charset=utf-8", sentence + "\n")
    };
    if answer(&mut stream, response, &manner.method, false, shared) {
        stream.finish();
    }
}

/// From here on this is no longer HTTP. What lies in `buffer` behind the head already are the
/// first frames.
fn upgrade(
    mut stream: Stream,
    purpose: Purpose,
    answer: &[u8],
    (mut buffer, head_size): (ReadBuffer, usize),
    slot: &Slot,
    shared: &Shared,
) {
    if stream.write_all(answer).is_err() {
        return;
    }
    let (request, first_frames) = buffer.unread().split_at(head_size);
    let recorder = || Recorder::new(request, answer, first_frames);
    let answers_at_length = purpose.answers_at_length();
    let Fittings {
        sender,
        limits,
        endpoint,
        ticket,
    } = purpose.fit(stream.tcp(), slot, shared, recorder);
    buffer.consume(head_size);
    let mut session = Session {
        incoming: Incoming::after_handshake(Role::Client, limits, buffer),
        outgoing: Outgoing::server(),
    };
    let memory = shared
        .budget
        .for_client(slot.address().unwrap_or(slot.tcp_peer()));
    session.incoming.draw_on(Arc::clone(&memory));
    if answers_at_length {
        session.outgoing.draw_on(memory);
    }
    peer::run(stream, sender, session, endpoint, slot, shared);
    // Only now, so that a watcher has seen the client's Close too.
    drop(ticket);
}
