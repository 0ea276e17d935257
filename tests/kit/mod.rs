//! The test kit: what the test programs share. Each includes it in two lines:
//!
//! ```text
//! #[path = "../kit/mod.rs"]
//! mod kit;
//! ```
//!
//! It is no crate of its own, because the packed crate's tests need it, and a package holds one crate.

#![allow(
    dead_code,
    reason = "each test program compiles the kit, and uses a part"
)]

pub(crate) mod bytes;
pub(crate) mod optional;
pub(crate) mod stopwatch;
pub(crate) mod table;

// The modules below run the program. Those above also serve tests of the protocol alone.
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
