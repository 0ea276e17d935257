//! PROTOCOL.md cannot lie: every example in it is executed, every table compared with the source.
//! Nor can the commands of README.md.

mod conversations;
mod frames;
mod house;
mod markdown;
#[path = "../patience/mod.rs"]
mod patience;
mod readme;
mod requests;
mod rows;
mod tables;

/// The document itself.
const PROTOCOL: &str = include_str!("../../PROTOCOL.md");
