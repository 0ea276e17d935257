//! One order for all: clients that talk at once all read one conversation.

use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::server::Server;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::thread;

const SENDERS: usize = 20;
const READERS: usize = 5;
const LINES: usize = 50;

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row(
            "order: 20 talk at once, and 25 read the 1000 lines in one order",
            same_for_all,
        ),
        row(
            "order: a newcomer misses no line and receives none twice",
            latecomers,
        ),
        row("order: a burst in one write arrives complete", || {
            let server = Server::start(&["--rate", "off"]);
            let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
            let mut bob = ChatClient::in_room(server.addr(), "bob", "lobby");
            let say =
                |number: usize| json!({"type": "say", "room": "lobby", "text": number.to_string()});
            for (round, count) in [1, 2, 100, 1_000].into_iter().enumerate() {
                ada.ask_all((0..count).map(say));
                for client in [&mut ada, &mut bob] {
                    for (number, said) in client.count("said", count).iter().enumerate() {
                        assert_eq!(said["text"], number.to_string(), "in round {round}");
                    }
                }
            }
        }),
        row(
            "order: lines in several rooms and a whisper arrive in the order in which they were sent",
            || {
                let server = Server::start(&["--rate", "off"]);
                let mut ada = ChatClient::in_room(server.addr(), "ada", "lobby");
                let mut bob = ChatClient::in_room(server.addr(), "bob", "lobby");
                ada.say("lobby", "first");
                ada.ask(json!({"type": "typing", "room": "lobby"}));
                ada.ask(json!({"type": "name", "name": "grace"}));
                ada.say("lobby", "second");
                ada.ask(json!({"type": "leave", "room": "lobby"}));
                let told: Vec<Value> = (0..5).map(|_| bob.next()).collect();
                let kinds: Vec<&str> = (told.iter())
                    .map(|event| event["type"].as_str().expect("a type"))
                    .collect();
                assert_eq!(kinds, ["said", "typing", "renamed", "said", "left"]);
                assert_eq!(
                    (&told[3]["from"], &told[4]["name"]),
                    (&json!("grace"), &json!("grace"))
                );
            },
        ),
    ]
}

fn say(name: &str, number: usize) -> Value {
    json!({"type": "say", "room": "lobby", "text": format!("{name} {number}"), "id": number.to_string()})
}

/// All lines that a client receives up to the last one: in order, none missing, none twice.
fn listen(client: &mut ChatClient, from: u64) -> Vec<String> {
    let last = (SENDERS * LINES) as u64;
    let line = |seq| {
        let said = client.until("said");
        assert_eq!(said["seq"], seq, "{} hears {said}", client.name);
        said["text"].as_str().expect("a text").to_owned()
    };
    (from..=last).map(line).collect()
}

/// All clients talk, and listen to the end; returns what each of them received.
fn talk(server: &Server) -> Vec<thread::JoinHandle<Vec<String>>> {
    let mut senders: Vec<ChatClient> = (0..SENDERS)
        .map(|_| ChatClient::in_room(server.addr(), "sender", "lobby"))
        .collect();
    let readers = (0..READERS).map(|_| ChatClient::in_room(server.addr(), "reader", "lobby"));
    let readers: Vec<ChatClient> = readers.collect();
    let reading = readers
        .into_iter()
        .map(|mut reader| thread::spawn(move || listen(&mut reader, 1)));
    let mut all: Vec<_> = reading.collect();
    all.extend(senders.drain(..).map(|mut sender| {
        thread::spawn(move || {
            let name = sender.name.clone();
            // In several writes, so that those of several clients overlap.
            for start in (0..LINES).step_by(10) {
                sender.ask_all((start..start + 10).map(|number| say(&name, number)));
            }
            listen(&mut sender, 1)
        })
    }));
    all
}

fn same_for_all() {
    let server = Server::start(&["--rate", "off"]);
    let mut heard = talk(&server)
        .into_iter()
        .map(|thread| thread.join().expect("it heard all"));
    let first = heard.next().expect("a client");
    assert_eq!(first.iter().collect::<HashSet<_>>().len(), SENDERS * LINES);
    // Each author's own lines are in the order in which they were said.
    for line in &first {
        let (name, number) = line.split_once(' ').expect("a name and a number");
        let number: usize = number.parse().expect("a number");
        let position = |number: usize| {
            first
                .iter()
                .position(|line| *line == format!("{name} {number}"))
        };
        assert!(
            number == 0 || position(number - 1) < position(number),
            "{line}"
        );
    }
    for other in heard {
        assert!(other == first, "another order");
    }
}

/// The lines in the answer to a join and those after it are all lines.
fn latecomers() {
    let server = Server::start(&["--rate", "off"]);
    let talking = talk(&server);
    let mut known = Vec::new();
    while known.len() < 30 {
        let mut client = ChatClient::connect(server.addr());
        let joined = client.join(&unique("late"), "lobby");
        known.push((
            client,
            joined["seq"].as_u64().expect("a number"),
            joined["messages"].clone(),
        ));
    }
    let heard = talking
        .into_iter()
        .map(|thread| thread.join().expect("it heard all"))
        .next_back();
    let heard = heard.expect("a client");
    for (mut client, seq, messages) in known {
        let told = messages.as_array().expect("a list").iter();
        let mut own: Vec<String> = told
            .map(|line| line["text"].as_str().expect("a text").to_owned())
            .collect();
        let first = seq as usize - own.len();
        own.extend(listen(&mut client, seq + 1));
        assert!(
            own == heard[first..],
            "{} heard something else",
            client.name
        );
    }
}
