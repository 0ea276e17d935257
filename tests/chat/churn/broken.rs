//! Checks of the churn: for each way in which a server can be wrong, a server that is, and what the
//! clients' accounts say of it.

use super::ledger::{Account, Ledger, View};
use super::tampering_proxy::{self, Edited, Side, VICTIM};
use super::{ROOMS, Round};
use crate::kit::server::Server;
use crate::kit::table::row;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) fn rows() -> Vec<Trial> {
    let on_the_wire = FAULTS.map(|(what, change, found)| {
        row(format!("churn would notice: {what}"), move || {
            notice_on_the_wire(change, found);
        })
    });
    let mut rows = vec![row(
        "churn would notice: nothing, of a proxy that changes nothing",
        || {
            let told = meddle(|_, value| Some(pass(value)));
            told.expect("nothing is wrong");
        },
    )];
    rows.extend(on_the_wire);
    rows.push(row(
        "churn would notice: what is wrong in the accounts",
        notice_in_the_accounts,
    ));
    rows
}

/// Changes one event or request, if it is of the right kind, when its turn has come.
type Change = fn(Side, Value) -> Option<Edited>;

/// What the server does to one client, and what that client, or the comparison of all, finds.
const FAULTS: [(&str, Change, &str); 14] = [
    (
        "a line that one does not hear",
        |_, event| is_others_line(&event).then(Edited::default),
        "comes after",
    ),
    (
        "a line that one hears twice",
        |_, event| {
            is_others_line(&event).then(|| Edited {
                on: vec![event.clone(), event],
                ..Edited::default()
            })
        },
        "comes after",
    ),
    (
        "an acknowledgement that comes twice",
        |_, event| {
            is_own_line(&event).then(|| Edited {
                on: vec![event.clone(), event],
                ..Edited::default()
            })
        },
        "comes again without being asked for",
    ),
    (
        "an acknowledgement that does not come",
        |_, event| is_own_line(&event).then(Edited::default),
        "comes after",
    ),
    (
        "an acknowledgement with another number",
        |_, event| is_own_line(&event).then(|| with(event, "seq", |seq| number(seq, 1))),
        "comes after",
    ),
    (
        "a number that was given before, as after a restart that forgot it",
        |_, event| is_others_line(&event).then(|| with(event, "seq", |seq| number(seq, -1))),
        "comes after",
    ),
    (
        "a line that one hears as another",
        |_, mut event| {
            event["id"] = json!("forged");
            is_others_line(&event).then(|| with(event, "text", |_| json!("forged")))
        },
        "where others saw",
    ),
    (
        "a line with the text of another",
        |_, event| is_others_line(&event).then(|| with(event, "text", |_| json!("forged"))),
        "text and id differ",
    ),
    (
        "a line that is said twice, under two numbers",
        |side, request| {
            let mut twin = request.clone();
            twin["id"] = json!("twin");
            is_say(side, &request).then(|| Edited {
                on: vec![request, twin],
                ..Edited::default()
            })
        },
        "text and id differ",
    ),
    (
        "two lines in another order",
        |_, event| {
            is_others_line(&event).then(|| Edited {
                later: Some(event),
                ..Edited::default()
            })
        },
        "comes after",
    ),
    (
        "a line of a room that one is not in, or has left",
        |_, event| is_others_line(&event).then(|| with(event, "room", |_| json!("elsewhere"))),
        "is in no such room",
    ),
    (
        "a whisper to another",
        |_, event| is_others_line(&event).then(|| with(event, "type", |_| json!("whispered"))),
        "whisper",
    ),
    (
        "a refusal without a reason",
        |_, event| is_own_line(&event).then(|| with(event, "type", |_| json!("error"))),
        "was refused",
    ),
    (
        "a line that is acknowledged and not said",
        |side, request| {
            is_say(side, &request).then(|| Edited {
                back: vec![
                    json!({"type": "said", "room": request["room"], "from": VICTIM,
                    "text": request["text"], "id": request["id"]}),
                ],
                ..Edited::default()
            })
        },
        "comes after",
    ),
];

fn pass(value: Value) -> Edited {
    Edited {
        on: vec![value],
        ..Edited::default()
    }
}

fn with(mut event: Value, field: &str, change: impl FnOnce(&Value) -> Value) -> Edited {
    event[field] = change(&event[field]);
    pass(event)
}

fn number(seq: &Value, more: i64) -> Value {
    json!(seq.as_i64().expect("a number") + more)
}

fn is_say(side: Side, request: &Value) -> bool {
    side == Side::Client && request["type"] == "say"
}

fn is_own_line(event: &Value) -> bool {
    event["type"] == "said" && event["from"] == VICTIM
}

fn is_others_line(event: &Value) -> bool {
    event["type"] == "said" && event["from"] != VICTIM
}

fn notice_on_the_wire(change: Change, found: &str) {
    let wrong = meddle(change).expect_err("something is wrong, and no account shows it");
    assert!(wrong.contains(found), "{wrong}");
}

