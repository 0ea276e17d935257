//! README.md: every command that begins with `ws101` runs as it stands there, and does what it says.

use crate::house::with_server;
use crate::markdown::blocks;
use std::path::Path;
use std::process::{Command, Output};

const README: &str = include_str!("../../README.md");

/// How the program comes to be found: by one command, on a machine where only Rust is.
const INSTALL: &str = "cargo install --path .";

/// All lines of shell that call the program, with their numbers.
fn commands() -> Vec<(usize, &'static str)> {
    let lines = blocks(README, "sh").into_iter().flat_map(|(first, block)| {
        let numbered = block.into_iter().enumerate();
        numbered.map(move |(index, line)| (first + index, line))
    });
    lines.filter(|(_, line)| line.contains("ws101 ")).collect()
}

#[test]
fn the_program_is_installed_before_it_is_called() {
    let installs = |line: &str| line.starts_with(INSTALL);
    let install = blocks(README, "sh")
        .into_iter()
        .find(|(_, block)| block.iter().any(|line| installs(line)));
    let (install, _) = install.expect("a block says how to install it");
    let dialogue = blocks(README, "text").into_iter();
    let dialogue = dialogue.filter(|(_, block)| block[0].starts_with("$ ws101 "));
    let called = commands().into_iter().map(|(line, _)| line);
    let called: Vec<usize> = called.chain(dialogue.map(|(line, _)| line)).collect();
    assert!(called.len() >= 8, "the commands were found");
    for line in called {
        assert!(line > install, "README.md:{line}: not installed yet");
    }
}

#[test]
fn every_command_runs() {
    with_server(|address| {
        let address = address.to_string();
        // What one line sets, the next one may use.
        let mut earlier = String::new();
        for (number, line) in commands() {
            let line = line.replace("127.0.0.1:9001", &address);
            let (command, comment) = line.split_once(" # ").unwrap_or((&line, ""));
            // A server does not end: its flags are looked at, and it says what they are.
            let ends = if command.starts_with("ws101 serve") {
                " --help"
            } else {
                ""
            };
            let output = shell(&format!("{earlier}{command}{ends}"));
            let said = String::from_utf8_lossy(&output.stdout);
            let refused = comment.contains("→ Close");
            let expected = i32::from(refused);
            assert_eq!(
                output.status.code(),
                Some(expected),
                "README.md:{number}: {output:?}"
            );
            let result = comment.rsplit_once(" to ").map_or("", |(_, result)| result);
            let code = if refused { "1002" } else { result };
            assert!(said.contains(code), "README.md:{number}: {said}");
            if !command.starts_with("ws101 ") {
                earlier = format!("{command}\n");
            }
        }
    });
}

#[test]
fn what_a_command_prints_is_what_stands_below_it() {
    let dialogue = blocks(README, "text").into_iter();
    let mut dialogue = dialogue.filter(|(_, block)| block[0].starts_with("$ "));
    let (number, block) = dialogue.next().expect("one at least");
    let output = shell(&block[0]["$ ".len()..]);
    let said = String::from_utf8_lossy(&output.stdout);
    let said: Vec<&str> = said.lines().map(str::trim_end).collect();
    assert_eq!(said, block[1..], "README.md:{number}");
    assert_eq!(
        dialogue.next(),
        None,
        "the others would have to be looked at, too"
    );
}

/// Runs it where `ws101` is this program.
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
