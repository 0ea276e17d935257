//! The load of the benches can tell a server that loses, doubles or reorders: otherwise its
//! figures would say nothing.

#![cfg(target_os = "linux")]

#[path = "../benches/load/mod.rs"]
mod load;

use load::arguments::Arguments;
use load::bystander::Bystander;
use load::conditions::Conditions;
use load::deliveries::Deliveries;
use load::driver::{measure, measure_under};
use load::figures::Figures;
use load::frames::{Classifier, Follower, Received};
use load::tag::{Mark, Tag};
use load::target::{CHAT, ECHO, ws101};
use load::workload::{Audience, Length, Load};
use std::path::Path;
use std::time::Duration;

/// What a chat sends: the joining, lines with texts of all lengths, a ping, and news of others.
fn stream() -> (Vec<u8>, Vec<Received>) {
    let (mut bytes, mut seen) = (Vec::new(), Vec::new());
    let mut frame = |first: u8, payload: &str, what: Received| {
        bytes.push(first);
        match payload.len() {
            len @ ..126 => bytes.push(len as u8),
            len @ ..0x1_0000 => bytes.extend([&[126], &(len as u16).to_be_bytes()[..]].concat()),
            len => bytes.extend([&[127], &(len as u64).to_be_bytes()[..]].concat()),
        }
        bytes.extend(payload.as_bytes());
        seen.push(what);
    };
    frame(
        0x81,
        r#"{"type":"joined","room":"lobby"}"#,
        Received::Joined,
    );
    for (number, size) in [0, 1, 30, 100, 126, 65_400, 65_535, 65_536]
        .into_iter()
        .enumerate()
    {
        let tag = Tag::new(Mark::Plain, 7, number as u32);
        let text = [tag.as_bytes(), &vec![b'x'; size]].concat();
        let text = String::from_utf8(text).expect("ASCII");
        // The number grows, and with it moves the place where the text begins.
        let seq = 10_u64.pow(number as u32);
        let line =
            format!(r#"{{"type":"said","room":"lobby","seq":{seq},"from":"a","text":"{text}"}}"#);
        frame(0x81, &line, Received::Delivered(tag));
        frame(0x89, "", Received::Ping);
        frame(
            0x81,
            r#"{"type":"people","people":["[+0007.00000001]"]}"#,
            Received::Other,
        );
    }
    frame(0x81, "", Received::Other);
    frame(0x81, r#"{"type":"said","text":"by hand"}"#, Received::Other);
    frame(0x88, "", Received::Close);
    (bytes, seen)
}

/// What is told of `bytes` that come in these pieces.
fn follow<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Received> {
    let mut classifier = Classifier::new(&CHAT);
    let mut follower = Follower::new();
    let mut told = Vec::new();
    for piece in pieces {
        let followed = follower.follow(&mut classifier, piece, |seen, _| told.push(seen));
        followed.expect("they are a server's frames");
    }
    told
}

#[test]
fn frames_are_followed_wherever_they_are_cut() {
    let (bytes, seen) = stream();
    for size in [1, 2, 3, 7, 100, 191, 192, 193, 1_000, 65_536, bytes.len()] {
        assert_eq!(follow(bytes.chunks(size)), seen, "in pieces of {size}");
    }
    for cut in 0..2_000 {
        let (one, other) = bytes.split_at(cut);
        assert_eq!(follow([one, other]), seen, "cut at {cut}");
    }
}

/// A room of two, in which the first says `numbers` and then a last word, as the second hears it.
fn heard(numbers: &[u32], said: u32) -> Result<(), String> {
    let mut deliveries = Deliveries::new(2, true);
    let all: Vec<u32> = (0..said).collect();
    deliveries.expect(0, all.len() + 1);
    for (member, numbers) in [(0, &all[..]), (1, numbers)] {
        for number in numbers {
            deliveries.count(
                member,
                Received::Delivered(Tag::new(Mark::Plain, 0, *number)),
            );
        }
        deliveries.count(member, Received::Delivered(Tag::new(Mark::Last, 0, said)));
    }
    assert!(deliveries.has_ended() && deliveries.is_quiet());
    let outcome = deliveries.check(|_| u64::from(said) + 1);
    outcome.map_err(|error| error.to_string())
}

#[test]
fn a_line_that_is_lost_doubled_or_late_is_noticed() {
    let rows: [(&str, &[u32], &str); 5] = [
        ("as said", &[0, 1, 2], ""),
        ("lost", &[0, 2], "member 1 received 3 messages instead of 4"),
        (
            "doubled",
            &[0, 1, 1, 2],
            "member 1 received 5 messages instead of 4",
        ),
        (
            "one lost, one doubled",
            &[0, 2, 2],
            "[+0000.00000002] was not due when member 1 received it",
        ),
        (
            "reordered",
            &[1, 0, 2],
            "[+0000.00000001] was not due when member 1 received it",
        ),
    ];
    for (name, numbers, fault) in rows {
        let said = heard(numbers, 3).err().unwrap_or_default();
        assert_eq!(said, fault, "{name}");
    }
}

/// Measures for a fifth of a second, or for as long as a busy machine takes until some line was said and
/// heard within that time.
fn measured(measure: impl Fn(&Length) -> Figures) -> (Figures, Duration) {
    for doubled in 0..10 {
        let length = Length {
            warm_up: Duration::ZERO,
            measured: Duration::from_millis(200 << doubled),
            times: 1,
            strict: true,
        };
        let figures = measure(&length);
        if figures.rate > 0.0 && !figures.p50.is_nan() {
            return (figures, length.measured);
        }
    }
    panic!("nothing is heard");
}

#[test]
fn figures_of_a_short_talk_are_those_of_a_server_that_works() {
    let program = Path::new(env!("CARGO_BIN_EXE_ws101"));
    for (dialect, audience) in [(CHAT, Audience::Everyone), (ECHO, Audience::Oneself)] {
        let load = Load {
            members: 5,
            senders: 5,
            window: 3,
            size: 64,
            audience,
        };
        let target = ws101("this", program, &["--rate", "off"], dialect);
        let measure = |length: &Length| measure(&target, &load, length).expect("nothing is lost");
        let (figures, _) = measured(measure);
        assert!(
            figures.p50 <= figures.p99 && figures.p99 <= figures.max,
            "{figures:?}"
        );
    }
}

#[test]
fn a_pace_is_kept_with_and_without_a_bystander() {
    let load = Load {
        members: 5,
        senders: 5,
        window: 2,
        size: 64,
        audience: Audience::Everyone,
    };
    let program = Path::new(env!("CARGO_BIN_EXE_ws101"));
    let target = ws101("this", program, &["--rate", "off"], CHAT);
    for bystander in [None, Some(Bystander::Watcher), Some(Bystander::ComesBack)] {
        let pace = Some(Duration::from_millis(10));
        let conditions = Conditions { pace, bystander };
        let measure = |length: &Length| {
            let figures = measure_under(&conditions, &target, &load, length);
            figures.expect("nothing is lost")
        };
        let (figures, time) = measured(measure);
        // Two lines of each of five every 10 ms, to five; and at first, what was in flight.
        let paces = time.as_secs_f64() / 0.010;
        let most = (paces + 2.0) * 50.0 / time.as_secs_f64();
        assert!(
            (1.0..=most).contains(&figures.rate),
            "{bystander:?}: {figures:?}"
        );
    }
}

/// What a user gives to all benches at once, with `cargo bench -- …`.
#[test]
fn options_of_criterion_are_passed_over_and_others_are_refused() {
    let parse = |line: &str| Arguments::parse(line.split_whitespace().map(str::to_owned));
    for line in [
        "--bench --save-baseline x",
        "--bench --save-baseline=x",
        "--bench -s x --noplot --quiet",
        "--bench --sample-size 10 --warm-up-time 0.1 --measurement-time=0.1",
        "--bench --baseline x --verbose",
    ] {
        let arguments = parse(line).expect(line);
        assert!(!arguments.is_test, "{line}");
        assert!(arguments.wants("n10/w1"), "{line}: a value is no filter");
    }
    let narrow = parse("--bench --save-baseline x n100/ --test").expect("all of it is known");
    assert!(narrow.is_test && narrow.wants("n100/w1") && !narrow.wants("n10/w1"));
    for line in ["--sav-baseline x", "--rounds none", "--save-baseline"] {
        assert!(parse(line).is_err(), "{line}");
    }
}
