//! The chat's page under load: 2 000 lines a second are said in its room for five seconds, in a
//! real Chromium, while its user types.
//!
//! `cargo bench --bench page` prints how many lines arrived and were lost, the longest time from a key
//! to the frame that shows its letter, and the number of frames drawn and of changes of the log.
//! `-- --rate N` says N lines a second instead; `-- --test` runs it for a moment, to show that it works.
//!
//! It needs Chromium (`apt-get install chromium`), as `cargo test --test browser` does, and an otherwise
//! idle machine.

#[path = "../tests/browser/artifacts.rs"]
#[allow(dead_code)]
mod artifacts;
#[path = "../tests/browser/browser.rs"]
#[allow(dead_code)]
mod browser;
#[path = "../tests/browser/chromium.rs"]
mod chromium;
#[path = "load/criterion_options.rs"]
#[allow(dead_code)]
mod criterion_options;
#[path = "../tests/browser/devtools.rs"]
#[allow(dead_code)]
mod devtools;
#[path = "../tests/browser/input.rs"]
#[allow(dead_code)]
mod input;
#[path = "../tests/kit/mod.rs"]
mod kit;
#[path = "../tests/browser/record.rs"]
#[allow(dead_code)]
mod record;
#[path = "../tests/browser/server.rs"]
#[allow(dead_code)]
mod server;
#[path = "../tests/browser/tab.rs"]
#[allow(dead_code)]
mod tab;
#[path = "../tests/browser/view.rs"]
#[allow(dead_code)]
mod view;
#[path = "../tests/browser/watch.rs"]
#[allow(dead_code)]
mod watch;

use browser::Browser;
use serde_json::{Value, json};
use server::TestServer;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};
use tab::Tab;
use ws101::{Message, Reader, Writer};

const USAGE: &str = "cargo bench --bench page -- [--rate LINES] [--seconds S] [--test]";
/// The time from one burst of lines to the next.
const BURST_EVERY: Duration = Duration::from_millis(10);
/// The most that a page may lag before it shows the last line.
const PATIENCE: Duration = Duration::from_secs(90);
const KEY_EVERY: Duration = Duration::from_millis(200);

/// How much is said, and for how long.
#[derive(Debug, Clone, Copy)]
struct Load {
    per_second: u32,
    seconds: u32,
}

fn main() -> ExitCode {
    let load = match Load::parse(env::args().skip(1)) {
        Ok(load) => load,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match chromium::find() {
        Ok(program) => run(&Browser::start(&program), load),
        Err(reason) => {
            eprintln!("Chromium: {reason}");
            let must_run = env::var_os("CI").is_some_and(|value| !value.is_empty());
            ExitCode::from(u8::from(must_run))
        }
    }
}

impl Load {
    fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut load = Self {
            per_second: 2_000,
            seconds: 5,
        };
        // `cargo bench` says `--bench`; `cargo test --benches` does not.
        let mut is_test = true;
        while let Some(argument) = given.next() {
            let mut number = || {
                let value = given.next().unwrap_or_default();
                value
                    .parse()
                    .map_err(|_| format!("{argument} takes a number, not {value:?}"))
            };
            match &*argument {
                "--bench" => is_test = false,
                "--test" => {
                    load.seconds = 1;
                    return Ok(load);
                }
                "--rate" => load.per_second = number()?,
                "--seconds" => load.seconds = number()?,
                option if criterion_options::takes(option, &mut given) => {
                    eprintln!("{option} is an option of the framing bench and ignored here");
                }
                other => return Err(format!("{other:?} is not an option of this bench")),
            }
        }
        if is_test {
            load.seconds = 1;
        }
        Ok(load)
    }

    const fn lines(self) -> u32 {
        self.per_second * self.seconds
    }
}

/// Counts in the page: the latency of keys, frames drawn, and changes of the log.
const INSTRUMENTS: &str = "(() => {
    const seen = window.seen = { keys: [], frames: 0, changes: 0, lines: new Set() };
    addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => {
        // After the frame that shows the letter.
        const channel = new MessageChannel();
        channel.port1.onmessage = () => seen.keys.push(performance.now() - timeStamp);
        channel.port2.postMessage(0);
    }), true);
    const count = () => { seen.frames += 1; requestAnimationFrame(count); };
    count();
    new MutationObserver((records) => {
        seen.changes += 1;
        for (const record of records) for (const node of record.addedNodes) {
            if (node.dataset?.seq) seen.lines.add(Number(node.dataset.seq));
        }
    }).observe(document.querySelector('#log .lines'), { childList: true });
})()";

/// What the page has at the end; `kept` is in the order of the log.
const FINDINGS: &str = "({
    keys: seen.keys, frames: seen.frames, changes: seen.changes, drawn: seen.lines.size,
    kept: Array.from(document.querySelectorAll('#log li.line'), (line) => Number(line.dataset.seq)),
    gaps: document.querySelectorAll('#log .lost').length,
    typed: document.querySelector('#composer').value.length,
})";

