//! The command line: one file per subcommand.

mod duration;
mod serve;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// WebSocket 101: the protocol by hand, to read, to use and to measure.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = false,
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (what `ws101` alone does, too)
    Serve(Box<serve::Serve>),
}

/// Reads the arguments, does what they say, and reports how it went.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Command::Serve(serve) = arguments
        .command
        .unwrap_or_else(|| Command::Serve(Box::new(serve::Serve::parse_from(["serve"]))));
    match serve.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed terminal is no reason to panic.
            let _ =
                std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("ws101: {error}\n"));
            ExitCode::FAILURE
        }
    }
}
