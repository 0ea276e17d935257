//! `ws101 chat` and connections that break.

use super::kit::program::Program;
use super::stage::{AT, Stage, join, said};
use serde_json::json;

/// The join of a client that comes back.
fn join_again(session: &str, since: u64) -> serde_json::Value {
    json!({"type": "join", "name": "ada", "room": "lobby", "session": session, "epoch": "e1",
        "since": since})
}

#[test]
fn a_line_without_acknowledgement_is_sent_again_once() {
    let stage = Stage::open();
    let mut program = Program::start(&["chat", &stage.url(""), "--name", "ada"]);
    program.types(b"hi\n");
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    let lost = guest.hear();
    drop(guest); // without a Close

    let mut guest = stage.guest("s2");
    guest.let_in(&join_again("s1", 10), &[said(11, "bob", "meanwhile", None)]);
    let id = guest.acknowledge(12, "hi");
    assert_eq!(
        lost["id"],
        json!(id),
        "the server can tell that it is the same line"
    );
    let scene = std::thread::spawn(move || guest.hear_close());
    let ended = program.end();
    scene.join().expect("it closes well");
    let ended = ended
        .said("connection is lost")
        .said("connected again")
        .code(0);
    let said = String::from_utf8(ended.stdout).expect("it is text");
    assert!(
        said.ends_with("07:31 bob: meanwhile\n07:31 ada: hi\n"),
        "{said}"
    );
}

#[test]
fn a_line_that_arrived_is_not_sent_again() {
    let stage = Stage::open();
    let mut program = Program::start(&["chat", &stage.url(""), "--name", "ada"]);
    program.types(b"hi\n");
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    let say = guest.hear();
    guest.close(1001, "restarting");

    let mut guest = stage.guest("s2");
    guest.let_in(
        &join_again("s1", 10),
        &[said(11, "ada", "hi", say["id"].as_str())],
    );
    let scene = std::thread::spawn(move || guest.hear_close());
    program.end().code(0);
    scene.join().expect("nothing but a Close comes");
}

#[test]
fn a_client_that_is_continued_elsewhere_does_not_come_back() {
    let stage = Stage::open();
    let program = Program::start(&["chat", &stage.url(""), "--name", "ada", "--follow"]);
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    guest.close(4001, "continued elsewhere");
    program
        .end()
        .said("another connection has taken over")
        .code(1);
}

#[test]
fn missing_lines_are_reported() {
    let stage = Stage::open();
    let program = Program::start(&["chat", &stage.url(""), "--name", "ada", "--follow"]);
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    guest.close(1001, "");
    let mut guest = stage.guest("s2");
    assert_eq!(guest.hear(), join_again("s1", 10));
    guest.tell(
        &json!({"type": "joined", "room": "lobby", "name": "ada", "people": ["ada"],
        "count": 1, "epoch": "e2", "seq": 3, "messages": [said(3, "bob", "new", None)],
        "lost": true}),
    );
    guest.close(4001, "");
    let ended = program.end();
    let said = String::from_utf8(ended.stdout).expect("it is text");
    let missed = "* lobby: some lines were missed and cannot be shown\n";
    let (_, after) = said.split_once(missed).expect("it is reported");
    assert!(after.ends_with("07:31 bob: new\n"), "{said}");
}

#[test]
fn topics_are_followed_on_the_next_connection_too() {
    let stage = Stage::open();
    let mut program = Program::start(&["chat", &stage.url(""), "--name", "ada", "--follow"]);
    program.types(b"/follow rust, go\nhi\n");
    let follow = json!({"type": "follow", "topics": ["rust", "go"]});
    let mut guest = stage.guest("s1");
    guest.let_in(&join(), &[]);
    assert_eq!(guest.hear(), follow);
    guest.acknowledge(11, "hi");
    guest.tell(&json!({"type": "notice", "kind": "news", "topic": "go", "text": "1.26", "at": AT}));
    guest.close(1001, "");

    let mut guest = stage.guest("s2");
    guest.let_in(&join_again("s1", 11), &[said(11, "ada", "hi", None)]);
    assert_eq!(guest.hear(), follow);
    guest.close(4001, "");
    let ended = program
        .end()
        .said("you follow the news on rust, go")
        .code(1);
    ended.printed(&[
        "* you have joined lobby (1 person)",
        "* Saturday, 21 November 2020",
        "07:31 ada: hi",
        "* news (go): 1.26",
    ]);
}
