//! G: a greedy address and a victim, for each resource that clients share. The greedy one opens as many
//! connections as it may; the victim must get what it needs.

use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::lists::texts;
use crate::kit::client::raw::RawClient;
use crate::kit::client::target::Target;
use crate::kit::optional;
use crate::kit::stopwatch::PATIENCE;
use crate::witnessed::own_row_as_it_stands;
use libtest_mimic::Trial;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

/// Addresses that a trusted proxy, this machine, names in a header: a machine may have no other address
/// of its own.
pub(crate) const TRUST: [&str; 2] = ["--trust-proxy", "127.0.0.1"];
pub(crate) const GREEDY: &str = "203.0.113.7";
pub(crate) const VICTIM: &str = "198.51.100.9";

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = vec![
        row(
            "G01 8 connections × 32 rooms: half of the rooms, and the lobby has a place",
            &[],
            all_rooms,
        ),
        row(
            "G02 rooms that others made: one address is in half of all rooms, no more",
            &["--max-rooms", "8"],
            rooms_of_others,
        ),
        row(
            "G03 a flood of rooms with a line each: the lobby's lines stay, and the victim's",
            &["--max-rooms", "8"],
            histories,
        ),
        row(
            "G04 a room that the greedy one made first, and in which the victim was, stays",
            &["--max-rooms", "8"],
            squatted,
        ),
        row(
            "G05 1 030 short sessions: the victim's is remembered, its line said once",
            &[],
            sessions,
        ),
        row(
            "G07 all places of watchers: half of them, and the victim watches",
            &["--max-per-address", "300"],
            watchers,
        ),
        row(
            "G08 all connections, where there are few: half of them, and the victim comes in",
            &["--max-connections", "12"],
            connections,
        ),
    ];
    rows.push(optional::on_linux_visit(
        "G06 half requests all the time: the victim's, which comes in two parts, is answered",
        "an address of this machine besides 127.0.0.1",
        |name| {
            own_row_as_it_stands(
                name,
                ["--max-handshaking", "8", "--handshake-timeout", "10m"],
                half_requests,
            )
        },
    ));
    rows
}

