//! Every command of README.md and PROTOCOL.md that calls `ws101` runs as it is written, and does what is said beside it.

use crate::markdown::blocks;
use crate::server::with_server;
use crate::{PROTOCOL, README};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

/// How to install the program on a machine that has only Rust.
const INSTALL: &str = "cargo install --path .";

/// All lines of shell that call the program, with their numbers.
fn commands(document: &'static str) -> Vec<(usize, &'static str)> {
    let lines = blocks(document, "sh")
        .into_iter()
        .flat_map(|(first, block)| {
            let numbered = block.into_iter().enumerate();
            numbered.map(move |(index, line)| (first + index, line))
        });
    lines.filter(|(_, line)| line.contains("ws101 ")).collect()
}

/// Blocks that show a command, `$ …`, and below it what it prints.
fn dialogues(document: &'static str) -> Vec<(usize, Vec<&'static str>)> {
    let mut dialogues = blocks(document, "text");
    dialogues.retain(|(_, block)| block[0].starts_with("$ "));
    dialogues
}

#[test]
fn the_program_is_installed_before_it_is_called() {
    let installs = |line: &str| line.starts_with(INSTALL);
    let install = blocks(README, "sh")
        .into_iter()
        .find(|(_, block)| block.iter().any(|line| installs(line)));
    let (install, _) = install.expect("a block says how to install it");
    let called = commands(README).into_iter().map(|(line, _)| line);
    let called: Vec<usize> = called
        .chain(dialogues(README).into_iter().map(|(line, _)| line))
        .collect();
    assert!(called.len() >= 4, "the commands were found");
    for line in called {
        assert!(line > install, "README.md:{line}: not installed yet");
    }
}

#[test]
fn every_command_runs() {
    with_server(|address| {
        run_all("README.md", README, address);
        run_all("PROTOCOL.md", PROTOCOL, address);
    });
}

fn run_all(name: &str, document: &'static str, address: SocketAddr) {
    let commands = commands(document);
    assert!(commands.len() >= 3, "the commands were found");
    // A variable that one line sets can be used by the next one.
    let mut variables = String::new();
    for (number, line) in commands {
        let line = line.replace("127.0.0.1:9001", &address.to_string());
        let (command, comment) = line.split_once(" # ").unwrap_or((&line, ""));
        // A server does not end by itself: with `--help` its flags are parsed, and it ends.
        let ends = if command.starts_with("ws101 serve") {
            " --help"
        } else {
            ""
        };
        let output = shell(&format!("{variables}{command}{ends}"));
        let printed = String::from_utf8_lossy(&output.stdout);
        let is_refused = comment.contains("→ Close");
        assert_eq!(
            output.status.code(),
            Some(i32::from(is_refused)),
            "{name}:{number}: {output:?}"
        );
        let result = comment.rsplit_once(" to ").map_or("", |(_, result)| result);
        let expected = if is_refused { "1002" } else { result };
        assert!(printed.contains(expected), "{name}:{number}: {printed}");
        if command.contains("=$(") {
            variables = format!("{command}\n");
        }
    }
}

#[test]
fn what_a_command_prints_is_what_stands_below_it() {
    let dialogues = dialogues(README);
    assert!(!dialogues.is_empty(), "one at least");
    for (number, block) in dialogues {
        let output = shell(&block[0]["$ ".len()..]);
        let printed = String::from_utf8_lossy(&output.stdout);
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert_eq!(printed, block[1..], "README.md:{number}");
    }
}

/// Runs a command in a shell that finds this build as `ws101`, with nothing on its stdin.
fn shell(command: &str) -> Output {
    let folder = Path::new(env!("CARGO_BIN_EXE_ws101")).parent();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", folder.expect("a folder").display());
    let output = Command::new("sh")
        .args(["-c", command])
        .env("PATH", path)
        .output();
    output.expect("sh is there")
}
