//! The commands that can be typed.

use crate::CloseCode;

/// The text of `/help`.
pub(super) const HELP: &str = "\
/ping [TEXT]           send a ping, and print how long the pong took
/pong [TEXT]           send an unsolicited pong
/close [CODE] [REASON] send a Close, with code 1000 unless another is given
//TEXT                 send /TEXT
Ctrl-D                 send a Close, as /close does";

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    /// Not a command but a message.
    Send(&'a str),
    Ping(&'a str),
    Pong(&'a str),
    Close(CloseCode, &'a str),
    Help,
}

impl<'a> Command<'a> {
    /// Parses a line. The error is a sentence for the person who typed it.
    pub(super) fn parse(line: &'a str) -> Result<Self, String> {
        let Some(command) = line.strip_prefix('/') else {
            return Ok(Self::Send(line));
        };
        if command.starts_with('/') {
            return Ok(Self::Send(command));
        }
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        match name {
            "ping" => Ok(Self::Ping(rest)),
            "pong" => Ok(Self::Pong(rest)),
            "close" => parse_close(rest),
            "help" => Ok(Self::Help),
            other => Err(format!(
                "/{other} is not a command: //{other} sends it, /help lists the commands"
            )),
        }
    }
}

/// Parses a code, a reason, both or neither.
fn parse_close(rest: &str) -> Result<Command<'_>, String> {
    let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Ok(Command::Close(CloseCode::NORMAL, rest));
    }
    let code = first.parse().ok().and_then(CloseCode::new);
    code.map(|code| Command::Close(code, after)).ok_or_else(|| {
        format!("{first} is not a close code that may be sent: 1000 is, and so are 3000 to 4999")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_commands() {
        let code = |number| CloseCode::new(number).expect("a code");
        for (line, command) in [
            ("", Command::Send("")),
            ("hi /ping", Command::Send("hi /ping")),
            ("//ping", Command::Send("/ping")),
            ("/ping", Command::Ping("")),
            ("/ping are you there", Command::Ping("are you there")),
            ("/pong x", Command::Pong("x")),
            ("/close", Command::Close(code(1000), "")),
            ("/close 4000", Command::Close(code(4000), "")),
            ("/close 4000 see you", Command::Close(code(4000), "see you")),
            ("/close see you", Command::Close(code(1000), "see you")),
            ("/help", Command::Help),
        ] {
            assert_eq!(Command::parse(line), Ok(command), "{line:?}");
        }
        for line in ["/", "/pin", "/close 1005", "/close 99999999", "/PING"] {
            assert!(Command::parse(line).is_err(), "{line:?}");
        }
    }
}
