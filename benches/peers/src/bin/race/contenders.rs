//! The servers: how they are built and started, and their versions.

use super::cells::Part;
use super::load::server::Server;
use super::load::target::{Admission, CHAT, Dialect, ECHO, ONE_ROOM, Target, ws101};
use super::{idle, machine};
use std::env;
use std::io;
use std::path::Path;
use std::process::Command;

/// Every contender, in the order of the columns; ws101 is the first.
pub(crate) const NAMES: [&str; 6] = [
    "ws101",
    "uWebSockets",
    "tokio-tungstenite",
    "fastwebsockets",
    "ws",
    "websockets",
];

pub(crate) const OURS: usize = 0;
pub(crate) const UWEBSOCKETS: usize = 1;
pub(crate) const TOKIO_TUNGSTENITE: usize = 2;

/// One for each contender.
pub(crate) type Each<T> = [T; NAMES.len()];

const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Where `start` looks for what is installed.
const NODE: &str = include_str!("../../../servers/node/package.json");
const PYTHON: &str = include_str!("../../../servers/python/requirements.txt");
const UWEBSOCKETS_LOCK: &str = include_str!("../../../servers/uwebsockets/Cargo.lock");

/// Builds what cargo can build: ws101 as it is now, and the peers that are written in Rust.
pub(crate) fn build() -> io::Result<()> {
    cargo(ROOT, "ws101")?;
    cargo(PACKAGE, "server")
}

fn cargo(package: &str, binary: &str) -> io::Result<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--locked", "--release", "--quiet", "--bin", binary])
        .arg("--manifest-path")
        .arg(format!("{package}/Cargo.toml"))
        // Where `start` looks for it, whatever this package itself was built to.
        .arg("--target-dir")
        .arg(format!("{package}/target"))
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{binary} could not be built")))
}

/// Which contenders can be started.
pub(crate) fn present() -> Each<bool> {
    targets(Part::Echo).map(|target| Server::start(&target).is_ok())
}

/// How each is started, and which messages it speaks.
pub(crate) fn targets(part: Part) -> Each<Target> {
    let (ours, theirs, flags) = match part {
        // A sender says more than ten lines a second here.
        Part::FanOut => (CHAT, ONE_ROOM, vec!["--rate", "off"]),
        Part::Echo => (ECHO, ECHO, vec![]),
        Part::Idle => (CHAT, CONNECTED, vec!["--max-connections", idle::MOST]),
    };
    let program = format!("{ROOT}/target/release/ws101");
    std::array::from_fn(|who| match who {
        OURS => ws101(NAMES[who], Path::new(&program), &flags, ours),
        _ => peer(NAMES[who], theirs),
    })
}

/// In the peers' chats a client is in the room as soon as it is connected.
const CONNECTED: Dialect = Dialect {
    admission: Admission::Immediate,
    ..ONE_ROOM
};

fn peer(name: &str, dialect: Dialect) -> Target {
    let arguments = [&name.to_lowercase(), "--port", "0"];
    Target {
        name: name.to_owned(),
        program: format!("{PACKAGE}/servers/start").into(),
        arguments: arguments.map(str::to_owned).to_vec(),
        dialect,
    }
}

/// Name and version of each, and of what it runs on.
pub(crate) fn versions() -> Each<String> {
    let rust = |name| format!("{name} {}", machine::version(name));
    let python = format!("{ROOT}/target/peers/python/bin/python");
    [
        format!(
            "{} ({})",
            rust("ws101"),
            said("git", &["-C", ROOT, "describe", "--always", "--dirty"])
        ),
        format!(
            "uWebSockets (libuwebsockets-sys {})",
            behind(
                UWEBSOCKETS_LOCK,
                "name = \"libuwebsockets-sys\"\nversion = \""
            )
        ),
        rust("tokio-tungstenite"),
        rust("fastwebsockets"),
        format!(
            "ws {} (Node {})",
            behind(NODE, "\"ws\": \""),
            said("node", &["--version"])
        ),
        format!(
            "websockets {} (uvloop {}, {})",
            behind(PYTHON, "websockets=="),
            behind(PYTHON, "uvloop=="),
            said(&python, &["--version"])
        ),
    ]
}

/// The version that follows these words.
fn behind<'a>(text: &'a str, words: &str) -> &'a str {
    let version = text.split_once(words).map(|(_, rest)| rest);
    let end = |c: char| c == '"' || c.is_whitespace();
    version
        .and_then(|rest| rest.split(end).next())
        .unwrap_or("?")
}

/// The version that a program prints.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let said = output.ok().filter(|output| output.status.success());
    said.map_or_else(
        || "?".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
