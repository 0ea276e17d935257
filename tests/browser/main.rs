//! The pages in a real browser: a headless Chromium, driven over its DevTools protocol by our
//! own WebSocket client.
//!
//! ```text
//! cargo test --test browser               all pages
//! cargo test --test browser echo          the tests with "echo" in their name
//! ```
//!
//! It takes Chromium (`apt-get install chromium`); `WS101_CHROMIUM` says where it is, if not on
//! the path. Of a test that fails, the page's last look is in `target/tmp/browser`.

use browser::Browser;
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

mod browser;
mod cable;
mod chat;
mod chatter;
mod cheeper;
mod chromium;
mod colours;
mod devtools;
mod echo;
mod forced;
mod forms;
mod frames;
mod handshake;
mod hostile;
mod house;
mod input;
mod inspector;
mod keepsake;
#[path = "../kit/mod.rs"]
mod kit;
mod lasting;
mod record;
mod screenshots;
mod tab;
mod view;
mod watch;

/// A test's name, and what it does. Each has a server of its own, and visitors of its own in the
/// one browser that all share.
type PageTest = (&'static str, fn(&Browser));

/// By theme.
const THEMES: [(&str, &[PageTest]); 26] = [
    ("echo", &echo::TESTS),
    ("opening", &chat::opening::TESTS),
    ("login", &chat::login::TESTS),
    ("company", &chat::company::TESTS),
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
    ("ways", &chat::ways::TESTS),
    ("look", &chat::look::TESTS),
    ("access", &chat::access::TESTS),
    ("wire", &chat::wire::TESTS),
    ("frames", &frames::TESTS),
    ("handshake", &handshake::TESTS),
    ("cheeper", &cheeper::TESTS),
    ("forms", &forms::TESTS),
    ("forced", &forced::TESTS),
    ("screenshots", &screenshots::TESTS),
];

/// Tests wait for pages more than they use a processor.
const AT_ONCE: usize = 4;

/// This one does not: it says how soon a busy page obeys, and has the machine to itself.
const ALONE: &str = "frames/flood";

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads.get_or_insert(AT_ONCE);
    let program = chromium::find();
    if let (Err(reason), false) = (&program, args.list) {
        eprintln!("\nChromium: {reason}");
    }
    // Started by the first test that asks for it; the last one that lets go of it ends it.
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
                        keepsake::belongs_to(&test);
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
