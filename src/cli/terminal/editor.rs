//! A line that can be edited while other lines are printed above it.

use super::{Listener, STACK, Typed};
use crate::sync::spawn;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, ExternalPrinter};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::time::Duration;

/// How long the end of the program waits for the last lines to be printed.
const LAST_LINES: Duration = Duration::from_millis(500);

/// Reads lines that can be edited.
#[derive(Debug)]
pub(in super::super) struct Editor(rustyline::Editor<(), MemHistory>);

/// Prints lines above the editor, through a thread of its own. rustyline's printer blocks between a line that
/// was typed and the prompt for the next, and the thread that has yet to ask for it must not block, too.
#[derive(Debug, Clone)]
pub(in super::super) struct Printer {
    pieces: Sender<Piece>,
    /// The terminal's mode before the first line was edited.
    before: Arc<Termios>,
}

#[derive(Debug)]
enum Piece {
    Line(String),
    /// Asks for an answer when everything before it is printed.
    Last(SyncSender<()>),
}

/// An editor on stdin and a printer on stdout, if this terminal is capable of it.
pub(super) fn open() -> Option<(Editor, Printer)> {
    let before = tcgetattr(io::stdin()).ok()?;
    let config = Config::builder().max_history_size(1_000).ok()?.build();
    let history = MemHistory::with_config(&config);
    let mut editor = rustyline::Editor::with_history(config, history).ok()?;
    let external = editor.create_external_printer().ok()?;
    let (pieces, waiting) = mpsc::channel();
    spawn("screen", STACK, move || print(external, &waiting)).ok()?;
    let before = Arc::new(before);
    Some((Editor(editor), Printer { pieces, before }))
}

fn print(mut external: impl ExternalPrinter, waiting: &Receiver<Piece>) {
    for piece in waiting {
        match piece {
            Piece::Line(mut line) => {
                line.push('\n');
                // After Ctrl-D the editor is gone, but the screen is still there.
                if external.print(line.clone()).is_err() {
                    let _ = io::stdout().write_all(line.as_bytes());
                }
            }
            Piece::Last(printed) => drop(printed.send(())),
        }
    }
}

impl Editor {
    pub(super) fn read(mut self, mut listener: impl Listener) {
        while let Some(prompt) = listener.next_prompt() {
            match self.0.readline(&prompt) {
                Ok(line) => {
                    let _ = self.0.add_history_entry(&line);
                    listener.hear(Typed::Line(line.into_bytes()));
                }
                Err(error) => {
                    // Before the end is reported: from here on the printer must not wait for the editor.
                    drop(self);
                    return listener.hear(match error {
                        ReadlineError::Interrupted | ReadlineError::Signal(_) => Typed::Interrupt,
                        _ => Typed::End,
                    });
                }
            }
        }
    }
}

impl Printer {
    pub(super) fn print(&self, line: &str) {
        // The thread at the other end lives as long as any printer.
        let _ = self.pieces.send(Piece::Line(line.to_owned()));
    }

    /// Waits until everything is printed. A line that is still being edited will not be finished, so this
    /// resets the mode of the terminal in the editor's place.
    pub(super) fn close(&self) {
        let (printed, last) = mpsc::sync_channel(1);
        let _ = self.pieces.send(Piece::Last(printed));
        let _ = last.recv_timeout(LAST_LINES);
        let stdin = io::stdin();
        let is_edited = |now: Termios| now.local_modes != self.before.local_modes;
        if tcgetattr(&stdin).is_ok_and(is_edited) {
            let _ = tcsetattr(&stdin, OptionalActions::Now, &self.before);
            // The editor has asked the terminal to mark pasted text. The next program did not.
            let _ = io::stdout().write_all(b"\x1b[?2004l\r\x1b[K");
            let _ = io::stdout().flush();
        }
    }
}
