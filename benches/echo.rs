//! What a message costs that comes back: the real server in its own process, and one thread
//! that is all of its clients.
//!
//! `cargo bench --bench echo`, with the same arguments as `fanout`.

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
    use crate::load::target::{ECHO, ws101};
    use std::process::ExitCode;

    const INTRODUCTION: &str = "\
cC/wW/B: C connections to /echo, each of which keeps W texts of B bytes in flight; k/s: thousand
messages a second. Limits as they are shipped.";

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

    pub(super) fn main() -> ExitCode {
        rounds::main(
            INTRODUCTION,
            env!("CARGO_BIN_EXE_ws101"),
            |_| None,
            |name, program| ws101(name, program, &[], ECHO),
            &CELLS.map(named),
        )
    }

    fn named((connections, window, size): (usize, usize, usize)) -> Cell {
        let load = Load {
            members: connections,
            senders: connections,
            window,
            size,
            audience: Audience::Oneself,
        };
        (format!("c{connections}/w{window}/{size}B"), load)
    }
}
