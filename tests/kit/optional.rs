//! Tests that need something this project does not bring along. Without it they are ignored,
//! and say so; where `CI` is set they fail, so that nothing goes unseen.

use libtest_mimic::{Completion, Trial};
use std::env;

/// Stands in for the test `name`, which cannot run because of `reason`.
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

/// On Linux, this row; elsewhere one that is ignored and says why, wherever it runs.
pub(crate) fn on_linux(
    name: &str,
    reason: &'static str,
    run: impl FnOnce() + Send + 'static,
) -> Trial {
    on_linux_visit(name, reason, |name| super::table::row(name, run))
}

/// The same with a row that is made by `make`.
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
