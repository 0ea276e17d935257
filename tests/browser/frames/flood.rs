//! Many frames: the page obeys meanwhile, and counts what it lets go.

use super::{PAGE, Script};
use crate::browser::Browser;
use crate::chat;
use crate::house::House;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const LINES: usize = 2000;
const PER_BURST: usize = 25;

/// Each line goes in and comes out again: a thousand frames a second.
pub(super) fn a_thousand_a_second(browser: &Browser) {
    let server = House::open(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    let mut script = Script::connect(server.addr());
    script.watched_in(&tab);
    script.say(r#"{"type":"join","name":"flood","room":"flood"}"#);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            flood(&mut script);
            is_over.store(true, Ordering::SeqCst);
        });
        let chosen = "document.querySelector('.field-box[aria-pressed=true]').dataset.fields";
        for (key, field) in [
            ("ArrowRight", "rsv"),
            ("ArrowRight", "opcode"),
            ("ArrowLeft", "rsv"),
        ] {
            tab.key(key);
            assert_eq!(tab.eval(chosen), field);
        }
        let in_time = !is_over.load(Ordering::SeqCst);
        assert!(in_time, "the keys were obeyed when all was over");
    });
    let last = format!("line {LINES}");
    tab.wait_for(
        &format!(
            "Array.from(document.querySelectorAll('tr.out .note')).at(-1)?.textContent.includes('{last}')"
        ),
        "the last frame",
    );
    assert!(tab.count(".wire-table tbody tr") <= 500);
    let gone = chat::digits(&tab.text(".wire-gone"));
    assert!(!gone.is_empty(), "what is gone is counted");
    tab.assert_clean();
}

fn flood(script: &mut Script) {
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
}
