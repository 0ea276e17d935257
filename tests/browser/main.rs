//! The pages in a real browser: a headless Chromium, driven over its DevTools protocol by our
//! own WebSocket client.
//!
//! ```text
//! cargo test --test browser               all pages
//! cargo test --test browser echo          the tests with "echo" in their name
//! ```
//!
//! It takes Chromium (`apt-get install chromium`); `WS101_CHROMIUM` says where it is, if not on
//! the path. Screenshots of failed tests are in `target/tmp/browser`.

use browser::Browser;
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

mod artifacts;
mod browser;
mod chat;
mod chat_client;
mod cheeper;
mod chromium;
mod colours;
mod devtools;
mod echo;
mod flaky_proxy;
mod forced;
mod forms;
mod frames;
mod handshake;
mod hostile;
mod input;
mod inspector;
#[path = "../kit/mod.rs"]
mod kit;
mod record;
mod restartable_server;
mod screenshots;
mod server;
mod tab;
mod view;
mod watch;

/// A test's name, and the test. Each test has a server of its own, and visitors of its own in the
/// one shared browser.
type PageTest = (&'static str, fn(&Browser));

/// By theme.
const THEMES: [(&str, &[PageTest]); 26] = [
    ("echo", &echo::TESTS),
    ("opening", &chat::opening::TESTS),
    ("login", &chat::login::TESTS),
    ("several_tabs", &chat::several_tabs::TESTS),
    ("rooms", &chat::rooms::TESTS),
    ("people", &chat::people::TESTS),
    ("commands", &chat::commands::TESTS),
    ("recipient", &chat::recipient::TESTS),
    ("chip", &chat::chip::TESTS),
    ("reconnect", &chat::reconnect::TESTS),
    ("delivery", &chat::delivery::TESTS),
    ("hostile", &chat::hostile::TESTS),
    ("scroll", &chat::scroll::TESTS),
    ("reading", &chat::reading::TESTS),
    ("flood", &chat::flood::TESTS),
    ("tabs", &chat::tabs::TESTS),
    ("navigation", &chat::navigation::TESTS),
    ("appearance", &chat::appearance::TESTS),
    ("accessibility", &chat::accessibility::TESTS),
    ("wire", &chat::wire::TESTS),
    ("frames", &frames::TESTS),
    ("handshake", &handshake::TESTS),
    ("cheeper", &cheeper::TESTS),
    ("forms", &forms::TESTS),
    ("forced", &forced::TESTS),
    ("screenshots", &screenshots::TESTS),
];

/// Tests mostly wait for pages, so several can run at once.
const AT_ONCE: usize = 4;

/// This test runs alone: it measures how soon a busy page responds.
const ALONE: &str = "frames/flood";

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(AT_ONCE);
    let program = chromium::find();
    if let (Err(reason), false) = (&program, args.list) {
        eprintln!("\nChromium: {reason}");
    }
    // The first test that needs the browser starts it; it ends with the last one.
    let browser = Arc::new(OnceLock::new());
    let machine = Arc::new(RwLock::new(()));
    let mut tests = Vec::new();
    for (theme, rows) in THEMES {
        for &(name, run) in rows {
            let name = format!("{theme}/{name}");
            tests.push(match program.clone() {
                Ok(program) => {
                    let (browser, machine) = (Arc::clone(&browser), Arc::clone(&machine));
                    let test = name.clone();
                    Trial::test(name, move || {
                        let alone = (test == ALONE)
                            .then(|| machine.write().unwrap_or_else(PoisonError::into_inner));
                        let shared = alone
                            .is_none()
                            .then(|| machine.read().unwrap_or_else(PoisonError::into_inner));
                        artifacts::start_test(&test);
                        run(browser.get_or_init(|| Browser::start(&program)));
                        drop((alone, shared));
                        Ok(())
                    })
                }
                Err(reason) => kit::optional::missing(&name, &reason),
            });
        }
    }
    libtest_mimic::run(&args, tests).exit_code()
}
