//! What is fuzzed: functions of bytes, each of which panics when a promise of the protocol is broken.
//!
//! The fuzzer (`tests/fuzz/run`) calls them with inputs that reach new code, for as long as it is given;
//! `cargo test --test fuzz` calls them with 10 000 inputs each, the same in every run. The judge of
//! the chat's requests needs the chat's own types, and lies in `src/dialects/json/judge.rs`.

mod client_handshake;
mod frames;
mod head;
mod model;
mod plain;

pub(crate) use client_handshake::client_handshake;
pub(crate) use frames::frames;
pub(crate) use head::head;

/// `bytes` in pieces of `size`, none of which is empty.
fn pieces(bytes: &[u8], size: u8) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(usize::from(size).max(1))
}
