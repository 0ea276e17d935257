//! Where the figures were measured: a machine, its system, a compiler, the contenders' versions.

use std::fs;
use std::thread::available_parallelism;

const CARGO_LOCK: &str = include_str!("../Cargo.lock");

/// One line: processor, cores, system, compiler.
pub(crate) fn describe() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    format!(
        "{}, {cores} cores; {}; {}",
        processor(),
        system(),
        env!("RUSTC_VERSION"),
    )
}

/// The version that was built in: a name's line is followed by its version's.
pub(crate) fn version(name: &str) -> &'static str {
    let mut lines = CARGO_LOCK.lines();
    let wanted = format!("name = \"{name}\"");
    lines
        .find(|&line| line == wanted)
        .and_then(|_| lines.next()?.strip_prefix("version = "))
        .map_or("?", |version| version.trim_matches('"'))
}

/// Linux knows the model's name; elsewhere the architecture has to do.
fn processor() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|info| {
        let line = info.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn system() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease");
    release.map_or_else(
        |_| std::env::consts::OS.to_owned(),
        |release| format!("Linux {}", release.trim()),
    )
}
