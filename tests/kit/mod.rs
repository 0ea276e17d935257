//! The test kit: what test programs share. Each of them includes it as
//!
//! ```text
//! #[path = "../kit/mod.rs"]
//! mod kit;
//! ```
//!
//! It cannot be a crate: the packed crate's tests take it along, and a package carries no other.

#![allow(
    dead_code,
    reason = "each test program compiles the kit, and uses a part"
)]

pub(crate) mod bytes;
pub(crate) mod optional;
pub(crate) mod stopwatch;
pub(crate) mod table;

// What follows talks to the program; the rest holds for the protocol alone, too.
#[cfg(feature = "server")]
pub(crate) mod client;
#[cfg(feature = "server")]
pub(crate) mod process;
#[cfg(feature = "server")]
pub(crate) mod program;
#[cfg(feature = "server")]
pub(crate) mod server;
#[cfg(feature = "server")]
pub(crate) mod temp_file;
