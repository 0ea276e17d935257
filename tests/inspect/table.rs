//! The rows that every level shares, as `ws101 inspect` explains their bytes.

use crate::kit::bytes::{Seen, digits};
use crate::rows::{self, Outcome, Row, Step};
use crate::{records, row, shown};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use ws101::protocol::Role;

pub(crate) fn rows() -> Vec<Trial> {
    rows::all().into_iter().map(inspected).collect()
}

fn inspected(shared: Row) -> Trial {
    let (id, title) = (shared.id, &shared.title);
    row(format!("{id} {title}"), move || {
        let from = match shared.from {
            Role::Client => "client",
            Role::Server => "server",
        };
        let arguments = ["--from", from, "-"];
        let bytes = digits(&shared.bytes);
        match shared.outcome {
            Outcome::Refused { rule, .. } => refused(&arguments, bytes.as_bytes(), rule),
            Outcome::Taken(steps) => taken(&arguments, &bytes, &steps),
        }
    })
}

/// The last frame is refused, and the text agrees with the JSON.
pub(crate) fn refused(arguments: &[&str], input: &[u8], rule: &rows::Rule) {
    let rows::Rule {
        name,
        section,
        close,
    } = rule;
    let records = records(arguments, input, 1);
    let (last, before) = records.split_last().expect("a record");
    let verdict = json!({"ok": false, "rule": name, "section": section, "close": close});
    let mut found = last["verdict"].clone();
    if *name == "utf8" {
        // Why, and where: see the rows of `utf8`.
        let found = found.as_object_mut().expect("an object");
        found.retain(|key, _| !["why", "byte", "at"].contains(&key.as_str()));
    }
    assert_eq!(found, verdict, "{last}");
    assert!(
        before.iter().all(|record| record["verdict"]["ok"] == true),
        "{before:?}"
    );
    let words = shown(arguments, input, 1);
    let ending = format!(" → Close {close} (§{section})");
    let verdicts: Vec<&str> = words
        .lines()
        .filter(|line| line.starts_with("verdict: "))
        .collect();
    let (last, before) = verdicts.split_last().expect("a verdict");
    assert!(last.ends_with(&ending), "{words}");
    assert!(before.iter().all(|line| *line == "verdict: ok"), "{words}");
}

/// Every frame up to a Close is shown.
fn taken(arguments: &[&str], bytes: &str, steps: &[Step]) {
    let end = steps.iter().position(Step::is_end);
    let steps = &steps[..end.map_or(steps.len(), |end| end + 1)];
    let mut places = Places::default();
    let frames = steps.iter().map(|step| {
        let place = places.of(step);
        (step.first & 0x0f, step.payload.clone(), place)
    });
    assert_frames(arguments, bytes, &frames.collect::<Vec<_>>());
}

/// A frame's opcode, its payload, and its place in a message.
pub(crate) type Frame = (u8, Vec<u8>, Value);

/// The records are of these frames, which break no rule, and show the bytes that came.
pub(crate) fn assert_frames(arguments: &[&str], bytes: &str, frames: &[Frame]) {
    let records = records(arguments, bytes.as_bytes(), 0);
    assert_eq!(records.len(), frames.len(), "{records:?}");
    let mut shown = String::new();
    for (number, (record, (opcode, payload, place))) in records.iter().zip(frames).enumerate() {
        assert_eq!(record["n"], number + 1);
        assert_eq!(record["verdict"], json!({"ok": true}));
        assert_eq!(record["fields"][2]["value"], *opcode, "{record}");
        assert_eq!(record["msg"], *place, "{record}");
        let plain = record["plain"].as_str().expect("digits");
        if record["cut"] == 0 {
            assert_eq!(plain, digits(payload));
            shown += record["hex"].as_str().expect("digits");
        } else {
            assert!(digits(payload).starts_with(&plain[..4_000]));
            assert!(digits(payload).ends_with(&plain[plain.len() - 128..]));
        }
    }
    assert!(bytes.starts_with(&shown));
}

/// Which part of which message the next frame is.
#[derive(Default)]
struct Places {
    message: u64,
    part: u64,
}

impl Places {
    fn of(&mut self, step: &Step) -> Value {
        if step.first & 0x08 != 0 {
            return Value::Null; // a control frame is no part of a message
        }
        let last = step.first & 0x80 != 0;
        assert_eq!(
            last,
            matches!(step.event, Some(Seen::Text(_) | Seen::Binary(_)))
        );
        if step.first & 0x0f != 0 {
            (self.message, self.part) = (self.message + 1, 0);
        }
        self.part += 1;
        json!({"id": self.message, "part": self.part, "last": last})
    }
}
