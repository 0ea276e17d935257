//! The terminal of a client: lines that are typed go in, lines that are to be read come out, and
//! neither disturbs the other.
//!
//! Where stdin and stdout are a terminal, a line editor keeps what is half typed below what is
//! printed meanwhile. Everywhere else lines are just lines, and pipes work.

#[cfg(feature = "terminal")]
mod editor;
mod escape;

pub(super) use self::escape::escape;

#[cfg(feature = "terminal")]
use self::editor::{Editor, Printer};
use crate::sync::spawn;
use std::io::{self, BufRead, IsTerminal, Write};

/// Of the threads that read and print lines.
const STACK: usize = 1 << 20;

/// What comes from whoever sits at the keyboard, or from the pipe in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line, without its end. A pipe's need not be text.
    Line(Vec<u8>),
    /// Ctrl-D, or the pipe's end.
    End,
    /// Ctrl-C while a line was being edited. Elsewhere it is a signal.
    #[cfg_attr(not(feature = "terminal"), expect(dead_code))]
    Interrupt,
}

/// Who wants to know what is typed. Lines are read only when they are asked for, so a pipe is read
/// no faster than its lines can be used.
pub(super) trait Listener: Send + 'static {
    /// Waits until another line is wanted, and says what to show in front of it. `None`: none is.
    fn next_prompt(&mut self) -> Option<String>;
    /// Is told what was typed.
    fn hear(&mut self, typed: Typed);
}

/// Where lines come from.
#[derive(Debug)]
pub(super) enum Keyboard {
    /// A pipe, a file, or a terminal that has to do without an editor.
    Plain,
    /// A terminal.
    #[cfg(feature = "terminal")]
    Editor(Box<Editor>),
}

/// Where lines go. Clones print on the same screen.
#[derive(Debug, Clone)]
pub(super) enum Screen {
    /// stdout and stderr as they are.
    Plain,
    /// A terminal, around what is being typed.
    #[cfg(feature = "terminal")]
    Editor(Printer),
}

/// Both ends of the terminal.
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

/// Is there a person at stdin?
pub(super) fn is_interactive() -> bool {
    io::stdin().is_terminal()
}

/// May colours be shown? See no-color.org.
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
    /// Prints a line on stdout. An error says that nobody reads it any more.
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

    /// Prints a line that is about the conversation, and not of it: on stderr, so that a pipe behind
    /// us does not get it.
    pub(super) fn note(&self, line: &str) {
        match self {
            // Nobody reads it: then nobody misses it.
            Self::Plain => drop(write_line(io::stderr().lock(), line)),
            #[cfg(feature = "terminal")]
            Self::Editor(printer) => printer.print(line),
        }
    }

    /// Gives the terminal back as it was, with all that was printed.
    pub(super) fn close(&self) {
        match self {
            Self::Plain => {}
            #[cfg(feature = "terminal")]
            Self::Editor(printer) => printer.close(),
        }
    }
}

/// The same, of a program that has no screen.
pub(super) fn note(line: &str) {
    Screen::Plain.note(line);
}

/// In one write, so that another program's lines come between two of ours and not into one.
fn write_line(mut out: impl Write, line: &str) -> io::Result<()> {
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}
