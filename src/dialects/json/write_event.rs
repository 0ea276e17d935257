//! Events as JSON. Later versions only add fields.

use crate::chat::{Event, Limits, Line, Presence, RoomCount};
use crate::json::Object;

const SERVER: &str = concat!("ws101/", env!("CARGO_PKG_VERSION"));

/// Appends `event` as one object.
#[rustfmt::skip] // a table: one row an event
pub(super) fn write(event: &Event<'_>, json: &mut String) {
    match event {
        Event::Welcome { you, session, wire, limits } =>
            object(json, "welcome").number("you", *you).text("session", session).text("wire", wire)
                .text("server", SERVER).object("limits", |object| fill_limits(limits, object)),
        Event::Joined { room, name, people, epoch, seq, lines, lost } =>
            fill_people(people, object(json, "joined").text("room", room).text("name", name))
                .text("epoch", epoch).number("seq", *seq)
                .list("messages", lines, |line, json| write_line(room, line, json)).flag("lost", *lost),
        Event::Entered { room, name, person, count } =>
            object(json, "entered").text("room", room).text("name", name).text("person", person).count("count", *count),
        Event::Left { room, name, count } =>
            object(json, "left").text("room", room).text("name", name).count("count", *count),
        Event::People { room, people } =>
            fill_people(people, object(json, "people").text("room", room)),
        Event::Renamed { from, to, person, rooms } =>
            object(json, "renamed").text("from", from).text("to", to).text("person", person)
                .texts("rooms", rooms.iter().copied()),
        Event::Said { room, line } =>
            fill_line(room, line, object(json, "said")),
        Event::Whispered { from, person, to, text, at, id } =>
            object(json, "whispered").text("from", from).text("person", person).text("to", to)
                .text("text", text).text("at", at).text_if("id", *id),
        Event::Typing { room, name, active } =>
            object(json, "typing").text("room", room).text("name", name).flag("active", *active),
        Event::Notice { kind, text, topic, at } =>
            object(json, "notice").text("kind", kind).text("text", text).text_if("topic", *topic).text("at", at),
        Event::History { room, lines, more } =>
            object(json, "history").text("room", room)
                .list("messages", lines, |line, json| write_line(room, line, json)).flag("more", *more),
        Event::Rooms { rooms } =>
            object(json, "rooms").list("rooms", *rooms, write_room),
        Event::Pong { t } =>
            object(json, "pong").json("t", t),
        Event::Refused { refusal, about, id } =>
            object(json, "error").text("code", refusal.code.as_str()).text("message", &refusal.message)
                .text_if("id", *id).text_if("about", *about).number_if("retry_ms", refusal.retry_ms()),
    }
    .end();
}

fn object<'j>(json: &'j mut String, kind: &str) -> Object<'j> {
    Object::begin(json).text("type", kind)
}

/// Appends a line as it was first sent, for those who receive it later.
fn write_line(room: &str, line: &Line, json: &mut String) {
    fill_line(room, line, object(json, "said")).end();
}

fn fill_line<'j>(room: &str, line: &Line, object: Object<'j>) -> Object<'j> {
    object
        .text("room", room)
        .number("seq", line.seq)
        .text("from", line.from.as_str())
        .text("text", &line.text)
        .text("at", &line.at)
        .text_if("id", line.id.as_deref())
}

/// The names of the people in a room, their public ids in the same order, and how many they are.
fn fill_people<'j>(people: &[Presence], object: Object<'j>) -> Object<'j> {
    object
        .texts("people", people.iter().map(|one| one.name.as_str()))
        .texts("persons", people.iter().map(|one| &*one.person))
        .count("count", people.len())
}

fn write_room(room: &RoomCount, json: &mut String) {
    Object::begin(json)
        .text("room", &room.room)
        .count("count", room.count)
        .end();
}

fn fill_limits<'j>(limits: &Limits, object: Object<'j>) -> Object<'j> {
    object
        .count("name", limits.name)
        .count("room", limits.room)
        .count("text", limits.text)
        .count("id", limits.id)
        .number("message", limits.message)
        .number("history", limits.history)
        .count("rooms", limits.rooms)
        .number_if("says_per_second", limits.says_per_second)
        .number_if("burst", limits.burst)
}

#[cfg(test)]
pub(crate) mod tests;
