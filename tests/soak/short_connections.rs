//! A hundred connections a second: each joins a room and ends, with a Close or without one.

use crate::figures::Figures;
use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::server::Server;
use crate::kit::server::resources::{Resources, assert_back_at};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(10);

pub(crate) fn soak(duration: Duration) {
    let server = Server::start(&[]);
    come_and_go(server.addr(), 0);
    let before = Resources::of(server.process.id());
    let (addr, over) = (server.addr(), AtomicBool::new(false));
    let came = AtomicU32::new(0);
    let most = 1 + (duration.as_millis() / EVERY.as_millis()) as u32;
    let figures = thread::scope(|scope| {
        let comings = scope.spawn(|| {
            let start = Instant::now();
            while !over.load(Ordering::Relaxed) {
                let number = came.load(Ordering::Relaxed);
                let due = start + EVERY * number;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                come_and_go(addr, number + 1);
                came.store(number + 1, Ordering::Relaxed);
            }
        });
        let is_enough = || came.load(Ordering::Relaxed) > most / 2;
        let failed = || comings.is_finished();
        let figures = Figures::watch(server.process.id(), duration, is_enough, failed);
        over.store(true, Ordering::Relaxed);
        comings.join().expect("it was let in each time");
        figures
    });
    let came = came.into_inner();
    eprintln!("R06: {came} came and went; {figures}");
    assert!(came > most / 2, "{came} of {most}");
    figures.assert_level();
    assert_back_at(before, server.process.id());
}

fn come_and_go(addr: SocketAddr, number: u32) {
    let mut client = ChatClient::connect(addr);
    client.join(&unique("passer-by"), "corridor");
    if number.is_multiple_of(2) {
        client.close();
    } else {
        client.vanish();
    }
}
