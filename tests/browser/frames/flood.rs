//! Many frames: the page stays responsive, and counts what it lets go.

use super::{PAGE, Script};
use crate::browser::Browser;
use crate::chat;
use crate::house::House;
use std::thread;
use std::time::{Duration, Instant};

const LINES: usize = 1500;
const PER_BURST: usize = 25;

/// Each line goes in and comes out again: a thousand frames a second.
pub(super) fn a_thousand_a_second(browser: &Browser) {
    let server = House::open(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    let mut script = Script::connect(server.addr());
    script.watched_in(&tab);
    script.say(r#"{"type":"join","name":"flood","room":"flood"}"#);
    // How long a click would have to wait, at worst.
    tab.eval(
        "(() => {
            window.worst = 0;
            let last = performance.now();
            setInterval(() => {
                const now = performance.now();
                window.worst = Math.max(window.worst, now - last);
                last = now;
            }, 5);
        })()",
    );
    let start = Instant::now();
    for line in 1..=LINES {
        script.say(&format!(
            r#"{{"type":"say","room":"flood","text":"line {line}"}}"#
        ));
        if line % PER_BURST == 0 {
            let due = start + Duration::from_millis(2 * line as u64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    }
    let last = format!("line {LINES}");
    tab.wait_for(
        &format!(
            "Array.from(document.querySelectorAll('tr.out .note')).at(-1)?.textContent.includes('{last}')"
        ),
        "the last frame",
    );
    let worst = tab.eval("window.worst").as_f64().expect("milliseconds");
    assert!(worst < 2000.0, "nothing could be clicked for {worst} ms");
    assert!(tab.count(".wire-table tbody tr") <= 500);
    let gone = chat::digits(&tab.text(".wire-gone"));
    assert!(!gone.is_empty(), "what is gone is counted");
    tab.assert_clean();
}
