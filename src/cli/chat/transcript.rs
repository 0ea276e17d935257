//! The lines that the terminal shows: what was said, when, and what happened in between.

use super::server_event::Said;
use crate::cli::terminal::escape;
use crate::time::{Day, Zone};

/// Turns events into lines, and remembers the day of the latest.
#[derive(Debug)]
pub(super) struct Transcript {
    zone: Zone,
    colours: bool,
    /// Lines of another day get a date above them.
    day: Day,
}

impl Transcript {
    pub(super) const fn new(zone: Zone, today: Day, colours: bool) -> Self {
        Self {
            zone,
            colours,
            day: today,
        }
    }

    /// `21:31 ada: hi`, with the name of the room if there are several.
    pub(super) fn said(&mut self, said: &Said, several_rooms: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let time = self.time(&said.at, &mut lines);
        let room = if several_rooms {
            format!("[{}] ", escape(&said.room))
        } else {
            String::new()
        };
        let name = self.bold(&escape(&said.from));
        lines.extend(paragraph(&format!("{time}{room}{name}: "), &said.text));
        lines
    }

    /// `21:31 [ada → you] psst`
    pub(super) fn whispered(&mut self, from: &str, to: &str, text: &str, at: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let time = self.time(at, &mut lines);
        let whom = self.bold(&format!("[{} → {}]", escape(from), escape(to)));
        lines.extend(paragraph(&format!("{time}{whom} "), text));
        lines
    }

    /// `* bob has joined lobby (3 people)`
    pub(super) fn note(&self, text: &str) -> String {
        let text = format!("* {}", escape(text));
        if self.colours {
            format!("\x1b[2m{text}\x1b[0m")
        } else {
            text
        }
    }

    /// `21:31 `, or nothing if `at` is not a timestamp. Where the day changes, `lines` get its date first.
    fn time(&mut self, at: &str, lines: &mut Vec<String>) -> String {
        let Some(time) = self.zone.read(at) else {
            return String::new();
        };
        if time.day != self.day {
            self.day = time.day;
            lines.push(self.note(&time.day.name()));
        }
        time.clock + " "
    }

    fn bold(&self, text: &str) -> String {
        if self.colours {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A text after its head. Further lines are indented, so that none can pass for another person's.
fn paragraph(head: &str, text: &str) -> Vec<String> {
    let mut lines = text.split('\n').map(escape);
    let first = lines.next().unwrap_or_default();
    let mut paragraph = vec![format!("{head}{first}")];
    paragraph.extend(lines.map(|line| format!("      │ {line}")));
    paragraph
}

/// `1 person`, `3 people`
pub(super) fn people(count: u64) -> String {
    match count {
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_out_and_notes_stand_back() {
        let said = |at: &str| Said {
            room: "lobby".to_owned(),
            seq: 1,
            from: "ada".to_owned(),
            text: "hi\nall".to_owned(),
            at: at.to_owned(),
            id: None,
        };
        let at = "2026-11-21T07:31:02.123Z";
        let today = Zone::UTC.read(at).expect("a moment").day;
        let mut transcript = Transcript::new(Zone::UTC, today, true);
        let text = "\x1b[1mada\x1b[0m: hi";
        let rest = "      │ all";
        assert_eq!(
            transcript.said(&said(at), false),
            [&format!("07:31 {text}"), rest]
        );
        assert_eq!(
            transcript.said(&said("lately"), false),
            [text, rest],
            "without a time"
        );
        let whisper = transcript.whispered("ada", "you", "psst", at);
        assert_eq!(whisper, ["07:31 \x1b[1m[ada → you]\x1b[0m psst"]);
        assert_eq!(
            transcript.note("bob is here"),
            "\x1b[2m* bob is here\x1b[0m"
        );
    }
}
