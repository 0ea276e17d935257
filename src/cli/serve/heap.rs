//! One heap for all threads where address space is limited (`ulimit -v`).
//!
//! The allocator of glibc prefers a heap per thread, and to make one it reserves 64 or 128 MiB for a moment,
//! even in vain. In that moment another thread may fail to get a few bytes, which a Rust program does not
//! survive. The number of heaps is read from the environment before `main`, so the program has to start again.

use rustix::process::{Resource, getrlimit};
use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The variable that holds the number of heaps.
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// Starts the program again in the same process, if it needs to share one heap.
pub(super) fn share_one() {
    let is_bounded = getrlimit(Resource::As).current.is_some();
    if !cfg!(target_env = "gnu") || !is_bounded || env::var_os(HEAPS).is_some() {
        return;
    }
    let mut arguments = env::args_os();
    if let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) {
        let mut again = Command::new(program);
        // `exec` returns only if it fails, and then the program goes on as it is.
        let _ = again.arg0(name).args(arguments).env(HEAPS, "1").exec();
    }
}
