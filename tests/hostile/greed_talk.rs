//! G: a greedy address and a victim: lines that are sent again, and whispers.

use crate::greed::{GREEDY, VICTIM, at, in_lobby, row};
use crate::kit::client::chat::{ChatClient, Received, unique};
use crate::kit::client::http::metric;
use crate::kit::client::target::Target;
use crate::kit::stopwatch::PATIENCE;
use libtest_mimic::Trial;
use rustix::net::sockopt::set_socket_recv_buffer_size;
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

/// The default rate would not let a client say this much at once.
const TALKATIVE: &[&str] = &["--rate", "off"];

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "G09 history, again and again: rate_limited by bytes; another address has its lines",
            TALKATIVE,
            |target| {
                charged(
                    target,
                    "history",
                    |_| json!({"type": "history", "room": "lobby"}),
                )
            },
        ),
        row(
            "G10 join with since, again and again: refused like history",
            TALKATIVE,
            |target| {
                let known = |epoch: &Value| json!({"type": "join", "room": "lobby", "epoch": epoch, "since": 0});
                charged(target, "joined", known);
            },
        ),
        row(
            "G11 a class of thirty behind one address that reloads: all have their lines at once",
            TALKATIVE,
            class_of_thirty,
        ),
        row(
            "G12 one connection that asks without end: others of its address have their lines",
            TALKATIVE,
            one_of_a_class,
        ),
        row(
            "G13 whispers to a listener on a slow link: rate_limited, and the listener stays",
            &[
                "--rate",
                "off",
                "--max-backlog",
                "65536",
                "--write-timeout",
                "1s",
            ],
            slow_listener,
        ),
        row(
            "G14 whispers without end to one listener: another address is heard at once",
            TALKATIVE,
            other_whisperer,
        ),
        row(
            "G15 the longest lines from many connections: rate_limited; another address is heard at once",
            &[],
            flood_of_lines,
        ),
    ]
}

/// A hundred lines in the lobby of the greatest length: 800 kB.
fn long_lines(target: Target) {
    let mut speaker = in_lobby("192.0.2.1", target);
    let text = "\u{1f986}".repeat(2_000);
    for _ in 0..100 {
        speaker.say_now("lobby", &text);
    }
    speaker.close();
}

/// Asks until the server refuses with `retry_ms`, waits that long, and asks once more.
fn charged(target: Target, kind: &str, request: fn(&Value) -> Value) {
    long_lines(target);
    let mut greedy = at(GREEDY, target);
    let joined = greedy.join(&unique("greedy"), "lobby");
    let (request, deadline) = (request(&joined["epoch"]), Instant::now() + PATIENCE);
    let refused = loop {
        assert!(Instant::now() < deadline, "it is never too much");
        if kind == "joined" {
            ask_patiently(
                &mut greedy,
                json!({"type": "leave", "room": "lobby"}),
                "left",
            );
        }
        let answer = ask_patiently(&mut greedy, request.clone(), kind);
        if answer["type"] == "error" {
            break answer;
        }
    };
    assert_eq!(refused["code"], "rate_limited", "{refused}");
    let joined = at(VICTIM, target).join(&unique("victim"), "lobby");
    assert_eq!(joined["messages"].as_array().map(Vec::len), Some(100));
    wait_as_told(&refused);
    let answer = ask_patiently(&mut greedy, request, kind);
    assert_eq!(answer["messages"].as_array().map(Vec::len), Some(100));
}

/// Requests are limited, too: a client that asks too often waits, and asks again.
fn ask_patiently(client: &mut ChatClient, request: Value, kind: &str) -> Value {
    loop {
        client.ask(request.clone());
        let answer = client.find_answer(kind);
        if answer["message"] != "not so fast" {
            return answer;
        }
        wait_as_told(&answer);
    }
}

fn wait_as_told(refusal: &Value) {
    let wait = refusal["retry_ms"].as_u64().unwrap_or_default();
    thread::park_timeout(Duration::from_millis(wait));
}

