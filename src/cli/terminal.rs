//! The terminal of a client: a keyboard that lines are read from, and a screen that lines are printed on.
//!
//! Where stdin and stdout are a terminal, a line editor keeps a half-typed line below the lines that are
//! printed meanwhile. Everywhere else lines are plain lines, and pipes work.

#[cfg(feature = "terminal")]
mod editor;
mod escape;

pub(super) use self::escape::escape;

#[cfg(feature = "terminal")]
use self::editor::{Editor, Printer};
use crate::sync::spawn;
use std::io::{self, BufRead, IsTerminal, Write};

/// The stack of the threads that read and print lines.
const STACK: usize = 1 << 20;

/// What comes from the keyboard, or from a pipe in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line without its line end. From a pipe it need not be UTF-8.
    Line(Vec<u8>),
    /// Ctrl-D, or the end of the pipe.
    End,
    /// Ctrl-C while a line was being edited. At any other time it is a signal.
    #[cfg_attr(not(feature = "terminal"), expect(dead_code))]
    Interrupt,
}

/// Asks for lines, and gets them. A pipe is read no faster than its lines are asked for.
pub(super) trait Listener: Send + 'static {
    /// Waits until another line is wanted, and returns its prompt; `None` if none will be.
    fn next_prompt(&mut self) -> Option<String>;
    /// Takes in what was typed.
    fn hear(&mut self, typed: Typed);
}

/// The source of lines.
#[derive(Debug)]
pub(super) enum Keyboard {
    /// A pipe, a file, or a terminal without an editor.
    Plain,
    /// A terminal, with an editor.
    #[cfg(feature = "terminal")]
    Editor(Box<Editor>),
}

/// The place where lines are printed. Clones print on the same screen.
#[derive(Debug, Clone)]
pub(super) enum Screen {
    /// Plain stdout and stderr.
    Plain,
    /// A terminal, above the line that is being edited.
    #[cfg(feature = "terminal")]
    Editor(Printer),
}

/// Opens both ends of the terminal.
pub(super) fn open() -> (Keyboard, Screen) {
    #[cfg(feature = "terminal")]
    if io::stdin().is_terminal()
        && io::stdout().is_terminal()
        && let Some((editor, printer)) = editor::open()
    {
        return (Keyboard::Editor(Box::new(editor)), Screen::Editor(printer));
    }
    (Keyboard::Plain, Screen::Plain)
}

/// Whether a person types at stdin.
pub(super) fn is_interactive() -> bool {
    io::stdin().is_terminal()
}

/// Whether stdout may show colours. See no-color.org.
pub(super) fn has_colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let can = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
    io::stdout().is_terminal() && can && !refused
}

impl Keyboard {
    /// Reads lines for `listener`, on a thread of its own.
    pub(super) fn listen(self, listener: impl Listener) -> io::Result<()> {
        let read = move || match self {
            Self::Plain => read_plain(listener),
            #[cfg(feature = "terminal")]
            Self::Editor(editor) => editor.read(listener),
        };
        spawn("keyboard", STACK, read)
    }
}

fn read_plain(mut listener: impl Listener) {
    let mut stdin = io::stdin().lock();
    while listener.next_prompt().is_some() {
        let mut line = Vec::new();
        match stdin.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return listener.hear(Typed::End),
            Ok(_) => {
                if line.ends_with(b"\n") {
                    line.pop();
                }
                if line.ends_with(b"\r") {
                    line.pop();
                }
                listener.hear(Typed::Line(line));
            }
        }
    }
}

impl Screen {
    /// Prints a line on stdout. An error means that its reader has gone.
    pub(super) fn show(&self, line: &str) -> io::Result<()> {
        match self {
            Self::Plain => write_line(io::stdout().lock(), line),
            #[cfg(feature = "terminal")]
            Self::Editor(printer) => {
                printer.print(line);
                Ok(())
            }
        }
    }

    /// Prints a line about the conversation. It goes to stderr, so that a pipe from stdout carries only the
    /// conversation itself.
    pub(super) fn note(&self, line: &str) {
        match self {
            // Without a reader there is nothing to do about an error.
            Self::Plain => drop(write_line(io::stderr().lock(), line)),
            #[cfg(feature = "terminal")]
            Self::Editor(printer) => printer.print(line),
        }
    }

    /// Prints everything that waits, and gives the terminal back as it was.
    pub(super) fn close(&self) {
        match self {
            Self::Plain => {}
            #[cfg(feature = "terminal")]
            Self::Editor(printer) => printer.close(),
        }
    }
}

/// [`Screen::note`] for a command that has no screen.
pub(super) fn note(line: &str) {
    Screen::Plain.note(line);
}

/// Writes the line at once: another program's output may come between two of our lines, but not into one.
fn write_line(mut out: impl Write, line: &str) -> io::Result<()> {
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}
