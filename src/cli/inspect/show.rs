//! A frame as text for a person: a row for each field.

use super::payload;
use crate::Role;
use crate::cli::bytes::spaced;
use crate::cli::terminal;
use crate::cli::terminal::escape;
use crate::inspect::{Bits, Explanation, Field, FrameRecord, Name, Value, Verdict, explanations};
use crate::protocol::CloseReason;
use std::ops::Range;

/// Colours, where they may be shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Painter {
    colours: bool,
}

impl Painter {
    pub(super) fn new() -> Self {
        Self {
            colours: terminal::has_colours(),
        }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn wrong(self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(super) fn right(self, text: &str) -> String {
        self.paint("32", text)
    }

    fn paint(self, colour: &str, text: &str) -> String {
        match self.colours {
            true => format!("\x1b[{colour}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

/// The rows of a frame, each with its line end.
pub(super) fn show_frame(
    record: &FrameRecord,
    sender: Role,
    explain: bool,
    painter: Painter,
) -> String {
    let frame = Shown { record, sender };
    let breach = explanations().breach(record.verdict);
    let culprit = match (record.verdict, &breach) {
        (Verdict::Refused { at: Some(_), .. }, _) => Some(Name::Payload.as_str()),
        (_, Some((rule, _))) => rule.field.as_deref(),
        (_, None) => None,
    };
    let mut rows = vec![painter.bold(&frame.heading())];
    for field in &record.fields {
        let (mut own, marked) = frame.rows(field);
        let wrong = match marked {
            Some(row) => row..row + 2,
            None if culprit == Some(field.name.as_str()) => 0..own.len(),
            None => 0..0,
        };
        if let Some(first) = own.get_mut(wrong.clone()).and_then(<[_]>::first_mut) {
            first.push_str("  ✕");
        }
        let own = own.into_iter().enumerate();
        rows.extend(own.map(|(at, row)| match wrong.contains(&at) {
            true => painter.wrong(&row),
            false => row,
        }));
    }
    rows.extend(frame.close());
    if explain {
        rows.extend(frame.explanations());
    }
    rows.push(match record.verdict {
        Verdict::Right => painter.right("verdict: ok"),
        _ => painter.wrong(&frame.verdict()),
    });
    rows.extend(breach.map(|(_, sentence)| format!("         {sentence}")));
    rows.join("\n") + "\n"
}

struct Shown<'a> {
    record: &'a FrameRecord,
    sender: Role,
}

impl Shown<'_> {
    /// `frame 1 · 11 bytes · client → server`
    fn heading(&self) -> String {
        let record = self.record;
        let (ends, size) = (ends(self.sender), record.len());
        let size = match record.declared() {
            Some(whole) if whole > size => format!("{size} of {whole} bytes"),
            _ if size == 1 => "1 byte".to_owned(),
            _ => format!("{size} bytes"),
        };
        let part = record.msg.filter(|place| place.part > 1 || !place.last);
        let part = part.map_or(String::new(), |place| {
            let last = if place.last { ", the last" } else { "" };
            format!(" · part {} of message {}{last}", place.part, place.id)
        });
        format!("frame {} · {size} · {ends}{part}", record.n)
    }

    /// The rows of a field, and the index of the one with the invalid byte, which the next one marks.
    fn rows(&self, field: &Field) -> (Vec<String>, Option<usize>) {
        let [start, end] = field.at;
        match (field.name, self.record.verdict) {
            (Name::Payload, Verdict::Refused { at, .. }) => payload::rows(self.record, start, at),
            (Name::Payload, _) => payload::rows(self.record, start, None),
            _ => (vec![self.row(field, start as usize..end as usize)], None),
        }
    }

    fn row(&self, field: &Field, at: Range<usize>) -> String {
        let start = at.start;
        let hex = spaced(&self.record.hex.0[at]);
        let known = explanations().field(field.name.as_str());
        let (label, section) = known.map_or(("", ""), |known| (&known.label, &known.section));
        let what = match &field.value {
            Value::Number(value) => format!("{value:<3} {}", self.meaning(field.name, *value)),
            Value::Key(_) => String::new(),
            Value::Unfinished => "not all of it is here".to_owned(),
        };
        let what = format!("{label:<6} {what:<36} §{section}");
        match field.bits {
            // Several fields share a byte, which the first of them shows.
            Some(bits) if bits.mask & 0x80 == 0 => format!("{:19}{}  {what}", "", grid(bits)),
            Some(bits) => format!("  {start:02x}  {hex:<13}{}  {what}", grid(bits)),
            None => format!("  {start:02x}  {hex:<24}{what}"),
        }
    }

    fn meaning(&self, name: Name, value: u64) -> &'static str {
        let by = match self.sender {
            Role::Client => "client",
            Role::Server => "server",
        };
        let key = match (name, value) {
            (Name::Opcode, bits) => {
                let known = explanations().opcode(bits);
                return known.map_or("", |known| &known.label);
            }
            (Name::Mask, value) => format!("mask.{by}.{value}"),
            (Name::Rsv, 1..) => "rsv.set".to_owned(),
            (Name::Length, 126) => "length.16".to_owned(),
            (Name::Length, 127) => "length.64".to_owned(),
            (Name::Length, _) => "length.7".to_owned(),
            (Name::Extended, _) => "extended".to_owned(),
            (name, value) => format!("{}.{value}", name.as_str()),
        };
        explanations().value(&key)
    }

    /// The code and the reason of a Close.
    fn close(&self) -> Vec<String> {
        let Some((code, _)) = self.record.plain.0.split_first_chunk() else {
            return Vec::new();
        };
        if self.record.layout().opcode != 8 {
            return Vec::new();
        }
        let code = u16::from_be_bytes(*code);
        let known = explanations().code(code);
        let (label, section) = known.map_or(("it has no meaning", "7.4"), |known| {
            (&known.label, &known.section)
        });
        let what = format!("{code} {label}");
        let mut rows = vec![format!("{:30}code   {what:<36} §{section}", "")];
        if let Ok(Some(CloseReason { text, .. })) = CloseReason::decode(&self.record.plain.0)
            && !text.is_empty()
        {
            rows.push(format!("{:30}reason \"{}\"", "", escape(text)));
        }
        rows
    }

    /// What each field of the frame is for.
    fn explanations(&self) -> Vec<String> {
        let all = explanations();
        let tell = |known: &Explanation| {
            let without = known.without.as_deref();
            let without = without.map_or(String::new(), |what| format!(" If not: {what}"));
            format!("  {:<8} {}{without}", known.label, known.sentence)
        };
        let fields = self.record.fields.iter();
        let mut rows: Vec<String> = fields
            .filter_map(|field| all.field(field.name.as_str()).map(tell))
            .collect();
        let opcode = self.record.layout().opcode;
        rows.extend(all.opcode(opcode.into()).map(tell));
        let devtools = all.devtools(self.record.kind());
        rows.push(format!("  devtools would show: {devtools}"));
        rows
    }

    fn verdict(&self) -> String {
        match (self.record.verdict, self.record.declared()) {
            (Verdict::Right, _) => "verdict: ok".to_owned(),
            (Verdict::Refused { error, .. }, _) => format!(
                "verdict: {error} → Close {} (§{})",
                error.close_code().number(),
                error.section()
            ),
            (Verdict::Unfinished, Some(whole)) => {
                let missing = whole - self.record.len();
                format!("verdict: incomplete, {missing} more bytes belong to it")
            }
            (Verdict::Unfinished, None) => {
                "verdict: incomplete, not all of its header is here".to_owned()
            }
        }
    }
}

/// The direction of what `sender` has sent.
pub(super) const fn ends(sender: Role) -> &'static str {
    match sender {
        Role::Client => "client → server",
        Role::Server => "server → client",
    }
}

/// `1... ....`
fn grid(bits: Bits) -> String {
    let bits = bits.to_string();
    let (high, low) = bits.split_at(4);
    format!("{high} {low}")
}
