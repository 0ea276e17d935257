//! What is said, as JSON: the same fields, in the same order, that ws101 sends.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::SystemTime;

/// What a client sends.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    text: Cow<'a, str>,
}

/// What everyone is sent.
#[derive(Serialize)]
struct Said<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    room: &'static str,
    seq: u64,
    from: &'a str,
    text: &'a str,
    at: String,
}

/// The text that is to be said. Anything but `{"type":"say","text":…}` is passed over.
pub(crate) fn parse(json: &str) -> Option<String> {
    let request: Request<'_> = serde_json::from_str(json).ok()?;
    (request.kind == "say").then(|| request.text.into_owned())
}

/// Stamped with who said it, and when.
pub(crate) fn said(seq: u64, from: &str, text: &str) -> String {
    let said = Said {
        kind: "said",
        room: "lobby",
        seq,
        from,
        text,
        at: humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
    };
    serde_json::to_string(&said).expect("strings and numbers are always JSON")
}
