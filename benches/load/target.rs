//! How a server is started, and how it is spoken to.

use std::path::{Path, PathBuf};

/// A server to be measured.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    /// They make it listen on a free port; its first line on stdout says where.
    pub(crate) arguments: Vec<String>,
    pub(crate) dialect: Dialect,
}

/// What is said to a server, and what it says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    pub(crate) path: &'static str,
    pub(crate) entry: Entry,
    /// The message that says `text`, which needs no escapes.
    pub(crate) say: fn(text: &str) -> String,
    /// How a message begins that brings such a text: 16 bytes of it tell.
    pub(crate) delivered: &'static [u8],
}

/// When a member is in, and hears what is said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Entry {
    /// As soon as it is connected.
    Connected,
    /// When it has asked for it, and an answer came that begins like this.
    Asked {
        request: fn(member: usize) -> String,
        answer: &'static [u8],
    },
    /// When it hears one of them say hello: for servers that give no answer.
    Heard,
}

/// The chat of ws101.
pub(crate) const CHAT: Dialect = Dialect {
    path: "/ws",
    entry: Entry::Asked {
        request: |member| format!(r#"{{"type":"join","room":"lobby","name":"b{member:05}"}}"#),
        answer: br#"{"type":"joined""#,
    },
    say: |text| format!(r#"{{"type":"say","room":"lobby","text":"{text}"}}"#),
    delivered: br#"{"type":"said""#,
};

/// The server in miniature: the same chat, with the fields of its events in the order of their names.
const TINY: Dialect = Dialect {
    entry: Entry::Asked {
        request: |member| format!(r#"{{"type":"join","room":"lobby","name":"b{member:05}"}}"#),
        answer: br#"{"count":"#,
    },
    delivered: br#"{"from":"#,
    ..CHAT
};

/// A chat with one room, in which everyone is who connects.
pub(crate) const ONE_ROOM: Dialect = Dialect {
    path: "/chat",
    entry: Entry::Heard,
    ..CHAT
};

/// The echo of ws101, and of most others.
pub(crate) const ECHO: Dialect = Dialect {
    path: "/echo",
    entry: Entry::Connected,
    say: str::to_owned,
    delivered: b"",
};

/// The server in miniature.
pub(crate) fn tiny(program: &Path) -> Target {
    Target {
        name: "tiny".to_owned(),
        program: program.to_owned(),
        arguments: vec!["127.0.0.1:0".to_owned()],
        dialect: TINY,
    }
}

/// `ws101 serve` with these flags besides.
pub(crate) fn ws101(name: &str, program: &Path, flags: &[&str], dialect: Dialect) -> Target {
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let arguments = listen.iter().chain(flags).map(ToString::to_string);
    Target {
        name: name.to_owned(),
        program: program.to_owned(),
        arguments: arguments.collect(),
        dialect,
    }
}
