//! Many frames: the page stays responsive, and counts what it lets go.

use super::{PAGE, Script};
use crate::browser::Browser;
use crate::chat;
use crate::house::House;
use crate::live::bytes::frame_from;
use std::time::{Duration, Instant};
use ws101::Role;

const FRAMES: usize = 3000;
const PER_BURST: usize = 50;

pub(super) fn a_thousand_a_second(browser: &Browser) {
    let server = House::open(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    let mut script = Script::connect(server.addr());
    script.shown_in(&tab);
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
    // A Pong that answers nothing: no reply makes more of it. §5.5.3.
    let pong = frame_from(Role::Client, 0x8a, b"flood");
    let start = Instant::now();
    for burst in 1..=FRAMES / PER_BURST {
        script.wire.send(&pong.repeat(PER_BURST));
        let due = start + Duration::from_millis((burst * PER_BURST) as u64);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    script.wire.send_frame(0x89, "last");
    tab.wait_for(
        "document.querySelector('tr.ping .note')?.textContent === 'last'",
        "the last frame",
    );
    let worst = tab.eval("window.worst").as_f64().expect("milliseconds");
    assert!(worst < 1000.0, "nothing could be clicked for {worst} ms");
    assert!(tab.count(".wire-table tbody tr") <= 500);
    let gone = chat::digits(&tab.text(".wire-gone"));
    assert!(!gone.is_empty(), "what is gone is counted");
    tab.assert_clean();
}
