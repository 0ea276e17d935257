//! How the server is doing, in the text format that Prometheus reads.

use super::shared::Shared;
use crate::protocol::http::Response;
use std::fmt::Write;

/// Name, kind, what it is, how much.
type Metric = (&'static str, &'static str, &'static str, u64);

/// What `/metrics` shows.
pub(super) fn page(shared: &Shared) -> Response {
    let mut text = String::new();
    for (name, kind, help, value) in metrics(shared) {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "# HELP ws101_{name} {help}\n# TYPE ws101_{name} {kind}"
        );
        let _ = writeln!(text, "ws101_{name} {value}");
    }
    let name = "ws101_refused_requests_total";
    let _ = writeln!(
        text,
        "# HELP {name} Requests and handshakes that were refused."
    );
    let _ = writeln!(text, "# TYPE {name} counter");
    for ((status, reason), count) in shared.refusals.lock().iter() {
        let _ = writeln!(
            text,
            "{name}{{status=\"{status}\",reason=\"{reason}\"}} {count}"
        );
    }
    Response::new(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        text.into_bytes(),
    )
    .header("Cache-Control", "no-store")
}

fn metrics(shared: &Shared) -> Vec<Metric> {
    let (chat, write_limits, budget) = (shared.chat.stats(), &shared.write_limits, &shared.budget);
    let gauge = |name, help, value: usize| (name, "gauge", help, value as u64);
    let counter = |name, help, value| (name, "counter", help, value);
    let open = shared.connections.len();
    let mut metrics = vec![
        gauge("connections", "Connections that are open.", open),
        gauge("people", "Those that have a name in the chat.", chat.people),
        gauge("rooms", "Rooms of the chat.", chat.rooms),
        counter("messages_total", "Lines that were said.", chat.said),
        counter(
            "evictions_total",
            "Clients that did not keep up.",
            write_limits.evicted(),
        ),
        counter(
            "queue_drops_total",
            "Messages that were dropped with them.",
            write_limits.dropped(),
        ),
        gauge(
            "watchers",
            "Connections to /ws/wire.",
            shared.tickets.watchers(),
        ),
        counter(
            "watch_drops_total",
            "Frames that watchers missed, for they were slower than what they watch.",
            shared.tickets.missed(),
        ),
    ];
    let help = "Memory that large messages take.";
    metrics.push(gauge("large_message_bytes", help, budget.taken()));
    let (refused, help) = (budget.refusals(), "How often none was left for one.");
    metrics.push(counter("large_message_refusals_total", help, refused));
    if let Some(degraded) = chat.history_degraded {
        let help = "1 while the history file cannot be written.";
        metrics.push(gauge("history_degraded", help, degraded.into()));
    }
    metrics
}
