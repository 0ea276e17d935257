//! `ws101 chat`: one connection, from the welcome to the Close.

use super::kit::program::{Program, run};
use super::kit::server::Server;
use super::stage::{AT, Stage, join, said};
use rustix::process::Signal;
use serde_json::json;
use std::path::Path;

#[test]
fn a_pipe_says_its_lines_and_leaves_when_they_are_acknowledged() {
    let stage = Stage::open();
    let mut program = Program::start(&["chat", &stage.url(""), "--name", "ada"]);
    program.types(b"hi\n\n  //slash  \n");
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[said(9, "bob", "before", None)]);
    let first = guest.acknowledge(10, "hi");
    let second = guest.acknowledge(11, "/slash");
    assert_ne!(first, second);
    let scene = std::thread::spawn(move || guest.hear_close());
    let ended = program.end();
    scene.join().expect("it closes well");
    ended
        .printed(&[
            "* Saturday, 21 November 2020",
            "07:31 bob: before",
            "* you have joined lobby (1 person)",
            "07:31 ada: hi",
            "07:31 ada: /slash",
        ])
        .code(0);
}

#[test]
fn times_are_local_on_both_sides_of_a_daylight_saving_change() {
    // Central Europe, as a rule, and by name where this machine knows the name.
    let named = Path::new("/usr/share/zoneinfo/Europe/Berlin").exists();
    let zones = ["CET-1CEST,M3.5.0,M10.5.0/3"].into_iter();
    for zone in zones.chain(named.then_some("Europe/Berlin")) {
        let stage = Stage::open();
        let program = Program::start_in(zone, &["chat", &stage.url(""), "--name", "ada"]);
        let mut guest = stage.guest("s1");
        let noon = |seq, day| {
            let mut line = said(seq, "bob", "noon", None);
            line["at"] = json!(format!("2020-10-{day}T12:00:00.000Z"));
            line
        };
        guest.let_in(&join(), &[noon(8, 24), noon(9, 25)]);
        let scene = std::thread::spawn(move || guest.hear_close());
        let ended = program.end();
        scene.join().expect("it closes well");
        ended
            .printed(&[
                "* Saturday, 24 October 2020",
                "14:00 bob: noon",
                "* Sunday, 25 October 2020",
                "13:00 bob: noon",
                "* you have joined lobby (1 person)",
            ])
            .code(0);
    }
}

#[test]
fn a_refused_line_is_an_error_and_haste_is_not() {
    let stage = Stage::open();
    let mut program = Program::start(&["chat", &stage.url("/ws"), "--name", "ada"]);
    program.types(b"one\ntwo\n");
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    let say = guest.hear();
    guest.tell(
        &json!({"type": "error", "code": "rate_limited", "message": "not so fast",
        "id": say["id"], "retry_ms": 20, "about": "say"}),
    );
    let id = guest.acknowledge(11, "one");
    assert_eq!(say["id"], json!(id), "the same line");
    let say = guest.hear();
    guest.tell(
        &json!({"type": "error", "code": "text_too_long", "message": "that is too long",
        "id": say["id"], "about": "say"}),
    );
    let scene = std::thread::spawn(move || guest.hear_close());
    program.end().said("not sent: that is too long").code(1);
    scene.join().expect("it closes well");
}

#[test]
fn no_name_and_names_that_are_taken() {
    let stage = Stage::open();
    run(&["chat", &stage.url("")], b"hi").code(1).said("--name");
    let program = Program::start(&["chat", &stage.url(""), "--name", "ada"]);
    let mut guest = stage.guest("s1");
    guest.hear();
    guest.tell(
        &json!({"type": "error", "code": "name_taken", "about": "join",
        "message": "the name ada is taken: choose \u{1b}[31manother"}),
    );
    let scene = std::thread::spawn(move || guest.hear_close());
    let ended = program.end();
    ended
        .said("the name ada is taken: choose \\u{1b}[31manother")
        .code(1);
    scene.join().expect("it closes well");
}

