//! J: requests that the chat refuses. The client is told why, its connection stays open, and the others
//! in the room notice nothing.

mod requests;
mod values;

use crate::kit::client::chat::{ChatClient, unique};
use crate::kit::client::target::Target;
use crate::witnessed::SharedServer;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;

/// The client that asks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    /// A client that has joined no room.
    Stranger,
    /// A client in the witness's room.
    Member,
}

/// The row's name, the client that asks, its request, and the code of the refusal. In the request
/// `{room}` stands for the room and `{witness}` for the name of a person in it: `{WITNESS}` in capitals,
/// `{ｗｉｔｎｅｓｓ}` in full width, `{wіtness}` with a Cyrillic і.
type Row = (&'static str, Who, String, Value);

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let all = [
        requests::not_requests(),
        requests::out_of_turn(),
        values::bad_names(),
        values::unfit_names(),
        values::reserved_names(),
        values::bad_lines(),
        values::bad_rooms(),
    ];
    let trials = |(name, who, request, expected): Row| {
        shared.row(name, move |target| check(target, who, &request, &expected))
    };
    let mut rows: Vec<Trial> = all.into_iter().flatten().flat_map(trials).collect();
    rows.extend(shared.row("J18 a cheep of 141 characters", |target| {
        let mut ada = ChatClient::in_room(target, "ada", "cheeper");
        ada.say("cheeper", &"ß".repeat(141));
        assert_eq!(ada.next()["code"], "text_too_long");
        ada.say_now("cheeper", &"ß".repeat(140));
    }));
    rows
}

fn check(target: Target, who: Who, request: &str, expected: &Value) {
    let room = unique("room");
    let mut witness = ChatClient::in_room(target, "witness", &room);
    let mut asker = ChatClient::connect(target);
    if who == Who::Member {
        asker.join(&unique("asker"), &room);
        witness.until("entered");
    }
    let request = request
        .replace("{room}", &room)
        .replace("{witness}", &witness.name)
        .replace("{WITNESS}", &witness.name.to_uppercase())
        .replace("{ｗｉｔｎｅｓｓ}", &in_full_width(&witness.name))
        .replace("{wіtness}", &witness.name.replace('i', "і"));
    asker.ask_text(&request);
    let mut error = asker.next();
    let told = error.as_object_mut().expect("an object");
    let sentence = told.remove("message").unwrap_or_default();
    assert!(
        sentence.as_str().is_some_and(|text| text.len() > 5),
        "{error}"
    );
    let mut expected = expected.clone();
    expected["type"] = json!("error");
    assert_eq!(error, expected);
    asker.assert_undisturbed();
    witness.assert_undisturbed();
    // The client can go on as before.
    if who == Who::Member {
        asker.say_now(&room, "still here");
    } else {
        asker.join(&unique("asker"), &room);
    }
}

/// Replaces ASCII by its full-width forms, which lie 0xfee0 further on: U+FF21 is a wide A.
fn in_full_width(name: &str) -> String {
    let wide = |character: char| char::from_u32(u32::from(character) + 0xfee0);
    name.chars().filter_map(wide).collect()
}

/// A line with an id, in the row's room.
fn say(text: &str) -> String {
    json!({"type": "say", "room": "{room}", "text": text, "id": "c1"}).to_string()
}
