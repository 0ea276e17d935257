//! Many frames: the page stays responsive, and counts the rows that it drops.

use super::{PAGE, Script};
use crate::browser::Browser;
use crate::chat;
use crate::record::PATIENCE;
use crate::server::TestServer;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const LINES: usize = 2000;
const PER_BURST: usize = 25;

/// Each line travels in both directions: a thousand frames a second.
pub(super) fn a_thousand_a_second(browser: &Browser) {
    let server = TestServer::start(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab(PAGE);
    let mut script = Script::connect(server.addr());
    script.watched_in(&tab);
    script.say(r#"{"type":"join","name":"flood","room":"flood"}"#);
    let (is_obeyed, last) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let flood = scope.spawn(|| last.store(flood(&mut script, &is_obeyed), Ordering::SeqCst));
        let chosen = "document.querySelector('.field-box[aria-pressed=true]').dataset.fields";
        for (key, field) in [
            ("ArrowRight", "rsv"),
            ("ArrowRight", "opcode"),
            ("ArrowLeft", "rsv"),
        ] {
            tab.key(key);
            assert_eq!(tab.eval(chosen), field);
        }
        assert!(
            !flood.is_finished(),
            "the keys were obeyed when all was over"
        );
        is_obeyed.store(true, Ordering::SeqCst);
    });
    let last = format!("line {}", last.into_inner());
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

/// Goes on until the keys are obeyed, however long a busy machine takes; says how many lines that
/// were.
fn flood(script: &mut Script, is_obeyed: &AtomicBool) -> usize {
    let (start, patience) = (Instant::now(), Instant::now() + PATIENCE);
    for line in 1.. {
        script.say(&format!(
            r#"{{"type":"say","room":"flood","text":"line {line}"}}"#
        ));
        if line % PER_BURST == 0 {
            let due = start + Duration::from_millis(2 * line as u64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let is_over = is_obeyed.load(Ordering::SeqCst) || Instant::now() > patience;
        if line >= LINES && is_over {
            return line;
        }
    }
    unreachable!("lines are numbered without end")
}
