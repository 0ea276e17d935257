//! Half a handshake as text for a person: its lines, and the rules that they keep or break.

use super::show::{Painter, ends};
use crate::Role;
use crate::cli::terminal::escape;
use crate::inspect::{HttpRecord, HttpVerdict, explanations};
use crate::protocol::http::{HeadLimits, RequestHead};
use crate::protocol::{Upgrade, accept_key};

/// The rows of a request or response, each with its line end.
pub(super) fn show_http(record: &HttpRecord, painter: Painter) -> String {
    let (name, sender) = match record.is_request() {
        true => ("request", Role::Client),
        false => ("response", Role::Server),
    };
    let head = String::from_utf8_lossy(&record.hex.0);
    let size = record.hex.0.len();
    let heading = format!("{name} · {size} bytes · {}", ends(sender));
    let mut rows = vec![painter.bold(&heading)];
    let lines = head.lines().filter(|line| !line.is_empty());
    rows.extend(lines.map(|line| format!("  {}", escape(line))));
    rows.extend(record.checks.iter().map(|check| {
        let known = explanations().header(check.h);
        let sentence = known.map_or("", |known| &known.sentence);
        let row = format!("{:<24} {sentence} §{}", check.h, check.rule);
        match (check.ok, known.and_then(|known| known.without.as_deref())) {
            (true, _) => format!("{} {row}", painter.right("✓")),
            (false, None) => painter.wrong(&format!("✕ {row}")),
            (false, Some(without)) => painter.wrong(&format!("✕ {row} If not: {without}")),
        }
    }));
    rows.extend(answer(record));
    rows.push(match &record.verdict {
        HttpVerdict::Right => painter.right("verdict: ok"),
        wrong => painter.wrong(&verdict(wrong)),
    });
    rows.join("\n") + "\n"
}

/// What the accept key is, or would have to be.
fn answer(record: &HttpRecord) -> Option<String> {
    if let Some(steps) = &record.accept {
        return Some(format!("{} is answered by {}", steps.key, steps.accept));
    }
    let head = RequestHead::parse(&record.hex.0, HeadLimits::DEFAULT).ok()?;
    let key = head.headers.once("Sec-WebSocket-Key").ok()??;
    Upgrade::check(&head).ok()?;
    Some(format!("{key} has to be answered by {}", accept_key(key)))
}

fn verdict(verdict: &HttpVerdict) -> String {
    match verdict {
        HttpVerdict::Right => "verdict: ok".to_owned(),
        HttpVerdict::Unfinished => {
            "verdict: incomplete, the blank line that ends it is missing".to_owned()
        }
        HttpVerdict::Request(error) => {
            let (status, section) = (error.status(), error.section());
            format!("verdict: {error} → {status} ({section})")
        }
        HttpVerdict::Response(error) => {
            format!("verdict: {error} → no connection ({})", error.section())
        }
    }
}
