//! One heap for all threads, where address space is bounded (`ulimit -v`).
//!
//! The allocator of glibc would rather give each thread a heap of its own. To find out whether it can,
//! it reserves 64 or 128 MiB, for a moment in vain; and in that moment another thread may be refused a
//! few bytes, which a Rust program does not survive. How many heaps there may be is read from the
//! environment before `main`, so the program has to start once more.

use rustix::process::{Resource, getrlimit};
use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// How many heaps the allocator makes.
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// Starts this program again, in this very process, if that is needed.
pub(super) fn share_one() {
    let is_bounded = getrlimit(Resource::As).current.is_some();
    if !cfg!(target_env = "gnu") || !is_bounded || env::var_os(HEAPS).is_some() {
        return;
    }
    let mut arguments = env::args_os();
    if let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) {
        let mut again = Command::new(program);
        // It comes back only if it fails, and then this goes on as it is.
        let _ = again.arg0(name).args(arguments).env(HEAPS, "1").exec();
    }
}