/// The answers to these requests: how many are of this type, and how many are `rate_limited`.
fn ask_for(client: &mut ChatClient, kind: &str, requests: Vec<Value>) -> (usize, Vec<Value>) {
    let count = requests.len();
    client.ask_all(requests);
    let answers: Vec<Value> = (0..count).map(|_| client.find_answer(kind)).collect();
    let (refused, served): (Vec<Value>, Vec<Value>) = answers
        .into_iter()
        .partition(|answer| answer["type"] == "error");
    let is_haste = |refusal: &Value| refusal["code"] == "rate_limited";
    assert!(refused.iter().all(is_haste), "{refused:?}");
    (served.len(), refused)
}

fn class_of_thirty(target: Target) {
    long_lines(target);
    let mut class: Vec<ChatClient> = (0..30).map(|_| at(GREEDY, target)).collect();
    for client in &mut class {
        let joined = client.join(&unique("pupil"), "lobby");
        assert_eq!(joined["messages"].as_array().map(Vec::len), Some(100));
    }
}

fn one_of_a_class(target: Target) {
    long_lines(target);
    let mut greedy = in_lobby(GREEDY, target);
    let asks = vec![json!({"type": "history", "room": "lobby"}); 35];
    let (_, refused) = ask_for(&mut greedy, "history", asks);
    assert!(!refused.is_empty(), "28 MB are too much");
    for _ in 0..10 {
        let joined = at(GREEDY, target).join(&unique("pupil"), "lobby");
        assert_eq!(joined["messages"].as_array().map(Vec::len), Some(100));
    }
}

fn whispers(to: &str, count: usize) -> Vec<Value> {
    let text = "x".repeat(2_000);
    vec![json!({"type": "whisper", "to": to, "text": text}); count]
}

/// More whispers than the connection and the backlog hold.
fn slow_listener(target: Target) {
    let mut listener = in_lobby(VICTIM, target);
    set_socket_recv_buffer_size(listener.tcp(), 4 << 10).expect("an option");
    let (mut taken, mut refused) = (0, 0);
    for number in 0..50 {
        let mut greedy = in_lobby(&format!("203.0.113.{number}"), target);
        let (served, hasty) = ask_for(&mut greedy, "whispered", whispers(&listener.name, 60));
        taken += served;
        refused += hasty.len();
        assert_eq!(metric(target.addr, "ws101_evictions_total"), Some(0));
    }
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
    // In the end the slow listener has every whisper that was acknowledged.
    for _ in 0..taken {
        listener.until("whispered");
    }
    let rest = listener.waiting();
    let is_whisper = |event: &Value| event["type"] == "whispered";
    assert!(!rest.iter().any(is_whisper), "one more was told as taken");
}

fn other_whisperer(target: Target) {
    let mut listener = in_lobby("192.0.2.1", target);
    let (mut greedy, mut victim) = (in_lobby(GREEDY, target), in_lobby(VICTIM, target));
    let name = listener.name.clone();
    let listening = thread::spawn(move || {
        loop {
            match listener.hear(PATIENCE) {
                Received::Event(event) if event["text"] == "psst" => return,
                Received::Event(_) => {}
                other => panic!("{other:?}"),
            }
        }
    });
    let (_, refused) = ask_for(&mut greedy, "whispered", whispers(&name, 90));
    assert!(!refused.is_empty(), "180 kB are too much");
    victim.ask(json!({"type": "whisper", "to": name, "text": "psst"}));
    let answer = victim.find_answer("whispered");
    assert_eq!(answer["type"], "whispered", "{answer}");
    listening.join().expect("it is heard");
}

/// Each connection says as many lines as the burst allows.
fn flood_of_lines(target: Target) {
    let mut victim = in_lobby(VICTIM, target);
    let say = json!({"type": "say", "room": "lobby", "text": "\u{1f986}".repeat(2_000)});
    let mut crowd = (0..60).map(|_| {
        let mut greedy = in_lobby(GREEDY, target);
        let refused = ask_for(&mut greedy, "said", vec![say.clone(); 20]).1;
        greedy.close();
        refused
    });
    let refused = crowd.find_map(|refused| refused.into_iter().next());
    let refused = refused.expect("10 MB are too much");
    assert_eq!(refused["message"], "not so much at once");
    victim.say_now("lobby", "may I?");
    wait_as_told(&refused);
    in_lobby(GREEDY, target).say_now("lobby", "again");
}
