//! A line as the history file keeps it: one JSON object, on a line of its own.

use crate::chat::event::Line;
use crate::json::Object;

/// Appends the record of a line that was said in `room`.
pub(in crate::chat) fn write(room: &str, line: &Line, json: &mut String) {
    Object::begin(json)
        .text("type", "said")
        .text("room", room)
        .number("seq", line.seq)
        .text("from", line.from.as_str())
        .text("text", &line.text)
        .text("at", &line.at)
        .text_if("id", line.id.as_deref())
        .end();
}
