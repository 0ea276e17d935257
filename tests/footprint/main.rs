//! What hostile clients cost the server: memory, processor time, threads and descriptors, as
//! the kernel counts them. A row's number is ROWS.md's.
//!
//! `cargo test --test footprint F13` runs one row, with the figures that it measured.

#[cfg(target_os = "linux")]
mod baseline;
#[cfg(target_os = "linux")]
mod client;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod crowds;
#[cfg(target_os = "linux")]
#[path = "../kit/mod.rs"]
mod kit;
#[cfg(target_os = "linux")]
mod large_messages;
#[cfg(target_os = "linux")]
mod rows;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    if let Some(code) = crowd::run_if_asked() {
        return code;
    }
    kit::server::descriptors::allow_many();
    let mut args = libtest_mimic::Arguments::from_args();
    // One after another, because they also measure time.
    args.test_threads.get_or_insert(1);
    let rows = [rows::rows(), large_messages::rows(), crowds::rows()]
        .into_iter()
        .flatten()
        .collect();
    libtest_mimic::run(&args, rows).exit_code()
}

/// Only Linux has `/proc`, which tells what a process uses.
#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    use libtest_mimic::{Arguments, Completion, Trial};

    let ignored = || {
        Ok(Completion::ignored_with(
            "takes Linux: /proc says what a process uses",
        ))
    };
    let row = Trial::ignorable_test("footprint", ignored);
    libtest_mimic::run(&Arguments::from_args(), vec![row]).exit_code()
}
