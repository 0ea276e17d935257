//! What is fuzzed: four functions of bytes, each of which panics when a promise is broken.
//!
//! A fuzzer that watches which code an input reaches calls them for as long as one likes
//! (`tests/fuzz`); `cargo test` calls them with 10 000 inputs each, made from the examples in
//! `tests/corpus` in the same way every time.

mod chat;
mod client_handshake;
mod frames;
mod head;
mod model;
mod plain;
#[cfg(test)]
mod seeded;

pub use chat::chat;
pub use client_handshake::client_handshake;
pub use frames::frames;
pub use head::head;

/// `bytes` in pieces of `size`, and none of no bytes.
fn pieces(bytes: &[u8], size: u8) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(usize::from(size).max(1))
}
