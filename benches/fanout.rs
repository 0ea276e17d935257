//! What one line costs that many hear: the real server in its own process, and one thread that
//! is all of its clients. Where ten listen, the server in miniature, `src/bin/tiny.rs`, is measured beside it:
//! it does everything in the simplest way.
//!
//! `cargo bench --bench fanout`; `-- n100/` narrows it down, `-- --server PATH` measures another
//! build in turn with this one, `-- --test` runs everything for a moment and fails on a miss.

#[cfg(target_os = "linux")]
mod load;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

/// The load is made with `epoll`, and the server looked at by `/proc`.
#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use crate::load::deliveries::Audience;
    use crate::load::driver::Load;
    use crate::load::rounds::{self, Cell};
    use crate::load::target::{CHAT, tiny, ws101};
    use std::path::Path;
    use std::process::ExitCode;

    const INTRODUCTION: &str = "\
nN/wW/B/sS: N members of one room, of which S each keep W lines of B bytes in flight; k/s: thousand
deliveries a second. Limits as they are shipped, but --rate off: nobody says ten lines a second here.";

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

    pub(super) fn main() -> ExitCode {
        rounds::main(
            INTRODUCTION,
            env!("CARGO_BIN_EXE_ws101"),
            |load| {
                // Its queues have no bound: where processors are few, more listeners fall behind for good.
                let can_follow = load.members <= 10;
                can_follow.then(|| tiny(Path::new(env!("CARGO_BIN_EXE_tiny"))))
            },
            |name, program| ws101(name, program, &["--rate", "off"], CHAT),
            &CELLS.map(named),
        )
    }

    fn named((members, senders, window, size): (usize, usize, usize, usize)) -> Cell {
        let name = format!("n{members}/w{window}/{size}B/s{senders}");
        let audience = Audience::Everyone;
        let load = Load {
            members,
            senders,
            window,
            size,
            audience,
        };
        (name, load)
    }
}