/// Runs a round with a few clients, in which one thing is changed; returns what they find.
fn meddle(change: Change) -> Result<String, String> {
    let server = Server::start(&["--rate", "off"]);
    let is_done = Arc::new(AtomicBool::new(false));
    let mut fault = Fault {
        change,
        last: [0; ROOMS],
        later: None,
        is_done: Arc::clone(&is_done),
    };
    let edit = move |side, value| fault.meddle(side, value);
    // A client does not read from a connection that it has given up.
    let addr = tampering_proxy::start(server.addr(), Box::new(edit));
    let round = Round::begin(addr, 20, Some(VICTIM));
    round.wait(super::PATIENCE, |_| is_done.load(Ordering::SeqCst));
    // The next line shows it, or the comparison of the accounts does.
    round.talk(Duration::from_secs(4));
    round.conclude(server.addr())
}

/// What goes wrong, once.
struct Fault {
    change: Change,
    /// The last line of each room that the victim has received.
    last: [u64; ROOMS],
    /// A line that is held back until the next of its room.
    later: Option<Value>,
    is_done: Arc<AtomicBool>,
}

impl Fault {
    fn meddle(&mut self, side: Side, value: Value) -> Edited {
        // Some changes are not possible with the first lines.
        let is_ripe = self.last.iter().any(|seq| *seq > 3);
        let room = (0..ROOMS).find(|room| value["room"] == super::wire::room_name(*room));
        if let (Some(room), Some(seq)) = (room, value["seq"].as_u64()) {
            if seq <= self.last[room] {
                return pass(value); // an answer to what was said again
            }
            self.last[room] = seq;
        }
        let is_of_its_room = |other: &mut Value| other["room"] == value["room"];
        if is_others_line(&value)
            && let Some(other) = self.later.take_if(is_of_its_room)
        {
            let on = vec![value, other];
            return Edited {
                on,
                ..Edited::default()
            };
        }
        if !is_ripe || self.is_done.load(Ordering::SeqCst) {
            return pass(value);
        }
        let Some(mut edited) = (self.change)(side, value.clone()) else {
            return pass(value);
        };
        // A line that was never said has the number of the next one.
        for (event, room) in edited.back.iter_mut().zip(room) {
            event["seq"] = json!(self.last[room] + 1);
        }
        self.later = edited.later.take();
        self.is_done.store(true, Ordering::SeqCst);
        edited
    }
}

/// Changes the accounts of two clients that talked in one room.
type Distort = fn(&mut [Account; 2]);

/// What is changed in the second account, or in both, and what is found.
#[rustfmt::skip]
const DISTORTIONS: [(&str, Distort, &str); 9] = [
    ("nothing", |_| {}, ""),
    ("the last line is missing for one", |all| { line(&mut all[1], 4, None); }, "two lacks lines of room 0"),
    ("a line is missing for all", |all| for one in all { line(one, 2, None); }, "room 0 has gaps"),
    ("one hears two lines in another order",
     |all| { line(&mut all[1], 2, Some("one.2")); line(&mut all[1], 3, Some("two.1")); }, "two saw one.2 as line 2 of room 0"),
    ("a line is said twice", |all| for one in all { line(one, 5, Some("one.1")); }, "saw one.1 twice"),
    ("a line comes from nowhere", |all| for one in all { line(one, 5, Some("x.1")); }, "1 lines come from nowhere"),
    ("a line is acknowledged and not said", |all| all[0].acknowledged.push((0, 5, "one.3".to_owned())), "one.3 was acknowledged as 5"),
    ("a line is acknowledged under another number", |all| all[0].acknowledged[0].1 = 2, "one.1 was acknowledged as 2"),
    ("a line is acknowledged in another room", |all| all[0].acknowledged[0].0 = 1, "one.1 was acknowledged as 1"),
];

fn line(account: &mut Account, seq: u64, id: Option<&str>) {
    account.views[0].set(seq, id);
}

fn notice_in_the_accounts() {
    let accounts = ["one", "two"].map(|name| {
        let mut view = View::new(0);
        view.joined(&json!({"epoch": "e", "seq": 0, "messages": []}));
        for (seq, id) in [(1, "one.1"), (2, "two.1"), (3, "one.2"), (4, "two.2")] {
            view.take(seq, id).expect("one after the other");
        }
        let own = |turn: u64, first: u64| (0, first + 2 * (turn - 1), format!("{name}.{turn}"));
        let first = if name == "one" { 1 } else { 2 };
        Account {
            name: name.to_owned(),
            views: vec![view],
            acknowledged: vec![own(1, first), own(2, first)],
            broken_off: 0,
            said_again: 0,
        }
    });
    let ledger_of = |accounts: [Account; 2]| {
        let mut ledger = Ledger::default();
        accounts
            .into_iter()
            .for_each(|account| ledger.enter(account));
        ledger
    };
    for (what, distort, found) in DISTORTIONS {
        let mut accounts = accounts.clone();
        distort(&mut accounts);
        let wrong = ledger_of(accounts).check().err().unwrap_or_default();
        assert!(wrong.contains(found), "{what}: {wrong:?}");
        assert_eq!(wrong.is_empty(), found.is_empty(), "{what}: {wrong}");
    }
    let ledger = ledger_of(accounts);
    let people = |names: Value| ledger.check_people(0, &names, "witness");
    assert_eq!(people(json!(["two", "witness", "one"])), Ok(()));
    for wrong in [
        json!(["one"]),
        json!(["one", "two", "x"]),
        json!(["one", "two", "two"]),
    ] {
        assert!(people(wrong.clone()).is_err(), "{wrong}");
    }
}
