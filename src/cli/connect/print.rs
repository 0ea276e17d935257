//! Prints what the server sends.

use crate::cli::terminal::escape;
use crate::cli::terminal::{self, Screen};
use crate::sync::Mutex;
use crate::{CloseReason, Event, Message};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Instant;

/// The bytes of a binary message that are shown on a terminal.
const MOST_DUMPED: usize = 4_096;

/// Prints messages on stdout, and notes about the connection on stderr: a pipe carries messages only.
#[derive(Debug, Clone)]
pub(super) struct Printer {
    screen: Screen,
    /// stdout is read by a person and not by a program.
    to_terminal: bool,
    verbose: bool,
    /// Unanswered pings, the oldest first.
    pings: Arc<Mutex<Vec<Ping>>>,
}

/// The payload of a ping, and when it was sent.
type Ping = (Vec<u8>, Instant);

impl Printer {
    pub(super) fn new(screen: &Screen, verbose: bool) -> Self {
        Self {
            screen: screen.clone(),
            to_terminal: io::stdout().is_terminal(),
            verbose: verbose || terminal::is_interactive(),
            pings: Arc::default(),
        }
    }

    /// Prints an event. An error means that the reader of stdout has gone.
    pub(super) fn event(&self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Message(Message::Text(text)) => self.text(text)?,
            Event::Message(Message::Binary(bytes)) => self.binary(bytes)?,
            Event::Ping(payload) => self.note(&format!("ping{}, answered", quoted(payload))),
            Event::Pong(payload) => self.pong(payload),
            Event::Close(reason) => {
                self.note(&format!(
                    "the server sent a Close: {}",
                    self::reason(*reason)
                ));
            }
        }
        Ok(())
    }

    /// Prints a note about the connection, if that is wanted.
    pub(super) fn note(&self, text: &str) {
        if self.verbose {
            self.screen.note(&format!("* {text}"));
        }
    }

    /// Prints an error.
    pub(super) fn error(&self, sentence: &str) {
        self.screen.note(&format!("ws101: {}", escape(sentence)));
    }

    pub(super) fn help(&self, line: &str) {
        self.screen.note(line);
    }

    /// Notes that a ping is about to be sent.
    pub(super) fn ping_goes_out(&self, payload: &[u8]) {
        let mut pings = self.pings.lock();
        pings.push((payload.to_vec(), Instant::now()));
    }

    /// §5.5.3: a pong may answer the latest of several pings only, and settles the earlier ones.
    fn pong(&self, payload: &[u8]) {
        let mut pings = self.pings.lock();
        let asked = pings.iter().rposition(|(ping, _)| ping == payload);
        match asked.and_then(|at| pings.drain(..=at).next_back()) {
            Some((_, sent)) => {
                let milliseconds = sent.elapsed().as_secs_f64() * 1_000.0;
                self.note(&format!(
                    "pong{} after {milliseconds:.1} ms",
                    quoted(payload)
                ));
            }
            None => self.note(&format!("unsolicited pong{}", quoted(payload))),
        }
    }

    /// Prints text: unchanged for a program, escaped for a terminal.
    fn text(&self, text: &str) -> io::Result<()> {
        if !self.to_terminal {
            return self.screen.show(text);
        }
        text.split('\n')
            .try_for_each(|line| self.screen.show(&escape(line)))
    }

    fn binary(&self, bytes: &[u8]) -> io::Result<()> {
        if !self.to_terminal {
            let mut out = io::stdout().lock();
            return out.write_all(bytes).and_then(|()| out.flush());
        }
        let shown = &bytes[..bytes.len().min(MOST_DUMPED)];
        self.note(&format!("binary, {} bytes", bytes.len()));
        for (row, sixteen) in shown.chunks(16).enumerate() {
            self.screen.show(&dump(row * 16, sixteen))?;
        }
        match bytes.len() - shown.len() {
            0 => Ok(()),
            more => self.screen.show(&format!("… and {more} more bytes")),
        }
    }
}

/// `1000 normal closure, "bye"`
pub(super) fn reason(reason: Option<CloseReason<'_>>) -> String {
    match reason {
        None => "no code".to_owned(),
        Some(CloseReason { code, text: "" }) => format!("{} {}", code.number(), code.meaning()),
        Some(CloseReason { code, text }) => {
            let (number, meaning) = (code.number(), code.meaning());
            format!("{number} {meaning}, \"{}\"", escape(text))
        }
    }
}

fn quoted(payload: &[u8]) -> String {
    if payload.is_empty() {
        return String::new();
    }
    format!(" \"{}\"", escape(&String::from_utf8_lossy(payload)))
}

/// A row of a dump: the offset, sixteen bytes, and the same bytes as text.
fn dump(offset: usize, bytes: &[u8]) -> String {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let readable: String = bytes
        .iter()
        .map(|&byte| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '.',
        })
        .collect();
    format!("{offset:08x}  {:47}  {readable}", hex.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_bytes() {
        assert_eq!(
            dump(16, b"Hello\x00\xff"),
            format!("00000010  48 65 6c 6c 6f 00 ff{}  Hello..", " ".repeat(27))
        );
    }
}
