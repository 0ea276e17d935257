//! What goes into a conversation and what comes out of it.

use crate::CloseCode;
use std::time::Duration;

/// What the command line says.
#[derive(Debug)]
pub(in super::super) struct Settings {
    pub(in super::super) name: Option<String>,
    pub(in super::super) rooms: Vec<String>,
    /// How many earlier lines to show.
    pub(in super::super) history: usize,
    /// A person types, and sees what they typed.
    pub(in super::super) interactive: bool,
    /// Stay when a pipe has ended.
    pub(in super::super) follow: bool,
    /// Tells our lines from those of other clients with the same name.
    pub(in super::super) id_prefix: String,
}

/// Something that happens to us.
#[derive(Debug)]
pub(in super::super) enum Happening {
    /// There is a connection.
    Connected,
    /// A text message came.
    Frame(String),
    /// The server closed the connection; with a code and a sentence, perhaps.
    Closed(Option<(CloseCode, String)>),
    /// The connection is gone, or could not be made. Why, in a sentence.
    Lost(String),
    /// A line was typed.
    Line(Vec<u8>),
    /// Nothing more will be typed.
    InputEnded,
    /// Ctrl-C.
    Interrupt,
    /// The moment that [`Conversation::wake_at`] named has come.
    Time,
}

/// Something to be done.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Act {
    /// Connect, after about this long.
    Connect(Duration),
    /// Send a text message.
    Send(String),
    /// Say goodbye: 1000.
    Close,
    /// Print a line of the conversation.
    Show(String),
    /// Print a line about it.
    Note(String),
    /// Ask for a line, with this in front of it.
    Ask(String),
    /// End the program.
    End(Result<(), String>),
}