fn run(browser: &Browser, load: Load) -> ExitCode {
    let server = TestServer::start(&["--rate", "off"]);
    let visitor = browser.visitor(server.addr());
    let tab = visitor.tab("/#/flood");
    enter(&tab);
    // The page alone is measured, without the record that developer tools keep of each frame.
    tab.call("Network.disable", json!({}));
    tab.eval(INSTRUMENTS);
    let start = Instant::now();
    let typed = type_during_flood(&tab, server.addr(), load);
    let ended = start.elapsed();
    let last = last_is_shown(&tab, load.lines());
    let behind = start.elapsed().saturating_sub(ended);
    let findings = tab.eval(FINDINGS);
    report(load, &findings, typed, behind.as_secs_f64(), last)
}

fn enter(tab: &Tab) {
    tab.wait_for("!document.querySelector('#login').hidden", "the login");
    tab.fill("#login-name", "ada");
    tab.key("Enter");
    let online = "document.querySelector('#state').dataset.state === 'online'
        && document.querySelector('#room-name').textContent === 'flood'";
    tab.wait_for(online, "the room");
}

/// Types for as long as lines are said, and returns the number of keys.
fn type_during_flood(tab: &Tab, server: SocketAddr, load: Load) -> usize {
    let is_over = AtomicBool::new(false);
    let mut keys = 0;
    tab.click("#composer");
    thread::scope(|scope| {
        scope.spawn(|| {
            flood(server, load);
            is_over.store(true, Ordering::SeqCst);
        });
        let start = Instant::now();
        while !is_over.load(Ordering::SeqCst) {
            tab.key("a");
            keys += 1;
            let due = start + KEY_EVERY * keys;
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    });
    keys as usize
}

/// Says the lines at an even pace, and reads as every member of the room does.
fn flood(server: SocketAddr, load: Load) {
    let socket = ws101::connect(&format!("ws://{server}/ws")).expect("the server listens");
    let (reader, writer) = socket.split();
    thread::spawn(move || read_along(reader));
    say(
        &writer,
        &json!({ "type": "join", "name": "flood", "room": "flood" }),
    );
    let start = Instant::now();
    for number in 1..=load.lines() {
        let text = format!(
            "line {number}: {}",
            "and so on ".repeat(number as usize % 7)
        );
        say(
            &writer,
            &json!({ "type": "say", "room": "flood", "text": text }),
        );
        let due = Duration::from_secs_f64(f64::from(number) / f64::from(load.per_second));
        let ahead = due.saturating_sub(start.elapsed());
        if ahead >= BURST_EVERY {
            thread::sleep(ahead);
        }
    }
}

fn say(writer: &Writer, request: &Value) {
    let text = request.to_string();
    writer
        .send(Message::Text(&text))
        .expect("the server takes it");
}

fn read_along(mut reader: Reader) {
    while let Ok(Some(_)) = reader.next_message() {}
}

/// Waits for the last line; `false` if the page does not show it in time.
fn last_is_shown(tab: &Tab, lines: u32) -> bool {
    let js = format!(
        "Number(Array.from(document.querySelectorAll('#log li.line')).at(-1)?.dataset.seq) === {lines}"
    );
    let deadline = Instant::now() + PATIENCE;
    while tab.eval(&js) != json!(true) {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}

fn report(load: Load, findings: &Value, typed: usize, behind: f64, has_last: bool) -> ExitCode {
    let numbers = |list: &Value| -> Vec<f64> {
        let list = list.as_array().expect("a list").iter();
        list.map(|number| number.as_f64().unwrap_or(f64::NAN))
            .collect()
    };
    let (kept, keys) = (numbers(&findings["kept"]), numbers(&findings["keys"]));
    let longest = keys.iter().copied().fold(0.0, f64::max);
    // The log must hold the newest lines, each once and in order.
    let newest = f64::from(load.lines()) + 1.0 - kept.len() as f64;
    let misplaced =
        (kept.iter().zip(0_u32..)).filter(|(seq, place)| **seq != newest + f64::from(*place));
    let lost = misplaced.count() + usize::from(!has_last);
    println!(
        "{} lines at {} a second: {} drawn, {} kept, {lost} lost, {} gaps, last shown {behind:.2} s after it was said",
        load.lines(),
        load.per_second,
        findings["drawn"],
        kept.len(),
        findings["gaps"],
    );
    println!(
        "{typed} keys, {} letters: the longest waited {longest:.0} ms; {} frames, {} changes of the log",
        findings["typed"], findings["frames"], findings["changes"],
    );
    let is_whole =
        lost == 0 && findings["gaps"] == 0 && findings["typed"] == typed && keys.len() == typed;
    ExitCode::from(u8::from(!is_whole))
}
