//! One connection's thread: a request comes in, and is answered or upgraded.

use super::endpoint::{Fittings, Purpose};
use super::registry::Place;
use super::{Shared, guard, metrics, pages, peer, proxy, turnaway};
use crate::chat;
use crate::date::http_date;
use crate::protocol::http::{RequestHead, Response, Target};
use crate::protocol::{HandshakeError, Incoming, Outgoing, ReadBuffer, Role, Session, Upgrade};
use crate::socket::{SocketError, Stream, read_head};
use crate::tape::Tape;
use log::Level;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// What a path stands for.
enum Route {
    Page(Response),
    Socket(Socket),
}

impl Route {
    fn to(target: &Target<'_>, shared: &Shared) -> Option<Self> {
        Some(match target.path.as_str() {
            "/ws" => Self::Socket(Socket::Chat),
            "/echo" => Self::Socket(Socket::Echo {
                watched: target.query == "watch",
            }),
            "/ws/wire" => Self::Socket(Socket::Wire),
            "/metrics" => Self::Page(metrics::page(shared)),
            path => Self::Page(pages::find(
                path,
                target.host,
                shared.config.www.as_deref(),
            )?),
        })
    }
}

/// The WebSockets that there are.
#[derive(Debug, Clone, Copy)]
enum Socket {
    Chat,
    Echo { watched: bool },
    Wire,
}

/// What is to be done with a request, decided in one place.
enum Decision {
    Answer(Response),
    /// Upgrade, with these bytes as the answer; the head took so many.
    Upgrade {
        purpose: Purpose,
        answer: Vec<u8>,
        head_size: usize,
    },
}

pub(super) fn run(tcp: Arc<TcpStream>, place: &Place, shared: &Shared) {
    // Frames are small and wanted at once. If this fails, the connection is gone, and reading will tell.
    let _ = tcp.set_nodelay(true);
    let mut stream = Stream::shared(tcp);
    let mut buffer = ReadBuffer::new();
    stream.set_deadline(Some(Instant::now() + shared.config.deadlines.handshake));
    let (method, decision) = match read_head(&mut stream, &mut buffer, shared.config.head) {
        Ok(head_at) => decide(
            &buffer.unread()[head_at.clone()],
            head_at.end,
            place,
            shared,
        ),
        Err(SocketError::Request(error)) => (String::new(), Err(error)),
        // The connection ended first, or nothing at all was sent: nobody waits for an answer.
        Err(_) if !place.is_displaced() => return,
        // It was refused already, when its place was given to another.
        Err(_) => {
            shared.refusals.count(&HandshakeError::TimedOut);
            return turnaway::linger(stream.tcp());
        }
    };
    if !place.will_answer() {
        return stream.finish();
    }
    match decision {
        Ok(Decision::Answer(response)) => answer(stream, response, &method, shared),
        Ok(Decision::Upgrade {
            purpose,
            answer,
            head_size,
        }) => {
            upgrade(stream, purpose, &answer, (buffer, head_size), place, shared);
        }
        Err(error) => {
            shared.refusals.count(&error);
            let told = format_args!("{} {error} ({})", error.status(), error.section());
            shared.incidents.report(Level::Info, place.id(), &told);
            answer(stream, error.response(), &method, shared);
        }
    }
}

/// What is to be done, and the method that asks for it: the answer to a HEAD has no body, even
/// when it is a refusal. A request whose method cannot be told is as good as a GET.
fn decide(
    head: &[u8],
    head_size: usize,
    place: &Place,
    shared: &Shared,
) -> (String, Result<Decision, HandshakeError>) {
    match RequestHead::parse(head, shared.config.head) {
        Ok(head) => {
            let judged = find_client(&head, place, shared);
            let decision = judged.and_then(|()| judge(&head, head_size, shared));
            (head.method.to_owned(), decision)
        }
        Err(error) => (String::new(), Err(error)),
    }
}

/// A client that comes through a proxy counts under its own address.
fn find_client(
    head: &RequestHead<'_>,
    place: &Place,
    shared: &Shared,
) -> Result<(), HandshakeError> {
    let proxies = &shared.config.access.proxies;
    match place.address() {
        Some(neighbour) if proxies.contains(&neighbour) => {
            place.belongs_to(proxy::client(&head.headers, neighbour, proxies))
        }
        _ => Ok(()),
    }
}

/// Everything that a well-formed request must pass, in order: is it for us, is there such a
/// thing, may this be done to it, by this page.
fn judge(
    head: &RequestHead<'_>,
    head_size: usize,
    shared: &Shared,
) -> Result<Decision, HandshakeError> {
    let access = &shared.config.access;
    let target = head.target()?;
    if let Some(host) = target.host {
        guard::check_host(host, access)?;
    }
    let wants_upgrade = head.headers.lists_token("Upgrade", "websocket")?;
    let route = Route::to(&target, shared);
    head.require_no_body()?;
    match route {
        Some(Route::Page(page)) if !wants_upgrade => Ok(Decision::Answer(page)),
        Some(Route::Socket(socket)) => {
            let upgrade = Upgrade::check(head)?;
            guard::check_origin(
                head.headers.once("Origin")?,
                target.host.unwrap_or_default(),
                access,
            )?;
            let (purpose, protocol) = match socket {
                Socket::Chat => (Purpose::Chat, upgrade.choose_protocol(&[chat::PROTOCOL])),
                Socket::Echo { watched } => (Purpose::Echo { watched }, None),
                Socket::Wire => (Purpose::Wire(shared.tickets.seat()?), None),
            };
            Ok(Decision::Upgrade {
                purpose,
                answer: upgrade.response(protocol),
                head_size,
            })
        }
        _ => Err(HandshakeError::NotFound),
    }
}

fn answer(mut stream: Stream, response: Response, method: &str, shared: &Shared) {
    let response = response.header("Date", http_date(SystemTime::now()));
    stream.set_deadline(Some(Instant::now() + shared.config.deadlines.write));
    if stream.write_all(&response.to_bytes(method)).is_ok() {
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
    place: &Place,
    shared: &Shared,
) {
    if stream.write_all(answer).is_err() {
        return;
    }
    let (request, first_frames) = buffer.unread().split_at(head_size);
    let tape = || Tape::new(request, answer, first_frames);
    let Fittings {
        sender,
        limits,
        endpoint,
        ticket,
    } = purpose.fit(stream.tcp(), place, shared, tape);
    buffer.consume(head_size);
    let session = Session {
        incoming: Incoming::after_handshake(Role::Client, limits, buffer),
        outgoing: Outgoing::server(),
    };
    peer::run(stream, sender, session, endpoint, place, shared);
    // Only now, so that a watcher has seen the client's Close too.
    drop(ticket);
}