/// A row on a server of its own, which trusts the proxy for both addresses.
pub(crate) fn row(
    name: &str,
    flags: &[&'static str],
    run: impl FnOnce(Target) + Send + 'static,
) -> Trial {
    own_row_as_it_stands(name, [&TRUST[..], flags].concat(), run)
}

/// A chat client with this address.
pub(crate) fn at(address: &str, target: Target) -> ChatClient {
    ChatClient::connect_with(target, &[("X-Forwarded-For", address)])
}

/// A chat client with this address, in the lobby under a name.
pub(crate) fn in_lobby(address: &str, target: Target) -> ChatClient {
    let mut client = at(address, target);
    client.join(&unique("guest"), "lobby");
    client
}

/// Asks to join; returns whether the server let it. Only one refusal is possible.
fn enters(client: &mut ChatClient, room: &str) -> bool {
    client.ask(json!({"type": "join", "room": room}));
    let answer = client.find_answer("joined");
    let enters = answer["type"] == "joined";
    assert!(enters || answer["code"] == "bad_room", "{answer}");
    enters
}

fn all_rooms(target: Target) {
    let mut held = 0;
    let mut crowd = Vec::new();
    for _ in 0..9 {
        // A client may be in 32 rooms: the lobby, and 31 others.
        let mut greedy = in_lobby(GREEDY, target);
        held += (0..31)
            .take_while(|_| enters(&mut greedy, &unique("mine")))
            .count();
        crowd.push(greedy);
    }
    assert_eq!(held, 128, "half of the rooms");
    let mut victim = in_lobby(VICTIM, target);
    assert!(enters(&mut victim, "quiet"), "and a room of its own");
    assert!(enters(&mut victim, "cheeper"), "and the page /cheeper");
    let mut another = in_lobby(GREEDY, target);
    assert!(enters(&mut another, "cheeper"), "one from the same address");
}

fn rooms_of_others(target: Target) {
    let (mut victim, mut greedy) = (in_lobby(VICTIM, target), in_lobby(GREEDY, target));
    let mut rooms: Vec<String> = (0..4).map(|_| unique("theirs")).collect();
    rooms.iter().for_each(|room| _ = victim.enter(room));
    let mut third = in_lobby("192.0.2.1", target);
    rooms.push(unique("third"));
    third.enter(&rooms[4]);
    let entered = rooms.iter().filter(|room| enters(&mut greedy, room));
    assert_eq!(entered.count(), 4, "half of the rooms");
    // The others leave, and the greedy address stays.
    drop((victim, third));
    let mut victim = in_lobby(VICTIM, target);
    for _ in 0..2 {
        victim.enter(&unique("again"));
    }
    greedy.ask(json!({"type": "leave", "room": rooms[0]}));
    greedy.until("left");
    assert!(enters(&mut greedy, &rooms[4]), "one left, one entered");
}

/// More rooms than the server keeps, with a line in each.
fn flood_of_rooms(target: Target) {
    for _ in 0..2 {
        let mut greedy = in_lobby(GREEDY, target);
        for _ in 0..16 {
            let room = unique("flood");
            greedy.enter(&room);
            greedy.say_now(&room, "flood");
            greedy.ask(json!({"type": "leave", "room": room}));
            greedy.find(|event| event["type"] == "left" && event["room"] == *room);
        }
    }
}

fn histories(target: Target) {
    let mut victim = in_lobby(VICTIM, target);
    victim.enter("kitchen");
    for room in ["lobby", "kitchen"] {
        victim.say_now(room, "soup");
    }
    victim.close();
    flood_of_rooms(target);
    let mut victim = at(VICTIM, target);
    for room in ["lobby", "kitchen"] {
        let joined = victim.join("victim", room);
        assert_eq!(texts(&joined["messages"]), ["soup"], "{room}");
    }
}

fn squatted(target: Target) {
    let mut squatter = in_lobby(GREEDY, target);
    squatter.enter("kitchen");
    squatter.say_now("kitchen", "mine");
    let mut victim = at(VICTIM, target);
    victim.join("victim", "kitchen");
    victim.say_now("kitchen", "soup");
    squatter.close();
    victim.close();
    flood_of_rooms(target);
    let joined = at(VICTIM, target).join("victim", "kitchen");
    assert_eq!(texts(&joined["messages"]), ["mine", "soup"]);
}

fn sessions(target: Target) {
    let mut victim = in_lobby(VICTIM, target);
    let line = json!({"type": "say", "room": "lobby", "text": "once", "id": "c1"});
    victim.ask(line.clone());
    let said = victim.until("said");
    let (name, session) = (victim.name.clone(), victim.session().to_owned());
    victim.close();
    for _ in 0..1_030 {
        in_lobby(GREEDY, target).close();
    }
    let mut victim = at(VICTIM, target);
    victim.ask(json!({"type": "join", "name": name, "room": "lobby", "session": session}));
    victim.until("joined");
    victim.ask(line);
    assert_eq!(victim.until("said"), said, "the line of the first time");
}

/// Requests a WebSocket at `path`; returns the status and the connection.
fn upgrade(target: Target, path: &str, address: &str) -> (u16, RawClient) {
    let mut wire = RawClient::open(target);
    let request = crate::kit::client::raw::UPGRADE
        .replace("/echo", path)
        .replace("{host}", &target.addr.to_string());
    let forwarded = format!("X-Forwarded-For: {address}\r\n\r\n");
    // A server that refuses may have closed the connection before the request.
    let _ = wire.try_send(
        request
            .replace("\r\n\r\n", &format!("\r\n{forwarded}"))
            .as_bytes(),
    );
    (wire.head().status, wire)
}

/// Connects clients until one is refused; they stay connected.
fn upgraded(target: Target, path: &str, most: usize) -> Vec<RawClient> {
    let all = (0..most).map(|_| upgrade(target, path, GREEDY));
    let entered = all.take_while(|(status, _)| *status == 101);
    entered.map(|(_, wire)| wire).collect()
}

fn watchers(target: Target) {
    let greedy = upgraded(target, "/ws/wire", 260);
    // The deadline of the first ones may have passed by now.
    assert!(greedy.len() >= 128, "{} came in", greedy.len());
    let (status, _wire) = upgrade(target, "/ws/wire", VICTIM);
    assert_eq!(status, 101);
}

fn connections(target: Target) {
    let greedy = upgraded(target, "/echo", 12);
    assert_eq!(greedy.len(), 6, "half of the connections");
    let (status, mut wire) = upgrade(target, "/echo", VICTIM);
    assert_eq!(status, 101);
    wire.echo("in");
}

/// One address keeps as many unfinished requests as it can; the victim sends its own in two parts.
fn half_requests(target: Target) {
    let [greedy, victim] = [2, 1].map(|last| IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)));
    let half = |target: Target| {
        let mut wire = RawClient::open(target);
        wire.send(b"GET /icon.svg HTTP/1.1\r\nA: ");
        wire
    };
    let mut crowd: Vec<RawClient> = Vec::new();
    for round in 0..20 {
        crowd.extend((0..8).map(|_| half(target.from(greedy))));
        let mut wire = half(target.from(victim));
        let early = wire.can_be_read(Duration::from_millis(50));
        assert!(!early, "round {round}: {:?}", wire.answer());
        wire.send(format!("b\r\nHost: {}\r\n\r\n", target.addr).as_bytes());
        assert_eq!(wire.kept_answer().status, 200, "round {round}");
    }
    let deadline = Instant::now() + PATIENCE;
    while crowd.len() > 4 {
        assert!(Instant::now() < deadline, "more than half of the places");
        crowd.retain(|wire| !wire.can_be_read(Duration::from_millis(1)));
    }
}
