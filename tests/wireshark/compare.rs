//! Compares the view's records of a connection with what Wireshark has found.

use crate::dissection::Direction;
use crate::sessions::Shown;
use serde_json::{Value, json};

pub(crate) fn connection(shown: &Shown, packets: &[Value]) {
    let from_client = Direction::of(packets, shown.port, "in");
    let from_server = Direction::of(packets, shown.port, "out");
    handshake(shown, &from_client, &from_server);
    assert_eq!(shown.of("drop", None), Vec::<&Value>::new());
    frames(shown, &from_client, "in");
    frames(shown, &from_server, "out");
    messages(shown, &from_client, "in");
    messages(shown, &from_server, "out");
    assert_eq!(shown.closes("client"), from_client.close_codes());
    assert_eq!(shown.closes("server"), from_server.close_codes());
    verdicts(shown, &from_client, &from_server);
}

impl Shown {
    /// The records of this kind, and of one direction or both.
    fn of(&self, kind: &str, dir: Option<&str>) -> Vec<&Value> {
        let is_one =
            |record: &&Value| record["t"] == kind && dir.is_none_or(|dir| record["dir"] == dir);
        self.records.iter().filter(is_one).collect()
    }

    /// The codes of the Closes in this direction.
    fn closes(&self, by: &str) -> Vec<u64> {
        let states = self.of("state", None).into_iter();
        let codes = states.filter(|state| state["by"] == by);
        codes.filter_map(|state| state["code"].as_u64()).collect()
    }
}

/// The handshake, byte by byte, with the request and the response in it.
fn handshake(shown: &Shown, from_client: &Direction, from_server: &Direction) {
    let (asked, answered) = (shown.of("http", Some("in")), shown.of("http", Some("out")));
    let ([asked], [answered]) = (&asked[..], &answered[..]) else {
        panic!("one of each: {asked:?} {answered:?}");
    };
    assert_eq!(asked["hex"], from_client.http_hex, "the request");
    assert_eq!(answered["hex"], from_server.http_hex, "the answer");
    let accept = &answered["accept"];
    let (request, response) = (&from_client.http, &from_server.http);
    assert_eq!(accept["key"], request["http.sec_websocket_key"]);
    assert_eq!(accept["accept"], response["http.sec_websocket_accept"]);
    // It is among the parts of the first line, which are a field without a name of its own.
    let mut lines = response.as_object().expect("fields").values();
    let status = lines.find_map(|line| line["http.response.code"].as_str());
    assert_eq!(status, Some(&*answered["status"].to_string()));
}

fn frames(shown: &Shown, found: &Direction, dir: &str) {
    let records = shown.of("frame", Some(dir));
    for (number, (record, frame)) in records.iter().zip(&found.frames).enumerate() {
        let is_greeting = (dir, number) == ("out", 0);
        for (name, expected) in frame.record(is_greeting, &shown.secrets) {
            assert!(
                record[&name] == expected,
                "{name} of frame {}, {dir}\nthe view:  {}\nWireshark: {expected}",
                number + 1,
                record[&name]
            );
        }
    }
    let own = match dir {
        "in" => shown.sent,
        _ => shown.heard,
    };
    assert_eq!(
        [records.len(), found.frames.len()],
        [own; 2],
        "{dir}: the view's and Wireshark's count, and the client's own"
    );
}

/// The frames that the view calls one message are those that Wireshark reassembled.
fn messages(shown: &Shown, found: &Direction, dir: &str) {
    let records = shown.of("frame", Some(dir));
    for (record, frame) in records.iter().zip(&found.frames) {
        let Some(text) = frame.text(&shown.secrets) else {
            continue;
        };
        // A refused frame never becomes a message, and a cut one is not complete.
        if record["verdict"]["ok"] == false || record["cut"] != 0 {
            continue;
        }
        assert_eq!(record["msg"]["last"], true, "{record}");
        let is_part = |part: &&&Value| part["msg"]["id"] == record["msg"]["id"];
        let parts = records.iter().filter(is_part);
        let parts: String = parts.filter_map(|part| part["plain"].as_str()).collect();
        assert_eq!(parts, text, "the message that ends with {record}");
    }
}

/// Wireshark has no verdicts, but it has found how the server closed: with the client's code, or with
/// that of the verdict.
fn verdicts(shown: &Shown, from_client: &Direction, from_server: &Direction) {
    let frames = shown.of("frame", None).into_iter();
    let wrong = frames.filter(|record| record["verdict"]["ok"] != true);
    let codes: Vec<&Value> = wrong.map(|record| &record["verdict"]["close"]).collect();
    let (asked, answered) = (from_client.close_codes(), from_server.close_codes());
    let expected = match asked == answered {
        true => Vec::new(),
        false => answered,
    };
    assert_eq!(json!(codes), json!(expected), "the verdicts' codes");
}
