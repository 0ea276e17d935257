//! Those whom we do not want to hear.

use super::*;

fn ignores(persons: &[&str]) -> Value {
    json!({"type": "ignore", "persons": persons})
}

fn whispered(from: &str, person: &str) -> Value {
    json!({"type": "whispered", "from": from, "person": person, "to": "ada", "text": "psst", "at": AT})
}

/// Ada, who knows that bob is in the lobby.
fn with_bob() -> Play {
    let mut play = Play::new(true, &["lobby"]);
    play.connect("s1");
    play.joined("lobby", "e1", 5, &[]);
    play.hears(
        &json!({"type": "people", "room": "lobby", "people": ["ada", "bob"], "persons": ["A", "B"], "count": 2}),
    );
    play
}

#[test]
fn a_person_is_hidden_by_any_name_until_it_is_taken_back() {
    let mut play = with_bob();
    assert_eq!(shown(&play.hears(&said(6, "bob", "hi", None))).len(), 1);
    assert_eq!(sent(&play.types("/ignore BOB")), [ignores(&["B"])]);
    play.hears(
        &json!({"type": "renamed", "from": "bob", "to": "bobby", "person": "B", "rooms": ["lobby"]}),
    );
    play.hears(
        &json!({"type": "entered", "room": "lobby", "name": "bob", "person": "C", "count": 3}),
    );
    assert_eq!(shown(&play.hears(&said(7, "bobby", "hi", None))).len(), 0);
    assert_eq!(shown(&play.hears(&whispered("bobby", "B"))).len(), 0);
    assert_eq!(
        shown(&play.hears(&said(8, "bob", "another", None))),
        ["07:31 bob: another"]
    );
    assert_eq!(sent(&play.types("/ignore bobby")), [ignores(&[])]);
    assert_eq!(shown(&play.hears(&whispered("bobby", "B"))).len(), 1);
}

#[test]
fn who_has_only_whispered_can_be_ignored_and_nobody_else_is_known() {
    let mut play = with_bob();
    assert_eq!(sent(&play.types("/ignore eve")), [] as [Value; 0]);
    play.hears(&whispered("eve", "E"));
    assert_eq!(sent(&play.types("/ignore eve")), [ignores(&["E"])]);
    assert_eq!(sent(&play.types("/ignore ada")), [] as [Value; 0]);
    assert_eq!(
        play.types("/ignore")[0],
        Act::Note("* you ignore eve".to_owned())
    );
}

#[test]
fn another_session_is_told_again() {
    let mut play = with_bob();
    play.types("/ignore bob");
    play.happens(Happening::Lost("it broke".to_owned()));
    play.connect("s2");
    let acts = play.joined("lobby", "e1", 6, &[said(6, "bob", "hi", None)]);
    assert_eq!(sent(&acts), [ignores(&["B"])]);
    assert!(!shown(&acts).iter().any(|line| line.contains("hi")));
}
