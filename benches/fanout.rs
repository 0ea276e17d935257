//! The cost of a line that many receive: the real server in a process of its own, and one thread that is all of its
//! clients. With ten members, the server in miniature, `src/bin/tiny.rs`, is measured beside it.
//!
//! `cargo bench --bench fanout`; `-- n100/` picks cells, `-- --server PATH` measures another
//! build in turn with this one, `-- --test` runs everything for a moment and fails if a delivery is missing.

mod load;

use load::rounds::{self, Cell};
use load::target::{CHAT, tiny, ws101};
use load::workload::{Audience, Load};
use std::path::Path;
use std::process::ExitCode;

const INTRODUCTION: &str = "\
nN/wW/B/sS: N members of one room, of which S each keep W lines of B bytes in flight; k/s: thousand
deliveries a second. Limits as shipped, but --rate off: a sender says more than ten lines a second here.";

/// Members, senders, window, bytes of a text.
const CELLS: [(usize, usize, usize, usize); 14] = [
    (10, 1, 1, 64),
    (10, 1, 30, 64),
    (10, 1, 64, 64),
    (100, 1, 1, 64),
    (100, 1, 30, 64),
    (100, 1, 64, 64),
    (1_000, 1, 1, 64),
    (1_000, 1, 30, 64),
    (1_000, 1, 64, 64),
    (10, 1, 64, 1_024),
    (100, 1, 64, 1_024),
    (1_000, 1, 64, 1_024),
    (100, 10, 1, 64),
    (100, 100, 1, 64),
];

fn main() -> ExitCode {
    rounds::main(
        INTRODUCTION,
        env!("CARGO_BIN_EXE_ws101"),
        |load| {
            // The queues of `tiny` have no bound: on few processors, more members than ten fall behind for good.
            let can_follow = load.members <= 10;
            can_follow.then(|| tiny(Path::new(env!("CARGO_BIN_EXE_tiny"))))
        },
        |name, program| ws101(name, program, &["--rate", "off"], CHAT),
        &CELLS.map(cell),
    )
}

fn cell((members, senders, window, size): (usize, usize, usize, usize)) -> Cell {
    let load = Load {
        members,
        senders,
        window,
        size,
        audience: Audience::Everyone,
    };
    (format!("n{members}/w{window}/{size}B/s{senders}"), load)
}
