//! The documents, held to what they say: examples and commands are executed, tables compared with the source and
//! with the tests, links followed.

mod commands;
mod conversations;
mod frames;
mod house;
mod links;
mod markdown;
#[path = "../kit/stopwatch.rs"]
mod patience;
mod requests;
mod rows;
mod tables;

const README: &str = include_str!("../../README.md");
const PROTOCOL: &str = include_str!("../../PROTOCOL.md");
const ROWS: &str = include_str!("../ROWS.md");
