//! Tests that need a program or a system that may not be there. Without it they are ignored, with the
//! reason. Where `CI` is set they fail instead, so that none is skipped unnoticed.

use libtest_mimic::{Completion, Trial};
use std::env;

/// A stand-in for the test `name`, which cannot run because of `reason`.
pub(crate) fn missing(name: &str, reason: &str) -> Trial {
    let reason = reason.to_owned();
    Trial::ignorable_test(name, move || {
        if must_run() {
            Err(reason.into())
        } else {
            Ok(Completion::ignored_with(reason))
        }
    })
}

/// This row on Linux; on other systems a row that is ignored with the reason.
pub(crate) fn on_linux(
    name: &str,
    reason: &'static str,
    run: impl FnOnce() + Send + 'static,
) -> Trial {
    on_linux_visit(name, reason, |name| super::table::row(name, run))
}

/// As [`on_linux`], for a row that `make` builds.
pub(crate) fn on_linux_visit(
    name: &str,
    reason: &'static str,
    make: impl FnOnce(&str) -> Trial,
) -> Trial {
    if cfg!(target_os = "linux") {
        return make(name);
    }
    Trial::ignorable_test(name, move || {
        Ok(Completion::ignored_with(format!("takes Linux: {reason}")))
    })
}

fn must_run() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}