#[test]
fn what_others_write_does_nothing_to_the_terminal() {
    let stage = Stage::open();
    let program = Program::start(&["chat", &stage.url(""), "--name", "ada"]);
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    let evil = "\u{1b}]0;x\u{7}\u{9b}2J";
    guest.tell(&said(11, evil, evil, None));
    guest.tell(&json!({"type": "whispered", "from": evil, "to": "ada", "text": evil, "at": AT}));
    guest.tell(&json!({"type": "renamed", "from": evil, "to": evil, "rooms": ["lobby"]}));
    guest.close(4001, evil);
    let ended = program.end().code(1);
    let said = [ended.stdout, ended.stderr.into_bytes()].concat();
    let said = String::from_utf8(said).expect("it is text");
    let is_obeyed = |character: char| character.is_control() && character != '\n';
    assert!(!said.contains(is_obeyed), "{said:?}");
    assert_eq!(
        said.matches("\\u{1b}]0;x\\u{7}\\u{9b}2J").count(),
        6,
        "{said}"
    );
}

#[test]
fn unknown_events_and_fields_are_ignored() {
    let stage = Stage::open();
    let mut program = Program::start(&["chat", &stage.url(""), "--name", "ada", "--room", "rust"]);
    program.types(b"/rooms\n");
    let mut guest = stage.guest("s1");
    guest.let_in(&json!({"type": "join", "name": "ada", "room": "rust"}), &[]);
    assert_eq!(guest.hear(), json!({"type": "rooms"}));
    guest.tell(&json!({"type": "confetti", "colour": "red"}));
    guest.tell(&json!({"type": "typing", "room": "rust", "name": "bob", "active": true}));
    guest.tell(&json!(["not", "an", "object"]));
    guest.tell(&json!({"type": "notice", "kind": "quote", "text": "so it goes", "at": AT}));
    guest.tell(&json!({"type": "entered", "room": "rust", "name": "bob", "count": 2}));
    guest.tell(&json!({"type": "rooms", "rooms": [{"room": "rust", "count": 2, "topic": "x"}]}));
    let scene = std::thread::spawn(move || guest.hear_close());
    let ended = program.end();
    scene.join().expect("it closes well");
    ended
        .printed(&[
            "* you have joined rust (1 person)",
            "* quote: so it goes",
            "* bob has joined rust (2 people)",
            "* rust (2 people)",
        ])
        .code(0);
}

#[test]
fn control_c_says_goodbye() {
    let stage = Stage::open();
    let mut program = Program::start(&["chat", &stage.url(""), "--name", "ada", "--follow"]);
    program.types(b"hi\n");
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    guest.acknowledge(11, "hi");
    program.signal(Signal::INT);
    let scene = std::thread::spawn(move || guest.hear_close());
    program.end().code(0);
    scene.join().expect("it closes well");
}

#[test]
fn a_server_that_is_no_chat() {
    let stage = Stage::open();
    let program = Program::start(&["chat", &stage.url("/echo"), "--name", "ada"]);
    let mut socket = stage.next();
    socket
        .send(ws101::Message::Text("hello?"))
        .expect("it is sent");
    program
        .end()
        .said("does not speak the chat's protocol")
        .code(1);
}

/// The real server: a hundred lines are more than it takes at once.
#[test]
fn a_long_pipe_arrives_whole_and_in_order() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/www");
    let server = Server::start(&["--www", pages]);
    let url = server.url("");
    let lines: Vec<String> = (0..40).map(|number| format!("line {number}")).collect();
    run(
        &["chat", &url, "--name", "ada"],
        lines.join("\n").as_bytes(),
    )
    .code(0);
    let ended = run(&["chat", &url, "--name", "bob", "--history", "40"], b"").code(0);
    let said = String::from_utf8(ended.stdout).expect("it is text");
    let said = said.lines().filter_map(|line| line.split_once(" ada: "));
    assert_eq!(said.map(|(_, text)| text).collect::<Vec<_>>(), lines);
}
