//! The documents, held to what they say: examples and commands are executed, tables compared with the source and
//! with the tests, links followed.

mod commands;
mod conversations;
mod frames;
#[path = "../kit/mod.rs"]
mod kit;
mod links;
mod map;
mod markdown;
mod requests;
mod rows;
mod server;
mod speed;
mod tables;

const README: &str = include_str!("../../README.md");
const PROTOCOL: &str = include_str!("../../PROTOCOL.md");
const ROWS: &str = include_str!("../ROWS.md");
