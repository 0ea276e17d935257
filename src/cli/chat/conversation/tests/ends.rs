//! How a conversation ends: when it is asked to, and when it must.

use super::commands::person;
use super::{Script, sent};
use crate::CloseCode;
use crate::cli::chat::conversation::{Effect, Input};
use serde_json::json;
use std::time::Duration;

fn lost() -> Input {
    Input::Lost("gone".to_owned())
}

fn failed(why: &str) -> Effect {
    Effect::End(Err(why.to_owned()))
}

/// The ways to leave, and what may come in place of the server's answer.
#[test]
fn a_person_who_goes_waits_for_the_servers_close_only_so_long() {
    let goings: [fn(&mut Script) -> Vec<Effect>; 3] = [
        |script| script.types("/quit"),
        |script| script.happens(Input::End),
        |script| script.happens(Input::Interrupt),
    ];
    let ends: [fn(&mut Script) -> Vec<Effect>; 4] = [
        |script| script.happens(Input::Closed(Some((CloseCode::NORMAL, String::new())))),
        |script| script.happens(lost()),
        |script| script.happens(Input::Interrupt),
        |script| {
            assert!(script.passes(Duration::from_millis(4999)).is_empty());
            script.passes(Duration::from_millis(1))
        },
    ];
    for (going, go) in goings.iter().enumerate() {
        for (end, end_comes) in ends.iter().enumerate() {
            let mut script = person();
            assert_eq!(go(&mut script), [Effect::Close], "going {going}");
            let until = script.now + Duration::from_secs(5);
            assert_eq!(script.conversation.wake_at(), Some(until), "going {going}");
            let effects = end_comes(&mut script);
            assert_eq!(effects, [Effect::End(Ok(()))], "going {going}, end {end}");
        }
    }
}

#[test]
fn what_was_not_said_is_counted() {
    for (lines, why) in [
        (1, "one line was not sent"),
        (2, "2 lines were not sent"),
        (3, "3 lines were not sent"),
    ] {
        let mut script = Script::in_lobby();
        for _ in 0..lines {
            script.types("hi");
        }
        script.happens(Input::Interrupt);
        assert_eq!(script.happens(lost()), [failed(why)]);
    }
}

#[test]
fn a_connection_that_never_was_is_not_tried_again() {
    for interactive in [false, true] {
        let mut script = Script::new(interactive, &["lobby"]);
        assert_eq!(script.happens(lost()), [failed("gone")]);
        let mut script = Script::new(interactive, &["lobby"]);
        script.connect("s1");
        let effects = script.happens(Input::Closed(None));
        let why = "the server closed it without a reason";
        assert_eq!(effects, [failed(why)], "before it was in a room");
    }
}

#[test]
fn a_pipe_gives_up_after_a_minute_and_a_person_does_not() {
    let almost = Duration::from_millis(59_999);
    for (mut script, gives_up) in [(Script::in_lobby(), true), (person(), false)] {
        script.happens(lost());
        script.passes(almost);
        assert!(matches!(script.happens(lost())[..], [Effect::Connect(_)]));
        script.passes(Duration::from_millis(1));
        let effects = script.happens(lost());
        if gives_up {
            assert_eq!(effects, [failed("the connection is lost: gone")]);
        } else {
            assert!(matches!(effects[..], [Effect::Connect(_)]), "{effects:?}");
        }
    }
}

#[test]
fn while_the_connection_is_lost() {
    let mut script = person();
    script.types("/rooms");
    let effects = script.happens(lost());
    let unanswered = Effect::Note("* the last command was not answered".to_owned());
    assert!(effects.contains(&unanswered), "{effects:?}");
    let effects = script.types("/nick grace");
    let not_now = Effect::Note("* not now: there is no connection".to_owned());
    assert!(effects.contains(&not_now), "{effects:?}");
    script.types("later");

    // Another person has the name by now: a different one can be chosen.
    script.connect("s2");
    let taken = json!({"type": "error", "code": "name_taken", "message": "taken", "about": "join"});
    let effects = script.hears(&taken);
    assert!(
        effects.contains(&Effect::Note("* taken: /name NAME".to_owned())),
        "{effects:?}"
    );
    let effects = script.types("/nick grace");
    assert_eq!(sent(&effects)[0]["name"], "grace");
    let effects = script.joined("lobby", "e1", 5, &[]);
    assert!(
        effects.contains(&Effect::Note("* connected again".to_owned())),
        "{effects:?}"
    );
    assert_eq!(sent(&effects)[0]["text"], "later");
}

#[test]
fn a_person_who_goes_while_the_connection_is_lost() {
    let mut person = person();
    person.types("hi");
    person.happens(lost());
    let effects = person.happens(Input::End);
    assert_eq!(effects, [failed("one line was not sent")]);

    let mut pipe = Script::in_lobby();
    pipe.types("hi");
    pipe.happens(lost());
    assert!(pipe.happens(Input::End).is_empty(), "its line waits");
    pipe.connect("s2");
    let effects = pipe.joined("lobby", "e1", 5, &[]);
    assert_eq!(sent(&effects)[0]["text"], "hi");
}
