//! The options of criterion, which only the framing bench understands.
//!
//! `cargo bench -- OPTION` gives an option to every bench, so the others ignore these instead of failing.

/// Options that take a value.
const WITH_VALUE: [&str; 18] = [
    "-b",
    "-c",
    "-s",
    "--baseline",
    "--baseline-lenient",
    "--color",
    "--confidence-level",
    "--format",
    "--load-baseline",
    "--measurement-time",
    "--noise-threshold",
    "--nresamples",
    "--output-format",
    "--plotting-backend",
    "--sample-size",
    "--save-baseline",
    "--significance-level",
    "--warm-up-time",
];

/// Options without a value.
const ALONE: [&str; 12] = [
    "-n",
    "-v",
    "--discard-baseline",
    "--exact",
    "--ignored",
    "--include-ignored",
    "--nocapture",
    "--noplot",
    "--quick",
    "--quiet",
    "--show-output",
    "--verbose",
];

/// Options that ask for something other than a measurement.
const NO_MEASUREMENT: [&str; 3] = ["--list", "--profile-time", "--version"];

/// Whether `argument` is an option of criterion; its value is then taken from `rest`.
pub(super) fn takes(argument: &str, rest: &mut impl Iterator<Item = String>) -> bool {
    let (name, value) = argument.split_once('=').unzip();
    let name = name.unwrap_or(argument);
    if WITH_VALUE.contains(&name) {
        // `--save-baseline NAME` or `--save-baseline=NAME`.
        return value.is_some() || rest.next().is_some();
    }
    ALONE.contains(&argument)
}

pub(super) fn asks_for_no_measurement(argument: &str) -> bool {
    let name = argument.split('=').next().unwrap_or(argument);
    NO_MEASUREMENT.contains(&name)
}
