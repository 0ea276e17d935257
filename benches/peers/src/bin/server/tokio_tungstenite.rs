//! tokio-tungstenite: a queue for each client, drained into one write.
//!
//! Its best form: messages are fed to the socket as long as there are any, and flushed when there
//! are none. `send` would flush, and call the kernel, for each. It does not share frames, so each
//! client's is made anew; the text in it is shared.

use super::Outcome;
use super::line;
use super::room::{Member, Room};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{FutureExt, SinkExt, StreamExt};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

type Socket = WebSocketStream<TcpStream>;

/// Messages in a queue, to be shared.
pub(crate) type Burst = Arc<[Message]>;

/// It is filled with zeros before each read, also before one that finds nothing: with the
/// default of 128 KiB that is what a server is busy with most of all.
const READ_BUFFER: usize = 16 << 10;

/// So many are taken out of a queue at once.
const BATCH: usize = 256;

/// A connection's life.
pub(crate) async fn converse(stream: TcpStream, room: Arc<Room<Burst>>) -> Outcome<()> {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the library wants it so")]
    let choose = |request: &Request, response: Response| {
        path = request.uri().path().to_owned();
        match path.as_str() {
            "/echo" | "/chat" => Ok(response),
            _ => Err(not_found()),
        }
    };
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let socket = accept_hdr_async_with_config(stream, choose, Some(config)).await?;
    match path.as_str() {
        "/echo" => echo(socket).await,
        _ => chat(socket, room).await,
    }
}

fn not_found() -> ErrorResponse {
    let mut response = ErrorResponse::new(None);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

async fn echo(mut socket: Socket) -> Outcome<()> {
    loop {
        let next = match socket.next().now_or_never() {
            Some(next) => next,
            None => {
                socket.flush().await?;
                socket.next().await
            }
        };
        let Some(message) = next else { return Ok(()) };
        let message = message?;
        if message.is_text() || message.is_binary() {
            socket.feed(message).await?;
        }
    }
}

/// A task for each direction: with one for both, every write would try to read as well.
async fn chat(socket: Socket, room: Arc<Room<Burst>>) -> Outcome<()> {
    let (member, queue) = room.join();
    let (sink, stream) = socket.split();
    tokio::spawn(listen(queue, sink));
    talk(stream, member).await
}

/// Leaves the room with the last message, which closes the queue.
async fn talk(mut stream: SplitStream<Socket>, member: Member<Burst>) -> Outcome<()> {
    let mut texts = Vec::new();
    loop {
        let next = match stream.next().now_or_never() {
            Some(next) => next,
            None => {
                say(&member, &mut texts);
                stream.next().await
            }
        };
        match next {
            Some(Ok(Message::Text(json))) => texts.extend(line::parse(&json)),
            Some(Ok(_)) => {}
            None | Some(Err(_)) => {
                say(&member, &mut texts);
                return Ok(());
            }
        }
    }
}

fn say(member: &Member<Burst>, texts: &mut Vec<String>) {
    member.say(texts, |lines| {
        lines.into_iter().map(Message::text).collect()
    });
    texts.clear();
}

/// Ends with the queue: says so to a client that was left out, whose answer ends the rest.
async fn listen(mut queue: Receiver<Burst>, mut sink: SplitSink<Socket, Message>) -> Outcome<()> {
    let mut bursts = Vec::new();
    while queue.recv_many(&mut bursts, BATCH).await > 0 {
        for message in bursts.iter().flat_map(|burst| burst.iter()) {
            sink.feed(message.clone()).await?;
        }
        bursts.clear();
        sink.flush().await?;
    }
    sink.close().await?;
    Ok(())
}
