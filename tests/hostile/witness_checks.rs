//! Checks of the witnesses: they notice a server that is disturbed, and do not mistake a busy machine
//! for one.

use crate::by_attack::Report;
use crate::kit::table::row;
use crate::lateness::{Control, Lateness, Line, TURN};
use crate::witnessed::WitnessedServer;
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::time::{Duration, Instant};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("witnesses: a server that stands still is noticed", || {
            let own = WitnessedServer::start(&[]);
            own.process.signal(Signal::STOP);
            own.witnesses().wait_for_a_standstill();
            own.process.signal(Signal::CONT);
            assert!(own.witnesses().lateness().disturbance().is_some());
        }),
        row(
            "witnesses: a machine that stands still is not blamed on the server",
            || {
                let (own, clock) = (WitnessedServer::start(&[]), WitnessedServer::start(&[]));
                let both = [&*own, own.witnesses().control()];
                both.iter()
                    .for_each(|server| server.process.signal(Signal::STOP));
                clock.witnesses().wait_for_a_standstill();
                both.iter()
                    .for_each(|server| server.process.signal(Signal::CONT));
                assert_eq!(own.witnesses().lateness().disturbance(), None);
            },
        ),
        row(
            "witnesses: disturbances of a quiet machine, and of a busy one",
            disturbances,
        ),
        row(
            "witnesses: no false alarm in a thousand runs on a busy machine",
            no_false_alarm,
        ),
        row(
            "witnesses: the report puts the slowest attack first, and says where lines are few",
            report_by_attack,
        ),
    ]
}

/// Name, how long lines usually take, how long the server stands still, and whether that is noticed.
fn disturbances() {
    let millis = Duration::from_millis;
    for (name, usual, standstill, noticed) in [
        ("nothing", millis(1), millis(0), false),
        ("a hiccup", millis(1), millis(200), false),
        ("a standstill", millis(1), millis(400), true),
        ("a busy machine", millis(100), millis(0), false),
        (
            "a hiccup on a busy machine",
            millis(100),
            millis(400),
            false,
        ),
        (
            "a standstill on a busy machine",
            millis(100),
            millis(2_000),
            true,
        ),
    ] {
        let elsewhere = vec![usual; 100];
        let mut here = elsewhere.clone();
        // Each line that is due meanwhile takes until the end of the standstill.
        for (line, took) in here[50..].iter_mut().enumerate() {
            *took += standstill.saturating_sub(TURN * line as u32);
        }
        let found = disturbance(&here, &elsewhere);
        assert_eq!(found.is_some(), noticed, "{name}: {found:?}");
        // A standstill of the control alone is no disturbance of the server.
        assert_eq!(disturbance(&elsewhere, &here), None, "{name}");
    }
    // A server that is slow all the time.
    let found = disturbance(&[millis(60); 100], &[millis(1); 100]);
    assert!(found.is_some(), "each a little late");
}

fn disturbance(here: &[Duration], elsewhere: &[Duration]) -> Option<String> {
    let start = Instant::now();
    let control = control(start, elsewhere);
    Lateness::of(&lines(start, here), &control).disturbance()
}

fn report_by_attack() {
    let mut report = Report::new();
    let mut row = |name: &str, count: usize, millis: u64| {
        let start = Instant::now();
        let usual = vec![Duration::from_millis(1); count];
        let here = vec![Duration::from_millis(millis); count];
        let lateness = Lateness::of(&lines(start, &here), &control(start, &usual));
        report.add(name, &lateness.beside(&lines(start, &usual)));
    };
    row("F01 a text without a mask: 1002", 60, 1);
    row("F01 a text without a mask: 1002 (byte by byte)", 60, 1);
    row("half-open: who answers pings stays", 10, 2);
    row("G04 one address talks all the time", 200, 3);
    let lines = report.lines();
    let attacks: Vec<&str> = lines
        .iter()
        .map(|line| line.split(' ').next().expect("an attack"))
        .collect();
    assert_eq!(attacks, ["G04", "half-open", "F01"]);
    let few = lines.iter().map(|line| line.contains("too few"));
    assert!(few.eq([false, true, false]), "{lines:#?}");
    assert!(lines[0].contains("3.00 ×") && lines[2].contains("120 lines"));
}

fn lines(start: Instant, took: &[Duration]) -> Vec<Line> {
    let line = |(number, took): (usize, &Duration)| Line {
        due: start + TURN * number as u32,
        took: *took,
    };
    took.iter().enumerate().map(line).collect()
}

fn control(start: Instant, took: &[Duration]) -> Control {
    let mut control = Control::since(start);
    lines(start, took)
        .iter()
        .for_each(|line| control.heard(line));
    control
}

/// A scheduler delays both pairs alike: mostly for a moment, now and then far longer. A run has as many
/// lines as one of this program, and a row judges fifty of them.
fn no_false_alarm() {
    const RUNS: u64 = 1_000;
    const LINES: usize = 2_000;
    const ROW: usize = 50;
    for run in 0..RUNS {
        let (mut state, start) = (run, Instant::now());
        let mut pair = || lines(start, &delayed((0..LINES).map(|_| unlucky(&mut state))));
        let (here, elsewhere) = (pair(), pair());
        let mut control = Control::since(start);
        for (here, elsewhere) in here.chunks(ROW).zip(elsewhere.chunks(ROW)) {
            elsewhere.iter().for_each(|line| control.heard(line));
            let found = Lateness::of(here, &control).disturbance();
            assert_eq!(found, None, "run {run}");
        }
    }
}

/// Four lines in five take 4 ms on average, the fifth 40: exponential, by SplitMix64.
fn unlucky(state: &mut u64) -> Duration {
    let mut random = || {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mean = if random() < 0.2 { 0.040 } else { 0.004 };
    Duration::from_secs_f64(-mean * (1.0 - random()).ln())
}

/// A line is not said before the previous one was heard.
fn delayed(alone: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut before = Duration::ZERO;
    let delay = |alone: Duration| {
        before = alone + before.saturating_sub(TURN);
        before
    };
    alone.map(delay).collect()
}
