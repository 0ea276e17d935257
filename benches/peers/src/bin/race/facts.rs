//! Where and how the figures were measured.

use super::arguments::Arguments;
use super::{contenders, machine};
use std::env;
use std::time::SystemTime;

#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) machine: String,
    pub(crate) date: String,
    pub(crate) versions: String,
    pub(crate) command: String,
    /// The number of rounds, and their length.
    pub(crate) plan: String,
}

pub(crate) fn gather(arguments: &Arguments) -> Facts {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let (date, _) = now.split_once('T').expect("a date, and a time");
    let given: Vec<String> = env::args().skip(1).collect();
    let flags = if given.is_empty() { "" } else { " -- " };
    Facts {
        machine: machine::describe(),
        date: date.to_owned(),
        versions: contenders::versions().join(", "),
        command: format!(
            "cargo run --release --manifest-path benches/peers/Cargo.toml --bin race{flags}{}",
            given.join(" ")
        ),
        plan: arguments.plan(),
    }
}
