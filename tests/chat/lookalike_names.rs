//! Spellings of one name, names that look alike, and names of every script.

use crate::kit::client::chat::{ChatClient, two_in_a_room, unique};
use crate::kit::server::shared::SharedServer;
use libtest_mimic::Trial;
use serde_json::json;
use std::sync::Arc;

/// Two spellings of one name, or two names that look alike; what the refusal of the second says.
const ONE_NAME: [(&str, &str, &str); 16] = [
    ("ada", "ADA", "is taken"),
    ("Ren\u{e9}", "Rene\u{301}", "is taken"),
    ("Rene\u{301}", "REN\u{c9}", "is taken"),
    ("Ädä", "ädä", "is taken"),
    ("Kim", "\u{212a}im", "is taken"),
    ("ada", "ａｄａ", "is taken"),
    ("fin", "ﬁn", "is taken"),
    ("Straße", "STRASSE", "is taken"),
    ("Κώστας", "ΚΏΣΤΑΣ", "is taken"),
    ("ada", "аda", "looks like"), // Cyrillic а
    ("аda", "ada", "looks like"),
    ("modern", "modem", "looks like"),
    ("al", "a1", "looks like"),
    ("Al", "AI", "looks like"),       // a small L, a capital i
    ("Tom", "Тom", "looks like"),     // Cyrillic Т: small т is not like t
    ("Hanna", "Ηanna", "looks like"), // Greek Η: small η is like n, but ν is not
];

/// Names that are similar, and may belong to two people.
const TWO_NAMES: [(&str, &str); 8] = [
    ("ada", "ädä"),
    ("eva", "ena"),
    ("ali", "all"),
    ("Мария", "Maria"),
    ("Вова", "Vova"),
    ("山田", "山口"),
    ("नीरज", "नीरजा"),
    ("ada🦆", "ada🦊"),
];

pub(crate) fn rows(server: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = Vec::new();
    for (held, wanted, told) in ONE_NAME {
        let name = format!("names: {wanted} is {held}").replace("e\u{301}", "e+U+0301");
        let is_one = move |server: &SharedServer| assert_one(server, held, wanted, told);
        rows.push(server.row(&name, is_one));
    }
    for (held, wanted) in TWO_NAMES {
        let are_two = move |server: &SharedServer| {
            let (held, wanted) = same_number(held, wanted);
            let room = unique("room");
            let mut ada = ChatClient::connect(server.addr());
            ada.join(&held, &room);
            ChatClient::connect(server.addr()).join(&wanted, &room);
            assert_eq!(ada.until("entered")["name"], *wanted);
        };
        let name = format!("names: {wanted} is not {held}");
        rows.push(server.row(&name, are_two));
    }
    rows.push(server.row("names: of every script", of_every_script));
    rows.push(server.row(
        "names: a whisper reaches a name in another spelling",
        |server| {
            let (mut ada, mut bob, _) = two_in_a_room(server.addr());
            let name = unique("René");
            bob.ask(json!({"type": "name", "name": name}));
            ada.until("renamed");
            for to in [name.to_uppercase(), name.replace('é', "e\u{301}")] {
                ada.ask(json!({"type": "whisper", "to": to, "text": "psst"}));
                assert_eq!(bob.until("whispered")["to"], *name);
                assert_eq!(ada.until("whispered")["to"], *name);
            }
            let to = "x".repeat(30_000);
            ada.ask(json!({"type": "whisper", "to": to, "text": "psst"}));
            assert_eq!(ada.next()["code"], "no_such_person");
        },
    ));
    rows.push(server.row(
        "names: a whisper to a name that only looks like a present one is refused",
        |server| {
            let (mut ada, mut bob, _) = two_in_a_room(server.addr());
            let (held, wanted) = same_number("modern", "modem");
            bob.ask(json!({"type": "name", "name": held}));
            ada.until("renamed");
            ada.ask(json!({"type": "whisper", "to": wanted, "text": "psst"}));
            assert_eq!(ada.next()["code"], "no_such_person");
        },
    ));
    rows
}

/// Appends one number to both, so that no other row uses these names.
fn same_number(held: &str, wanted: &str) -> (String, String) {
    let number = unique("");
    (format!("{held}{number}"), format!("{wanted}{number}"))
}

/// While one name is taken the other is refused, to a join and to a rename. Its owner may change
/// between the two, and both are free when the owner has gone.
fn assert_one(server: &SharedServer, held: &str, wanted: &str, told: &str) {
    let (held, wanted) = same_number(held, wanted);
    let (mut ada, mut bob, room) = two_in_a_room(server.addr());
    ada.ask(json!({"type": "name", "name": held}));
    bob.until("renamed");
    bob.ask(json!({"type": "name", "name": wanted}));
    let mut eve = ChatClient::connect(server.addr());
    eve.ask(json!({"type": "join", "name": wanted, "room": room}));
    for client in [&mut bob, &mut eve] {
        let error = client.next();
        assert_eq!(error["code"], "name_taken", "{error}");
        let sentence = error["message"].as_str().expect("a sentence");
        assert!(
            sentence.contains(told) && sentence.contains(&wanted),
            "{error}"
        );
    }
    ada.ask(json!({"type": "name", "name": wanted}));
    assert_eq!(bob.until("renamed")["to"], *wanted, "one's own name");
    bob.ask(json!({"type": "name", "name": held}));
    assert_eq!(bob.next()["code"], "name_taken");
    drop(ada);
    bob.until("left");
    eve.join(&held, &room);
}

fn of_every_script(server: &SharedServer) {
    let room = unique("room");
    for name in [
        "Zoë Ångström",
        "Nguyễn Thị Hạnh",
        "Дмитрий",
        "Ωμέγα",
        "עִבְרִית",
        "مُحَمَّد",
        "नीरज क्षत्रिय",
        "ကျော်", // four marks in a row, of which two stand beside the letter
        "ဖြိုး",
        "สมชายที่",
        "བཀྲ་ཤིས",
        "ಶ್ರೀನಿವಾಸ",
        "山田さん",
        "김철수",
        "🦆 duck",
        "O’Neil-Smith Jr.",
    ] {
        let joined = ChatClient::connect(server.addr()).join(name, &room);
        assert_eq!(joined["name"], *name);
    }
}
