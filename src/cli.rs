//! The command line, one file per subcommand.

mod bytes;
mod chat;
mod connect;
mod frame;
mod handshake;
mod inspect;
mod interrupt;
mod serve;
mod terminal;

use self::terminal::escape;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io::{self, Write};
use std::process::ExitCode;

/// WebSocket 101: the protocol by hand, to read, to use and to measure
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    override_usage = "ws101 [COMMAND] [OPTIONS]",
    after_help = "Without a command it runs the server, with the options of `ws101 serve --help`. Example: ws101 --listen 127.0.0.1:9001"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server, as `ws101` alone does
    Serve(Box<serve::Serve>),
    /// Chat in the terminal
    Chat(chat::Chat),
    /// Talk to any WebSocket server by hand, or through pipes
    Connect(Box<connect::Connect>),
    /// Explain frames or a handshake bit by bit, and check them
    Inspect(inspect::Inspect),
    /// Compute the answer to a Sec-WebSocket-Key, step by step
    Handshake(handshake::Handshake),
    /// Build a frame, valid or not, and print it in hexadecimal
    Frame(Box<frame::Frame>),
}

/// The command line as clap describes it: each command and flag, with its help and its default.
pub fn command() -> clap::Command {
    // `ws101` alone serves, but only `ws101 serve --help` lists the server's flags.
    Arguments::command().mut_args(|argument| {
        let is_listed = ["help", "version"].contains(&argument.get_id().as_str());
        argument.hide(!is_listed)
    })
}

/// Parses the arguments and runs the command that they name.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match arguments.command {
        None => arguments.serve.run().map(success),
        Some(Command::Serve(serve)) => serve.run().map(success),
        Some(Command::Chat(chat)) => chat.run().map(success),
        Some(Command::Connect(connect)) => connect.run().map(success),
        Some(Command::Inspect(inspect)) => inspect.run(),
        Some(Command::Handshake(handshake)) => handshake.run().map(success),
        Some(Command::Frame(frame)) => frame.run().map(success),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            // It may quote a server.
            let error = escape(&error);
            // Not `eprintln!`, which panics when the terminal is closed.
            let _ = writeln!(io::stderr(), "ws101: {error}");
            ExitCode::FAILURE
        }
    }
}

const fn success((): ()) -> ExitCode {
    ExitCode::SUCCESS
}

/// Prints on stdout. A reader that stops early, such as `head -1`, is no error.
fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot print: {error}"))
        }
        _ => Ok(()),
    }
}
