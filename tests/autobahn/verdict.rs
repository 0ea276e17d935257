//! What counts as right. The suite's own judgement is taken at its strictest, and one rule is
//! added: a connection that fails must say why (§7.1.7), so in every case exactly one Close is sent.
//!
//! The suite's report on a case is JSON. These of its fields are judged:
//!
//! | field | says |
//! |---|---|
//! | `behavior` | what came back, as a whole: OK, NON-STRICT, INFORMATIONAL, FAILED |
//! | `behaviorClose` | the mark for the end: who closed, how, with which code |
//! | `rxFrameStats` | how many frames the suite received of each opcode; `"8"` is Close |
//! | `remoteCloseCode` | the code in our Close; null if none came, or an empty one |
//! | `expectedClose` | what the suite asks for: `requireClean` is false where it has broken a rule and lets us drop the connection too; `closeCode` lists the codes it takes |

use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The cases for which RFC 6455 has no single answer: a Close right after a long message, and close
/// codes from 5000 on. The suite reports what we do, and does not judge.
const INFORMATIONAL: [&str; 3] = ["7.1.6", "7.13.1", "7.13.2"];

/// The codes that accuse the other side: it broke the protocol, its text is not UTF-8. §7.4.1.
const ACCUSATIONS: [u64; 2] = [1002, 1007];

/// The strictest judgement on one case.
pub(crate) fn judge(id: &str, report: &Value) -> Result<(), String> {
    let best = expected_mark(id);
    for (mark, why) in [("behavior", "result"), ("behaviorClose", "resultClose")] {
        if report[mark] != best {
            let (met, why) = (&report[mark], &report[why]);
            return Err(format!("{mark} is {met}, not {best:?}: {why}"));
        }
    }
    let closes = &report["rxFrameStats"]["8"];
    if closes != 1 {
        return Err(format!(
            "one Close must be sent, the suite received {closes}"
        ));
    }
    if report["expectedClose"]["requireClean"] == false {
        let code = &report["remoteCloseCode"];
        let accepted = report["expectedClose"]["closeCode"].as_array();
        if !accepted.is_some_and(|codes| codes.contains(code))
            || !ACCUSATIONS.iter().any(|accusation| code == accusation)
        {
            return Err(format!(
                "our Close says {code}, of {accepted:?} and {ACCUSATIONS:?}"
            ));
        }
    }
    Ok(())
}

fn expected_mark(id: &str) -> &'static str {
    if INFORMATIONAL.contains(&id) {
        "INFORMATIONAL"
    } else {
        "OK"
    }
}

/// How often the suite gave which mark.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tally(BTreeMap<String, usize>);

impl Tally {
    /// What the suite found.
    pub(crate) fn of(cases: &[&str], reports: &BTreeMap<&str, Value>) -> Self {
        Self::count(cases.iter().map(|&id| {
            let mark = reports
                .get(id)
                .and_then(|report| report["behavior"].as_str());
            mark.unwrap_or("MISSING")
        }))
    }

    /// What it should find.
    pub(crate) fn expected(cases: &[&str]) -> Self {
        Self::count(cases.iter().map(|&id| expected_mark(id)))
    }

    fn count<'a>(marks: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = BTreeMap::new();
        for mark in ["OK", "NON-STRICT", "INFORMATIONAL"] {
            counts.insert(mark.to_owned(), 0);
        }
        for mark in marks {
            *counts.entry(mark.to_owned()).or_default() += 1;
        }
        Self(counts)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<_> = self
            .0
            .iter()
            .map(|(mark, count)| format!("{count} {mark}"))
            .collect();
        f.write_str(&counts.join(", "))
    }
}

/// Is the verdict as strict as it says? Each row changes one thing in a report that passes.
pub(crate) fn rows() -> Vec<Trial> {
    // A case in which the suite breaks a rule, one in which it does not, one without an answer.
    const BROKEN: &str = "2.5";
    const CLEAN: &str = "1.1.1";
    const OPEN: &str = "7.13.1";
    type Row = (&'static str, &'static str, fn(&mut Value), bool);
    let rows: [Row; 12] = [
        ("a broken rule is answered", BROKEN, |_| {}, true),
        ("a clean end", CLEAN, |_| {}, true),
        ("an open question", OPEN, |_| {}, true),
        (
            "not strict",
            CLEAN,
            |r| r["behavior"] = json!("NON-STRICT"),
            false,
        ),
        (
            "informational, but not open",
            CLEAN,
            |r| r["behavior"] = json!("INFORMATIONAL"),
            false,
        ),
        (
            "failed, though open",
            OPEN,
            |r| r["behavior"] = json!("FAILED"),
            false,
        ),
        (
            "the other end closed",
            CLEAN,
            |r| r["behaviorClose"] = json!("FAILED BY CLIENT"),
            false,
        ),
        (
            "dropped in silence",
            BROKEN,
            |r| r["rxFrameStats"] = json!({}),
            false,
        ),
        (
            "closed twice",
            BROKEN,
            |r| r["rxFrameStats"]["8"] = json!(2),
            false,
        ),
        (
            "an empty Close gives no reason",
            BROKEN,
            |r| r["remoteCloseCode"] = Value::Null,
            false,
        ),
        (
            "an empty Close ends well",
            CLEAN,
            |r| r["remoteCloseCode"] = Value::Null,
            true,
        ),
        (
            "code 5000 is echoed",
            OPEN,
            |r| r["remoteCloseCode"] = json!(5000),
            false,
        ),
    ];
    let test = |(name, id, change, passes): Row| {
        Trial::test(format!("verdict: {name}"), move || {
            let mut report = passing_report(id);
            change(&mut report);
            match judge(id, &report) {
                Ok(()) if !passes => Err(format!("it passes: {report}").into()),
                Err(reason) if passes => Err(reason.into()),
                _ => Ok(()),
            }
        })
    };
    rows.into_iter().map(test).collect()
}

fn passing_report(id: &str) -> Value {
    let (codes, code) = match id {
        "1.1.1" => (json!([1000]), 1000),
        "7.13.1" => (json!([1000, 5000, 1002]), 1002),
        _ => (json!([1002]), 1002),
    };
    json!({
        "behavior": expected_mark(id),
        "behaviorClose": expected_mark(id),
        "expectedClose": { "closeCode": codes, "requireClean": code == 1000 },
        "remoteCloseCode": code,
        "rxFrameStats": { "1": 1, "8": 1 },
    })
}
