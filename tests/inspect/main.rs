//! `ws101 inspect`, `handshake` and `frame`: the real program, and what it says of the standard's own
//! examples, of hostile bytes, and of what was copied from elsewhere.

mod examples;
mod handshake;
#[path = "../kit/mod.rs"]
mod kit;
mod limits;
mod notations;
#[path = "../rows/mod.rs"]
mod rows;
mod show;
mod table;
mod utf8;

use kit::bytes::digits;
use kit::program::{self, Ended};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;

fn main() {
    let rows = [
        examples::rows(),
        limits::rows(),
        table::rows(),
        utf8::rows(),
        show::rows(),
        notations::rows(),
        handshake::rows(),
    ];
    libtest_mimic::run(
        &Arguments::from_args(),
        rows.into_iter().flatten().collect(),
    )
    .exit();
}

fn row(name: impl Into<String>, check: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        check();
        Ok(())
    })
}

/// `ws101 inspect` with these arguments, and this on stdin.
fn inspect(arguments: &[&str], input: &[u8]) -> Ended {
    program::run(&[&["inspect"], arguments].concat(), input)
}

/// The records that it prints as JSON.
fn records(arguments: &[&str], input: &[u8], code: i32) -> Vec<Value> {
    let ended = inspect(&[&["--json"], arguments].concat(), input).code(code);
    let text = String::from_utf8(ended.stdout).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// What it prints for a person.
fn shown(arguments: &[&str], input: &[u8], code: i32) -> String {
    let ended = inspect(arguments, input).code(code);
    String::from_utf8(ended.stdout).expect("text")
}

/// A client's frame, of few enough bytes that the length fits in seven bits.
fn masked(first: u8, payload: &[u8]) -> String {
    const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mut bytes = vec![
        first,
        0x80 | u8::try_from(payload.len()).expect("a short one"),
    ];
    bytes.extend(KEY);
    bytes.extend(
        payload
            .iter()
            .zip(KEY.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
    digits(&bytes)
}
