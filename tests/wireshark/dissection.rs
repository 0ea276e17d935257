//! Wireshark's dissection, in the form of the view's records.
//!
//! In its JSON a field is two entries: the value to show, and under the same name with `_raw` a list
//! of the bytes in hexadecimal, where they begin, how many they are, and which bits of them count.

use crate::kit::bytes::digits;
use crate::kit::client::watcher::bytes_of;
use serde_json::{Map, Value, json};

/// The bytes of one direction of a connection.
#[derive(Debug)]
pub(crate) struct Direction {
    /// The dissection of a request or an answer, and its bytes.
    pub(crate) http: Value,
    pub(crate) http_hex: Value,
    pub(crate) frames: Vec<Frame>,
}

#[derive(Debug)]
pub(crate) struct Frame {
    fields: Value,
    header: Vec<u8>,
}

/// What the view calls it, and what Wireshark does.
const FIELDS: [(&str, &str); 8] = [
    ("fin", "fin"),
    ("rsv", "rsv"),
    ("opcode", "opcode"),
    ("mask", "mask"),
    ("length", "payload_length"),
    ("extended", "payload_length_ext_16"),
    ("extended", "payload_length_ext_64"),
    ("key", "masking_key"),
];

/// How much of a long frame the view shows: of its beginning, and of its end.
const BEGINNING: usize = 2_048;
const END: usize = 64;
/// How much was kept of a frame that passed before the watcher came: of its beginning alone.
const BEGINNING_OF_PAST: usize = 192;

impl Direction {
    /// What the client at this port sent (`in`) or received (`out`).
    pub(crate) fn of(packets: &[Value], port: u16, dir: &str) -> Self {
        let end = match dir {
            "in" => "tcp.srcport",
            _ => "tcp.dstport",
        };
        let layers = packets.iter().map(|packet| &packet["_source"]["layers"]);
        let is_here = |layers: &&Value| layers["tcp"][end] == json!(port.to_string());
        let layers: Vec<&Value> = layers.filter(is_here).collect();
        let http: Vec<&&Value> = layers.iter().filter(|it| it["http"].is_object()).collect();
        let [only] = http[..] else {
            panic!("{} heads of HTTP, {dir}, at {port}", http.len());
        };
        Self {
            http: only["http"].clone(),
            http_hex: only["http_raw"][0].clone(),
            frames: layers.iter().flat_map(|layers| frames(layers)).collect(),
        }
    }

    /// The codes of its Closes.
    pub(crate) fn close_codes(&self) -> Vec<u64> {
        let code = |frame: &Frame| {
            let close = &frame.fields["websocket.payload"]["websocket.payload.close"];
            let code = close["websocket.payload.close.status_code"].as_str()?;
            Some(code.parse().expect("a number"))
        };
        self.frames.iter().filter_map(code).collect()
    }
}

/// The frames that end in this packet.
fn frames(layers: &Value) -> Vec<Frame> {
    let (found, raw) = (&layers["websocket"], &layers["websocket_raw"]);
    let (found, raw) = match found {
        Value::Null => return Vec::new(),
        Value::Array(several) => (several.clone(), raw.as_array().expect("as many").clone()),
        one => (vec![one.clone()], vec![raw.clone()]),
    };
    assert_eq!(found.len(), raw.len());
    let frame = |(fields, raw): (Value, Value)| Frame {
        fields,
        header: bytes_of(&raw[0]),
    };
    found.into_iter().zip(raw).map(frame).collect()
}

impl Frame {
    /// The expected record of this frame, with asterisks for these secrets.
    pub(crate) fn record(&self, is_past: bool, secrets: &[String]) -> Map<String, Value> {
        let clear = self.payload("payload");
        let mut travelled = match self.is_masked() {
            true => self.payload("masked_payload"),
            false => clear.clone(),
        };
        let mut plain = blot(&clear, secrets);
        let beginning = match is_past {
            true => BEGINNING_OF_PAST,
            false => BEGINNING,
        };
        let size = self.header.len() + plain.len();
        let cut = size.saturating_sub(beginning + END);
        let gap = beginning - self.header.len()..beginning - self.header.len() + cut;
        if is_past && cut > 0 {
            // These bytes could be the rest of a token that begins in the gap.
            let digits = plain[gap.end..].iter_mut();
            let digits = digits.take_while(|byte| byte.is_ascii_hexdigit());
            digits.for_each(|byte| *byte = b'*');
        }
        // The mask is undone by Wireshark: a byte that differs in clear, differs so under it, too.
        for ((byte, was), is) in travelled.iter_mut().zip(&clear).zip(&plain) {
            *byte ^= was ^ is;
        }
        if cut > 0 {
            plain.drain(gap.clone());
            travelled.drain(gap);
        }
        let record = json!({
            "fields": self.fields(),
            "hex": digits(&[&self.header[..], &travelled].concat()),
            "cut": cut,
            "plain": digits(&plain),
        });
        record.as_object().expect("one").clone()
    }

    /// The message that ends with this frame, if it is text.
    pub(crate) fn text(&self, secrets: &[String]) -> Option<String> {
        let text = &self.fields["websocket.payload"]["websocket.payload.text_raw"][0];
        text.is_string()
            .then(|| digits(&blot(&bytes_of(text), secrets)))
    }

    fn raw(&self, name: &str) -> Option<&Vec<Value>> {
        self.fields[format!("websocket.{name}_raw")].as_array()
    }

    fn is_masked(&self) -> bool {
        self.fields["websocket.mask"] == "1"
    }

    /// Without one, there is no such field.
    fn payload(&self, name: &str) -> Vec<u8> {
        self.raw(name)
            .map(|raw| bytes_of(&raw[0]))
            .unwrap_or_default()
    }

    fn fields(&self) -> Vec<Value> {
        let payload = match self.is_masked() {
            true => "masked_payload",
            false => "payload",
        };
        let start = number(&self.raw("fin").expect("the first bit")[1]);
        let names = FIELDS.into_iter().chain([("payload", payload)]);
        let fields = names.filter_map(|(ours, theirs)| {
            let raw = self.raw(theirs)?;
            let at = number(&raw[1]) - start;
            let size = number(&raw[2]);
            let mut field = json!({"name": ours, "at": [at, at + size]});
            let value = |digits: &Value| {
                let digits = digits.as_str().expect("digits");
                u64::from_str_radix(digits, 16).expect("hexadecimal")
            };
            field["value"] = match ours {
                "key" => raw[0].clone(),
                "payload" => json!(size),
                _ => json!(value(&raw[0])),
            };
            let mask = number(&raw[3]);
            if mask != 0 {
                field["bits"] = json!(bits(mask, value(&raw[0])));
            }
            Some(field)
        });
        fields.collect()
    }
}

/// A value in those bits of a byte that are its own: 5 under 0x7f is `.0000101`.
fn bits(mask: u64, value: u64) -> String {
    let byte = value << mask.trailing_zeros();
    let bit = |bit: u64| match (mask & bit != 0, byte & bit != 0) {
        (false, _) => '.',
        (true, false) => '0',
        (true, true) => '1',
    };
    (0..8).rev().map(|place| bit(1 << place)).collect()
}

/// The text with asterisks instead of secrets.
fn blot(plain: &[u8], secrets: &[String]) -> Vec<u8> {
    let mut blotted = plain.to_vec();
    for secret in secrets.iter().map(String::as_bytes) {
        for at in 0..plain.len() {
            if plain[at..].starts_with(secret) {
                blotted[at..at + secret.len()].fill(b'*');
            }
        }
    }
    blotted
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}
