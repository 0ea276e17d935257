//! How a server is started, and which messages it speaks.

use std::path::{Path, PathBuf};

/// A server to be measured.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    /// They make it listen on a free port; its first line on stdout has the address.
    pub(crate) arguments: Vec<String>,
    pub(crate) dialect: Dialect,
}

/// The messages to and from a server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    pub(crate) path: &'static str,
    pub(crate) admission: Admission,
    /// Makes the message that says `text`, which needs no escapes.
    pub(crate) say: fn(text: &str) -> String,
    /// The beginning of a message that delivers such a text; its first 16 bytes count.
    pub(crate) delivered: &'static [u8],
}

/// When a member is in the room, and receives what is said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Admission {
    /// As soon as it is connected.
    Immediate,
    /// When it has asked for it, and an answer came that begins with `answer`.
    Requested {
        request: fn(member: usize) -> String,
        answer: &'static [u8],
    },
    /// When it receives the hello of another member: for servers that give no answer.
    Greeted,
}

/// The chat of ws101.
pub(crate) const CHAT: Dialect = Dialect {
    path: "/ws",
    admission: Admission::Requested {
        request: |member| format!(r#"{{"type":"join","room":"lobby","name":"b{member:05}"}}"#),
        answer: br#"{"type":"joined""#,
    },
    say: |text| format!(r#"{{"type":"say","room":"lobby","text":"{text}"}}"#),
    delivered: br#"{"type":"said""#,
};

/// The same chat on the server in miniature, which sorts the fields of its events by name.
const TINY: Dialect = Dialect {
    admission: Admission::Requested {
        request: |member| format!(r#"{{"type":"join","room":"lobby","name":"b{member:05}"}}"#),
        answer: br#"{"count":"#,
    },
    delivered: br#"{"from":"#,
    ..CHAT
};

/// A chat with one room, whose members are all connected clients.
pub(crate) const ONE_ROOM: Dialect = Dialect {
    path: "/chat",
    admission: Admission::Greeted,
    ..CHAT
};

/// The echo of ws101, and of most other servers.
pub(crate) const ECHO: Dialect = Dialect {
    path: "/echo",
    admission: Admission::Immediate,
    say: str::to_owned,
    delivered: b"",
};

/// The server in miniature, `src/bin/tiny.rs`.
pub(crate) fn tiny(program: &Path) -> Target {
    Target {
        name: "tiny".to_owned(),
        program: program.to_owned(),
        arguments: vec!["127.0.0.1:0".to_owned()],
        dialect: TINY,
    }
}

/// `ws101 serve` with additional flags.
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
