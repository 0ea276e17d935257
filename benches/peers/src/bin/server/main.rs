//! The peers that are Rust libraries, each as a server: `server tokio-tungstenite --port 0`.
//!
//! Both do the same work, around the same pieces. In this order:
//!
//! | file | what it holds |
//! |---|---|
//! | `line` | what is said: JSON in, JSON out |
//! | `room` | everyone who listens, each with a bounded queue |
//! | `tokio_tungstenite`, `fastwebsockets` | the peers, each in its best form |

mod arguments;
mod fastwebsockets;
mod line;
mod room;
mod tokio_tungstenite;

use arguments::{Arguments, Peer};
use room::Room;
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

/// How a connection ended. Nobody looks: the client is gone, or it broke the rules.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot serve: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Outcome<()> {
    let runtime = runtime(arguments.threads)?;
    match arguments.peer {
        Peer::TokioTungstenite => {
            runtime.block_on(listen(arguments.port, tokio_tungstenite::converse))
        }
        Peer::Fastwebsockets => runtime.block_on(listen(arguments.port, fastwebsockets::converse)),
    }
}

/// With one thread nothing is ever handed to another one, and that is what makes it fast.
fn runtime(threads: usize) -> std::io::Result<Runtime> {
    if threads == 1 {
        return Builder::new_current_thread().enable_all().build();
    }
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
}

/// A task for each connection, until the process is ended.
async fn listen<T, C, F>(port: u16, converse: C) -> Outcome<()>
where
    T: Send + 'static,
    C: Fn(TcpStream, Arc<Room<T>>) -> F,
    F: Future<Output = Outcome<()>> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let room = Arc::new(Room::default());
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No more descriptors: that passes when a client leaves.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        stream.set_nodelay(true)?;
        tokio::spawn(converse(stream, Arc::clone(&room)));
    }
}
