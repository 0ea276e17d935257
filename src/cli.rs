//! The command line: one file per subcommand.

mod chat;
mod connect;
mod duration;
mod harmless;
mod interrupt;
mod serve;
mod terminal;

use self::harmless::harmless;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io::{self, Write};
use std::process::ExitCode;

/// WebSocket 101: the protocol by hand, to read, to use and to measure.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    override_usage = "ws101 [COMMAND] [OPTIONS]",
    after_help = "Without a command it serves, and takes what `ws101 serve --help` lists. Example: ws101 --listen 127.0.0.1:9001"
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (what `ws101` alone does, too)
    Serve(Box<serve::Serve>),
    /// Chat in the terminal
    Chat(chat::Chat),
    /// Talk to any WebSocket server by hand, or through pipes
    Connect(connect::Connect),
}

/// Reads the arguments, does what they say, and reports how it went.
pub fn main() -> ExitCode {
    // The server's flags are listed once: under `serve`.
    let command = Arguments::command().mut_args(|argument| {
        let is_ours = ["help", "version"].contains(&argument.get_id().as_str());
        argument.hide(!is_ours)
    });
    let matches = command.get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match arguments.command {
        None => arguments.serve.run(),
        Some(Command::Serve(serve)) => serve.run(),
        Some(Command::Chat(chat)) => chat.run(),
        Some(Command::Connect(connect)) => connect.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // In it a server may have its say.
            let error = harmless(&error);
            // A closed terminal is no reason to panic.
            let _ = writeln!(io::stderr(), "ws101: {error}");
            ExitCode::FAILURE
        }
    }
}
