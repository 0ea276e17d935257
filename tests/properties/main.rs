//! What holds for all inputs, not only for those that someone thought of.
//!
//! A case that fails is printed after it was made as small as possible, with its seed.

mod fast_path;
mod follow;
mod frames;
mod handshake;
#[path = "../kit/mod.rs"]
mod kit;
mod memory;
mod reserve;
mod streams;
mod text;

use kit::bytes::KEY;
use proptest::prelude::ProptestConfig;
use ws101::protocol::{Limits, Role, Session};

/// The number of cases, and no files beside the source.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// One end of a connection, whose every frame is masked with the same key if it is a client's.
fn session(role: Role, limits: Limits) -> Session {
    match role {
        Role::Server => Session::server(limits),
        Role::Client => Session::client(limits, || KEY),
    }
}

/// Cuts `bytes` into chunks of these sizes, again and again.
fn in_chunks<'a>(mut bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    sizes.iter().cycle().map_while(move |size| {
        let (chunk, rest) = bytes.split_at_checked(*size).unwrap_or((bytes, &[]));
        bytes = rest;
        (!chunk.is_empty()).then_some(chunk)
    })
}
