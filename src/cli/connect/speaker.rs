//! Sends what is typed.

use super::command::{Command, HELP};
use super::ending::Ending;
use super::print::Printer;
use crate::cli::terminal::{Listener, Typed};
use crate::protocol::SendError;
use crate::{Message, SocketError, Writer};
use std::thread;
use std::time::Duration;

/// How a line becomes a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A text message.
    Text,
    /// A binary message of the bytes of the line.
    Binary,
    /// A binary message, written with two digits per byte.
    Hex,
}

#[derive(Debug)]
pub(super) struct Speaker {
    pub(super) writer: Writer,
    pub(super) printer: Printer,
    pub(super) ending: Ending,
    pub(super) format: Format,
    /// A slash at the beginning is nothing special.
    pub(super) literal: bool,
    /// How long to stay after the last line.
    pub(super) wait: Option<Duration>,
}

impl Listener for Speaker {
    fn next_prompt(&mut self) -> Option<String> {
        (!self.ending.is_closing()).then(|| "> ".to_owned())
    }

    fn hear(&mut self, typed: Typed) {
        match typed {
            Typed::Line(line) => {
                if let Err(sentence) = self.line(&line) {
                    self.printer.error(&sentence);
                    self.ending.not_sent();
                }
            }
            Typed::End => {
                thread::sleep(self.wait.unwrap_or_default());
                self.ending.close();
            }
            Typed::Interrupt => self.ending.close(),
        }
    }
}

impl Speaker {
    fn line(&self, line: &[u8]) -> Result<(), String> {
        match std::str::from_utf8(line) {
            Ok(text) if !self.literal => self.command(Command::parse(text)?),
            Ok(text) => self.message(text.as_bytes()),
            Err(_) if self.format == Format::Binary => self.message(line),
            Err(_) => Err("a line is not UTF-8: --binary sends it as it is".to_owned()),
        }
    }

    fn command(&self, command: Command<'_>) -> Result<(), String> {
        match command {
            Command::Send(text) => return self.message(text.as_bytes()),
            Command::Ping(text) => {
                self.printer.ping_goes_out(text.as_bytes());
                mistake(self.writer.ping(text.as_bytes()))?;
            }
            Command::Pong(text) => mistake(self.writer.pong(text.as_bytes()))?,
            Command::Close(code, text) => self.ending.close_with(code, text),
            Command::Help => HELP.lines().for_each(|line| self.printer.help(line)),
        }
        Ok(())
    }

    fn message(&self, line: &[u8]) -> Result<(), String> {
        let text = || std::str::from_utf8(line).map_err(|error| error.to_string());
        let bytes;
        let message = match self.format {
            Format::Text => Message::Text(text()?),
            Format::Binary => Message::Binary(line),
            Format::Hex => {
                bytes = from_hex(text()?)?;
                Message::Binary(&bytes)
            }
        };
        mistake(self.writer.send(message))
    }
}

/// Keeps the errors that a typed line has caused. The reader reports the end of the connection.
fn mistake(sent: Result<(), SocketError>) -> Result<(), String> {
    match sent {
        Err(SocketError::Send(error @ SendError::ControlTooLong(_))) => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// Parses two digits per byte, with blanks anywhere.
fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let not_hex =
        || "a line is not hexadecimal: write two digits per byte, such as 48 65 6c".to_owned();
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|digit| digit.to_digit(16).map(|value| value as u8))
        .collect();
    let digits = digits.ok_or_else(not_hex)?;
    if digits.len() % 2 != 0 {
        return Err(not_hex());
    }
    Ok(digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal() {
        assert_eq!(from_hex("48 65 6C6c6f"), Ok(b"Hello".to_vec()));
        assert_eq!(from_hex(""), Ok(Vec::new()));
        for text in ["4", "4g", "0x48", "48 6"] {
            assert!(from_hex(text).is_err(), "{text:?}");
        }
    }
}
