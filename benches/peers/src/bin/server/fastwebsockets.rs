//! fastwebsockets: a queue for each client, drained into one write.
//!
//! Its best form: it calls the kernel for each frame that it writes. So the socket below it is
//! buffered, and flushed when there is nothing more; and frames for all are made once, with its
//! `Frame`. hyper is asked for the socket itself, which spares a layer.

use super::Outcome;
use super::line;
use super::room::{Member, Room};
use fastwebsockets::WebSocketError;
use fastwebsockets::upgrade::{UpgradeFut, upgrade};
use fastwebsockets::{FragmentCollectorRead, Frame, OpCode, Payload, Role, after_handshake_split};
use futures_util::FutureExt;
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::io::Cursor;
use std::pin::pin;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter, Chain, sink};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

/// What hyper has read already, and then the socket.
type Read = Chain<Cursor<Bytes>, OwnedReadHalf>;
type Write = BufWriter<OwnedWriteHalf>;

/// So many are taken out of a queue at once.
const BATCH: usize = 256;

/// The most bytes of one write.
const BUFFER: usize = 64 << 10;

/// A connection's life.
pub(crate) async fn converse(stream: TcpStream, room: Arc<Room<Bytes>>) -> Outcome<()> {
    let service = service_fn(move |request| answer(request, Arc::clone(&room)));
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await?;
    Ok(())
}

async fn answer(
    mut request: Request<Incoming>,
    room: Arc<Room<Bytes>>,
) -> Result<Response<Empty<Bytes>>, WebSocketError> {
    let chats = match request.uri().path() {
        "/echo" => false,
        "/chat" => true,
        _ => {
            let mut response = Response::new(Empty::new());
            *response.status_mut() = StatusCode::NOT_FOUND;
            return Ok(response);
        }
    };
    let (response, upgraded) = upgrade(&mut request)?;
    tokio::spawn(async move {
        let (read, write) = split(upgraded).await?;
        if chats {
            chat(read, write, room).await
        } else {
            echo(read, write).await
        }
    });
    Ok(response)
}

async fn split(upgraded: UpgradeFut) -> Outcome<(Read, Write)> {
    let upgraded = upgraded.await?.into_inner().into_inner();
    let parts = upgraded
        .downcast::<TokioIo<TcpStream>>()
        .map_err(|_| "hyper was given another kind of stream")?;
    let (read, write) = parts.io.into_inner().into_split();
    let read = Cursor::new(parts.read_buf).chain(read);
    Ok((read, BufWriter::with_capacity(BUFFER, write)))
}

async fn echo(read: Read, write: Write) -> Outcome<()> {
    let (reader, writer) = after_handshake_split(read, write, Role::Server);
    let mut reader = FragmentCollectorRead::new(reader);
    // Two write: the loop, and the reader, who answers pings while the loop waits for it.
    let writer = Mutex::new(writer);
    let mut reply = async |frame| {
        let mut writer = writer.lock().await;
        writer.write_frame(frame).await?;
        writer.flush().await
    };
    loop {
        let mut next = pin!(reader.read_frame(&mut reply));
        let frame = match next.as_mut().now_or_never() {
            Some(frame) => frame?,
            None => {
                writer.lock().await.flush().await?;
                next.await?
            }
        };
        match frame.opcode {
            OpCode::Text | OpCode::Binary => writer.lock().await.write_frame(frame).await?,
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}

/// Ends with the first error. A Close is not an error: what waits is written first, its answer last.
async fn chat(read: Read, write: Write, room: Arc<Room<Bytes>>) -> Outcome<()> {
    let (member, queue) = room.join();
    tokio::try_join!(talk(read, member), listen(queue, write))?;
    Ok(())
}

async fn talk(read: Read, member: Member<Bytes>) -> Outcome<()> {
    let (reader, _) = after_handshake_split(read, sink(), Role::Server);
    let mut reader = FragmentCollectorRead::new(reader);
    let mut reply = async |mut frame: Frame<'_>| {
        let replied = member.reply(Bytes::copy_from_slice(frame.write(&mut Vec::new())));
        replied.then_some(()).ok_or("the queue is full")
    };
    let mut texts = Vec::new();
    loop {
        let mut next = pin!(reader.read_frame(&mut reply));
        let frame = match next.as_mut().now_or_never() {
            Some(Ok(frame)) if frame.opcode == OpCode::Text => frame,
            // Nothing more, for now; or the end, before which all has to be said.
            other => {
                member.say(&texts, frames);
                texts.clear();
                match other {
                    Some(frame) => frame?,
                    None => next.await?,
                }
            }
        };
        match frame.opcode {
            OpCode::Text => texts.extend(line::parse(std::str::from_utf8(&frame.payload)?)),
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}

/// As they are sent, end to end.
fn frames(lines: Vec<String>) -> Bytes {
    let mut frames = Vec::new();
    let mut memory = Vec::new();
    for line in lines {
        let mut frame = Frame::text(Payload::Borrowed(line.as_bytes()));
        frames.extend_from_slice(frame.write(&mut memory));
    }
    frames.into()
}

async fn listen(mut queue: Receiver<Bytes>, mut write: Write) -> Outcome<()> {
    let mut bursts = Vec::new();
    while queue.recv_many(&mut bursts, BATCH).await > 0 {
        for burst in bursts.drain(..) {
            write.write_all(&burst).await?;
        }
        write.flush().await?;
    }
    Err("left, or left out for being slow".into())
}
