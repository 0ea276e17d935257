//! A hundred connections a second: each joins a room and goes, with a Close or without a word.

use crate::figures::Figures;
use crate::live::guest::{Guest, fresh};
use crate::live::house::Own;
use crate::live::standing::{Standing, assert_back_at};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(10);

pub(crate) fn soak(duration: Duration) {
    let server = Own::start(&[]);
    come_and_go(server.addr(), 0);
    let before = Standing::of(server.process.id());
    let (addr, over) = (server.addr(), AtomicBool::new(false));
    let (came, figures) = thread::scope(|scope| {
        let comings = scope.spawn(|| {
            let start = Instant::now();
            let mut came = 0;
            while !over.load(Ordering::Relaxed) {
                let due = start + EVERY * came;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                came += 1;
                come_and_go(addr, came);
            }
            came
        });
        let failed = || comings.is_finished();
        let figures = Figures::watch(server.process.id(), duration, failed);
        over.store(true, Ordering::Relaxed);
        (comings.join().expect("it was let in each time"), figures)
    });
    eprintln!("R06: {came} came and went; {figures}");
    let most = 1 + (duration.as_millis() / EVERY.as_millis()) as u32;
    assert!(came > most / 2, "{came} of {most}: the machine is too busy");
    figures.assert_level();
    assert_back_at(before, server.process.id());
}

fn come_and_go(addr: SocketAddr, number: u32) {
    let mut guest = Guest::connect(addr);
    guest.join(&fresh("passer-by"), "corridor");
    if number.is_multiple_of(2) {
        guest.close();
    } else {
        guest.vanish();
    }
}
