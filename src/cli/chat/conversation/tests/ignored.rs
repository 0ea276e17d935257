//! Persons whose lines are hidden.

use super::{AT, Effect, Input, Script, said, sent, shown};
use serde_json::{Value, json};

fn ignores(persons: &[&str]) -> Value {
    json!({"type": "ignore", "persons": persons})
}

fn whispered(from: &str, person: &str) -> Value {
    json!({"type": "whispered", "from": from, "person": person, "to": "ada", "text": "psst", "at": AT})
}

/// Ada, who knows that bob is in the lobby.
fn with_bob() -> Script {
    let mut script = Script::new(true, &["lobby"]);
    script.connect("s1");
    script.joined("lobby", "e1", 5, &[]);
    script.hears(
        &json!({"type": "people", "room": "lobby", "people": ["ada", "bob"], "persons": ["A", "B"], "count": 2}),
    );
    script
}

#[test]
fn a_person_is_hidden_by_any_name_until_it_is_taken_back() {
    let mut script = with_bob();
    assert_eq!(shown(&script.hears(&said(6, "bob", "hi", None))).len(), 1);
    assert_eq!(sent(&script.types("/ignore BOB")), [ignores(&["B"])]);
    script.hears(
        &json!({"type": "renamed", "from": "bob", "to": "bobby", "person": "B", "rooms": ["lobby"]}),
    );
    script.hears(
        &json!({"type": "entered", "room": "lobby", "name": "bob", "person": "C", "count": 3}),
    );
    assert_eq!(shown(&script.hears(&said(7, "bobby", "hi", None))).len(), 0);
    assert_eq!(shown(&script.hears(&whispered("bobby", "B"))).len(), 0);
    assert_eq!(
        shown(&script.hears(&said(8, "bob", "another", None))),
        ["07:31 bob: another"]
    );
    assert_eq!(sent(&script.types("/ignore bobby")), [ignores(&[])]);
    assert_eq!(shown(&script.hears(&whispered("bobby", "B"))).len(), 1);
}

#[test]
fn a_person_who_has_only_whispered_can_be_ignored_and_a_stranger_cannot() {
    let mut script = with_bob();
    assert_eq!(sent(&script.types("/ignore eve")), [] as [Value; 0]);
    script.hears(&whispered("eve", "E"));
    assert_eq!(sent(&script.types("/ignore eve")), [ignores(&["E"])]);
    assert_eq!(sent(&script.types("/ignore ada")), [] as [Value; 0]);
    assert_eq!(
        script.types("/ignore")[0],
        Effect::Note("* you ignore eve".to_owned())
    );
}

#[test]
fn another_session_is_told_again() {
    let mut script = with_bob();
    script.types("/ignore bob");
    script.happens(Input::Lost("it broke".to_owned()));
    script.connect("s2");
    let effects = script.joined("lobby", "e1", 6, &[said(6, "bob", "hi", None)]);
    assert_eq!(sent(&effects), [ignores(&["B"])]);
    assert!(!shown(&effects).iter().any(|line| line.contains("hi")));
}
