//! The cost of an echoed message: the real server in a process of its own, and one thread that is all of its clients.
//!
//! `cargo bench --bench echo`, with the same arguments as `fanout`.

mod load;

use load::rounds::{self, Cell};
use load::target::{ECHO, ws101};
use load::workload::{Audience, Load};
use std::process::ExitCode;

const INTRODUCTION: &str = "\
cC/wW/B: C connections to /echo, each of which keeps W texts of B bytes in flight; k/s: thousand
messages a second. Limits as shipped.";

/// Connections, window, bytes of a text.
const CELLS: [(usize, usize, usize); 8] = [
    (1, 1, 64),
    (1, 16, 64),
    (32, 1, 64),
    (32, 16, 64),
    (1, 1, 64 << 10),
    (1, 16, 64 << 10),
    (32, 1, 64 << 10),
    (32, 16, 64 << 10),
];

fn main() -> ExitCode {
    rounds::main(
        INTRODUCTION,
        env!("CARGO_BIN_EXE_ws101"),
        |_| None,
        |name, program| ws101(name, program, &[], ECHO),
        &CELLS.map(cell),
    )
}

fn cell((connections, window, size): (usize, usize, usize)) -> Cell {
    let load = Load {
        members: connections,
        senders: connections,
        window,
        size,
        audience: Audience::Oneself,
    };
    (format!("c{connections}/w{window}/{size}B"), load)
}
