//! What goes into a conversation and what comes out of it.

use crate::CloseCode;
use crate::cli::chat::server_event::{Said, Whispered};
use crate::cli::chat::transcript::Transcript;
use std::time::Duration;

/// What the command line chooses.
#[derive(Debug)]
pub(in super::super) struct Settings {
    pub(in super::super) name: Option<String>,
    pub(in super::super) rooms: Vec<String>,
    /// The number of earlier lines to show.
    pub(in super::super) history: usize,
    /// A person types, and sees what they type.
    pub(in super::super) interactive: bool,
    /// Stay after the end of a pipe.
    pub(in super::super) follow: bool,
    /// Tells our lines from those of other clients with the same name.
    pub(in super::super) id_prefix: String,
}

/// Something that happens to the client.
#[derive(Debug)]
pub(in super::super) enum Input {
    /// The connection is made.
    Connected,
    /// A text message has arrived.
    Frame(String),
    /// The server has closed the connection, perhaps with a code and a reason.
    Closed(Option<(CloseCode, String)>),
    /// The connection is lost, or could not be made; the sentence says why.
    Lost(String),
    /// A line was typed.
    Line(Vec<u8>),
    /// No further line will be typed.
    End,
    /// Ctrl-C.
    Interrupt,
    /// The time that [`Conversation::wake_at`](super::Conversation::wake_at) named has come.
    Wake,
}

/// Something for the caller to do.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Effect {
    /// Connect, after about this pause.
    Connect(Duration),
    /// Send a text message.
    Send(String),
    /// Send a Close with code 1000.
    Close,
    /// Print a line of the conversation.
    Show(String),
    /// Print a line about the conversation.
    Note(String),
    /// Ask for a line, with this prompt.
    Ask(String),
    /// End the program.
    End(Result<(), String>),
}

/// The effects of an input, in order.
#[derive(Debug)]
pub(super) struct Effects {
    transcript: Transcript,
    waiting: Vec<Effect>,
}

impl Effects {
    pub(super) const fn new(transcript: Transcript) -> Self {
        Self {
            transcript,
            waiting: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.waiting.push(effect);
    }

    /// Takes all of them, for the caller.
    pub(super) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.waiting)
    }

    pub(super) fn send(&mut self, json: String) {
        self.push(Effect::Send(json));
    }

    /// Shows a line that was said in a room.
    pub(super) fn show_said(&mut self, said: &Said, several_rooms: bool) {
        let lines = self.transcript.said(said, several_rooms);
        self.waiting.extend(lines.into_iter().map(Effect::Show));
    }

    pub(super) fn show_whisper(&mut self, from: &str, to: &str, whispered: &Whispered) {
        let Whispered { text, at, .. } = whispered;
        let lines = self.transcript.whispered(from, to, text, at);
        self.waiting.extend(lines.into_iter().map(Effect::Show));
    }

    /// Shows something that happened in the chat.
    pub(super) fn show(&mut self, text: &str) {
        let line = self.transcript.note(text);
        self.push(Effect::Show(line));
    }

    /// Tells the person at the keyboard something about the connection or a command.
    pub(super) fn note(&mut self, text: &str) {
        let line = self.transcript.note(text);
        self.push(Effect::Note(line));
    }
}
