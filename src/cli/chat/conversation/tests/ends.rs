//! How a conversation ends: when it is asked to, and when it must.

use super::commands::person;
use super::{Play, sent};
use crate::CloseCode;
use crate::cli::chat::conversation::{Act, Happening};
use serde_json::json;
use std::time::Duration;

fn lost() -> Happening {
    Happening::Lost("gone".to_owned())
}

fn failed(why: &str) -> Act {
    Act::End(Err(why.to_owned()))
}

/// What a person does to go, and what may come in place of the server's answer.
#[test]
fn a_person_who_goes_waits_for_the_servers_close_only_so_long() {
    let goings: [fn(&mut Play) -> Vec<Act>; 3] = [
        |play| play.types("/quit"),
        |play| play.happens(Happening::InputEnded),
        |play| play.happens(Happening::Interrupt),
    ];
    let ends: [fn(&mut Play) -> Vec<Act>; 4] = [
        |play| play.happens(Happening::Closed(Some((CloseCode::NORMAL, String::new())))),
        |play| play.happens(lost()),
        |play| play.happens(Happening::Interrupt),
        |play| {
            assert!(play.passes(Duration::from_millis(4999)).is_empty());
            play.passes(Duration::from_millis(1))
        },
    ];
    for (going, go) in goings.iter().enumerate() {
        for (end, end_comes) in ends.iter().enumerate() {
            let mut play = person();
            assert_eq!(go(&mut play), [Act::Close], "going {going}");
            let until = play.now + Duration::from_secs(5);
            assert_eq!(play.conversation.wake_at(), Some(until), "going {going}");
            let acts = end_comes(&mut play);
            assert_eq!(acts, [Act::End(Ok(()))], "going {going}, end {end}");
        }
    }
}

#[test]
fn what_was_not_said_is_counted() {
    for (lines, why) in [
        (1, "one line was not said"),
        (2, "2 lines were not said"),
        (3, "3 lines were not said"),
    ] {
        let mut play = Play::in_lobby();
        for _ in 0..lines {
            play.types("hi");
        }
        play.happens(Happening::Interrupt);
        assert_eq!(play.happens(lost()), [failed(why)]);
    }
}

#[test]
fn a_connection_that_never_was_is_not_tried_again() {
    for interactive in [false, true] {
        let mut play = Play::new(interactive, &["lobby"]);
        assert_eq!(play.happens(lost()), [failed("gone")]);
        let mut play = Play::new(interactive, &["lobby"]);
        play.connect("s1");
        let acts = play.happens(Happening::Closed(None));
        let why = "the server closed it without a reason";
        assert_eq!(acts, [failed(why)], "before it was in a room");
    }
}

#[test]
fn a_pipe_gives_up_after_a_minute_and_a_person_does_not() {
    let almost = Duration::from_millis(59_999);
    for (mut play, gives_up) in [(Play::in_lobby(), true), (person(), false)] {
        play.happens(lost());
        play.passes(almost);
        assert!(matches!(play.happens(lost())[..], [Act::Connect(_)]));
        play.passes(Duration::from_millis(1));
        let acts = play.happens(lost());
        if gives_up {
            assert_eq!(acts, [failed("the connection is lost: gone")]);
        } else {
            assert!(matches!(acts[..], [Act::Connect(_)]), "{acts:?}");
        }
    }
}

#[test]
fn while_the_connection_is_lost() {
    let mut play = person();
    play.types("/rooms");
    let acts = play.happens(lost());
    let unanswered = Act::Note("* the last command was not answered".to_owned());
    assert!(acts.contains(&unanswered), "{acts:?}");
    let acts = play.types("/nick grace");
    let not_now = Act::Note("* not now: there is no connection".to_owned());
    assert!(acts.contains(&not_now), "{acts:?}");
    play.types("later");

    // Another person has the name by now: a different one can be chosen.
    play.connect("s2");
    let taken = json!({"type": "error", "code": "name_taken", "message": "taken", "about": "join"});
    let acts = play.hears(&taken);
    assert!(
        acts.contains(&Act::Note("* taken: /nick NAME".to_owned())),
        "{acts:?}"
    );
    let acts = play.types("/nick grace");
    assert_eq!(sent(&acts)[0]["name"], "grace");
    let acts = play.joined("lobby", "e1", 5, &[]);
    assert!(
        acts.contains(&Act::Note("* connected again".to_owned())),
        "{acts:?}"
    );
    assert_eq!(sent(&acts)[0]["text"], "later");
}

#[test]
fn a_person_who_goes_while_the_connection_is_lost() {
    let mut person = person();
    person.types("hi");
    person.happens(lost());
    let acts = person.happens(Happening::InputEnded);
    assert_eq!(acts, [failed("one line was not said")]);

    let mut pipe = Play::in_lobby();
    pipe.types("hi");
    pipe.happens(lost());
    assert!(
        pipe.happens(Happening::InputEnded).is_empty(),
        "its line waits"
    );
    pipe.connect("s2");
    let acts = pipe.joined("lobby", "e1", 5, &[]);
    assert_eq!(sent(&acts)[0]["text"], "hi");
}
