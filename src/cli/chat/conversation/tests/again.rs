//! Connections that end, and what is done about it.

use super::{Script, said, say, sent, shown};
use crate::CloseCode;
use crate::cli::chat::conversation::{Effect, Input};
use serde_json::json;
use std::time::Duration;

#[test]
fn after_a_lost_connection_the_missed_lines_come_and_ours_is_sent_again() {
    let mut script = Script::in_lobby();
    script.types("one");
    let effects = script.happens(Input::Lost("gone".to_owned()));
    assert!(
        effects.contains(&Effect::Connect(Duration::from_millis(500))),
        "{effects:?}"
    );
    let effects = script.happens(Input::Lost("still gone".to_owned()));
    assert_eq!(
        effects,
        [Effect::Connect(Duration::from_secs(1))],
        "longer, and said once"
    );

    let join = json!({"type": "join", "name": "ada", "room": "lobby", "session": "s1",
        "epoch": "e1", "since": 5});
    assert_eq!(sent(&script.connect("s2")), [join]);
    let effects = script.joined("lobby", "e1", 6, &[said(6, "bob", "meanwhile", None)]);
    assert_eq!(shown(&effects), ["07:31 bob: meanwhile"]);
    assert_eq!(sent(&effects), [say("one", "c-1")]);

    // The next time it is the second connection that has the name.
    script.happens(Input::Lost("gone".to_owned()));
    let joins = sent(&script.connect("s3"));
    assert_eq!(
        (&joins[0]["session"], &joins[0]["since"]),
        (&json!("s2"), &json!(6))
    );
}

#[test]
fn what_arrived_before_the_loss_is_not_sent_again() {
    let mut script = Script::in_lobby();
    script.types("one");
    script.happens(Input::Lost("gone".to_owned()));
    script.connect("s2");
    let effects = script.joined("lobby", "e1", 6, &[said(6, "ada", "one", Some("c-1"))]);
    assert_eq!(shown(&effects), ["07:31 ada: one"]);
    assert!(sent(&effects).is_empty());
}

#[test]
fn an_acknowledgement_that_comes_twice_is_shown_once() {
    let mut script = Script::in_lobby();
    script.types("one");
    let ack = said(6, "ada", "one", Some("c-1"));
    assert_eq!(shown(&script.hears(&ack)).len(), 1);
    assert!(shown(&script.hears(&ack)).is_empty());
}

#[test]
fn an_acknowledgement_under_an_earlier_name_is_one() {
    let whispered = json!({"type": "whispered", "from": "al", "to": "bob", "text": "one",
        "at": "2026-11-21T07:31:02.123Z", "id": "c-1"});
    for (typed, ack) in [
        ("one", said(6, "al", "one", Some("c-1"))),
        ("/msg bob one", whispered),
    ] {
        let mut script = Script::in_lobby();
        script.types(typed);
        script.types("two");
        assert_eq!(sent(&script.hears(&ack)), [say("two", "c-2")], "{typed}");
    }
}

#[test]
fn another_persons_line_with_our_id_is_no_acknowledgement() {
    let mut script = Script::in_lobby();
    script.types("one");
    script.types("two");
    let effects = script.hears(&said(6, "mallory", "other", Some("c-1")));
    assert_eq!(shown(&effects), ["07:31 mallory: other"]);
    assert!(sent(&effects).is_empty());
}

#[test]
fn another_history_shows_only_what_is_later() {
    let mut script = Script::in_lobby();
    script.hears(&said(6, "bob", "known", None));
    script.happens(Input::Closed(Some((CloseCode::GOING_AWAY, String::new()))));
    script.connect("s2");
    let mut later = said(2, "bob", "new", None);
    later["at"] = json!("2026-11-22T00:00:00.000Z");
    let event = json!({"type": "joined", "room": "lobby", "name": "ada", "people": ["ada"], "count": 1,
        "epoch": "e2", "seq": 2, "messages": [said(1, "bob", "known", None), later], "lost": true});
    let effects = script.hears(&event);
    assert_eq!(
        shown(&effects),
        [
            "* lobby: some lines were missed and cannot be shown",
            "* Sunday, 22 November 2026",
            "00:00 bob: new"
        ]
    );
}

#[test]
fn an_end_that_is_final() {
    for code in [4001, 1003, 1002] {
        let code = CloseCode::new(code).expect("it may travel");
        let effects = Script::in_lobby().happens(Input::Closed(Some((code, "why".to_owned()))));
        assert!(
            matches!(effects[..], [Effect::End(Err(_))]),
            "{code:?}: {effects:?}"
        );
    }
    // Thrown out: back, but not at once.
    let reason = Some((CloseCode::POLICY_VIOLATION, String::new()));
    let effects = Script::in_lobby().happens(Input::Closed(reason));
    assert!(
        effects.contains(&Effect::Connect(Duration::from_secs(16))),
        "{effects:?}"
    );
}
