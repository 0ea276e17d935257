//! Long runs: clients that talk, reconnect and now and then break a rule, and connections that come and
//! go. Anything that grows shows as a slope.
//!
//! `cargo test` runs each row for a few seconds. `cargo test --release --test soak -- --ignored --nocapture` runs
//! them for ten minutes, or for `WS101_SOAK_MINUTES`, and prints a report.

#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
#[path = "../kit/mod.rs"]
mod kit;
#[cfg(target_os = "linux")]
mod rooms;
#[cfg(target_os = "linux")]
mod short_connections;
#[cfg(target_os = "linux")]
mod speaker;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use std::time::Duration;

    let minutes = std::env::var("WS101_SOAK_MINUTES").map_or(10, |minutes| {
        minutes.parse().expect("WS101_SOAK_MINUTES is a number")
    });
    let (short, long) = (Duration::from_secs(6), Duration::from_secs(60 * minutes));
    let rows = [
        (
            "R06 100 connections a second come and go",
            short_connections::soak as fn(Duration),
        ),
        (
            "R09 200 talk, come back, and break a rule now and then",
            rooms::soak,
        ),
    ];
    let trial = |name: &str, soak: fn(Duration), duration: Duration| {
        let name = format!("{name}, for {} s", duration.as_secs());
        kit::table::row(name, move || soak(duration))
    };
    let rows = rows.into_iter().flat_map(|(name, soak)| {
        [
            trial(name, soak, short),
            trial(name, soak, long).with_ignored_flag(true),
        ]
    });
    // Both at once: their servers and clients share the processors anyway.
    kit::table::run([rows.collect()], 2).exit_code()
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
    let row = Trial::ignorable_test("soak", ignored);
    libtest_mimic::run(&Arguments::from_args(), vec![row]).exit_code()
}
