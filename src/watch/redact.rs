//! What must not be seen, not even by the connection's owner: a view is shown on projectors, and with a
//! token that is read there, anyone can take the name, or watch as well.
//!
//! [`redact_head`] blots out the secrets of a handshake. Those of frames are tokens: the values of
//! `"session"`, `"wire"` and `"token"` in JSON. They are blotted out in the *bytes*, before these are
//! interpreted: each byte becomes what an asterisk would be on the wire. In a server's frame that is `2a`;
//! in a client's it is `2a` under the masking key, so that the view's plain text, its hexadecimal digits
//! and its XOR agree. Lengths do not change.
//!
//! Bytes come in pieces, and a token may lie across two of them, or in two fragments. So a [`Redactor`] is a
//! state that goes on from piece to piece. Where it cannot follow (the middle of a frame is missing, or
//! there is no frame), it blots out everything that looks like a token.

mod head;

pub(super) use head::redact_head;

use crate::protocol::{FrameFollower, FrameHeader, MaskKey, Opcode, Role};

const BLOT: u8 = b'*';
/// The keys whose values are secret.
const KEYS: [&[u8]; 3] = [b"session", b"wire", b"token"];
/// This many hexadecimal digits in a row look like a token, or like most of one.
const SUSPICIOUS_RUN: usize = 16;

/// Blots out the tokens in the bytes of one direction.
#[derive(Debug)]
pub(super) struct Redactor {
    follower: FrameFollower,
    /// The masking key for the next byte of the payload: all zeros if there is no mask, or no frame.
    key: MaskKey,
    /// The payload of a control frame that is not complete.
    control: Vec<u8>,
    json: Json,
}

const NO_MASK: MaskKey = MaskKey([0; 4]);

/// A control frame that is complete.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) opcode: Opcode,
    pub(super) payload: Vec<u8>,
}

/// The position in a JSON text, as far as it matters. A key with escapes in it is not recognized: no client
/// has a reason to write it that way.
#[derive(Debug)]
enum Json {
    /// The first bytes since the last quotation mark, and how many there were.
    Text([u8; 8], usize),
    /// After the key of a secret.
    Key,
    /// After the colon.
    Colon,
    Secret,
}

const NOWHERE: Json = Json::Text([0; 8], usize::MAX);

impl Redactor {
    pub(super) const fn new(sender: Role) -> Self {
        Self {
            follower: FrameFollower::new(sender),
            key: NO_MASK,
            control: Vec::new(),
            json: NOWHERE,
        }
    }

    /// Blots out the tokens; returns the control frames that are complete.
    pub(super) fn redact(&mut self, mut bytes: &mut [u8]) -> Vec<Control> {
        let mut controls = Vec::new();
        while !bytes.is_empty() {
            let Ok(stretch) = self.follower.step(bytes) else {
                self.key = NO_MASK;
                blot_suspicious(bytes, NO_MASK, SUSPICIOUS_RUN);
                break;
            };
            let (now, later) = bytes.split_at_mut(stretch.taken());
            bytes = later;
            let Some(header) = stretch.header else { break };
            if stretch.header_bytes > 0 {
                self.enter(&header);
            }
            self.redact_payload(header.opcode, &mut now[stretch.header_bytes..]);
            if stretch.last && header.opcode.is_control() {
                controls.push(Control {
                    opcode: header.opcode,
                    payload: std::mem::take(&mut self.control),
                });
            }
        }
        controls
    }

    /// Blots out the tokens of a whole frame of which `omitted` bytes are missing in the middle.
    pub(super) fn redact_cut(&mut self, beginning: &mut [u8], omitted: u64, end: &mut [u8]) {
        self.redact(beginning);
        self.follower.skip(omitted);
        self.key = self.key.after((omitted % 4) as usize);
        blot_suspicious(end, self.key, 1);
        self.redact(end);
        self.json = NOWHERE;
    }

    /// A frame begins.
    fn enter(&mut self, header: &FrameHeader) {
        self.key = header.mask.unwrap_or(NO_MASK);
        if matches!(header.opcode, Opcode::Text | Opcode::Binary) {
            self.json = NOWHERE;
        }
    }

    fn redact_payload(&mut self, opcode: Opcode, bytes: &mut [u8]) {
        for (byte, key) in bytes.iter_mut().zip(self.key.0.into_iter().cycle()) {
            let plain = *byte ^ key;
            if opcode.is_control() {
                self.control.push(plain);
            } else if self.json.is_secret(plain) && plain.is_ascii() {
                *byte = BLOT ^ key;
            }
        }
        self.key = self.key.after(bytes.len());
    }
}

impl Json {
    /// Takes the next byte: is it part of a secret?
    fn is_secret(&mut self, byte: u8) -> bool {
        let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        *self = match (&mut *self, byte) {
            (Self::Secret, b'"') => NOWHERE,
            (Self::Secret, _) => return true,
            (Self::Key | Self::Colon, _) if blank => return false,
            (Self::Key, b':') => Self::Colon,
            (Self::Colon, b'"') => Self::Secret,
            (Self::Text(word, len), b'"') if is_key(word, *len) => Self::Key,
            (_, b'"') => Self::Text([0; 8], 0),
            (Self::Text(word, len), _) => {
                if let Some(place) = word.get_mut(*len) {
                    *place = byte;
                }
                *len = len.saturating_add(1);
                return false;
            }
            (Self::Key | Self::Colon, _) => NOWHERE,
        };
        false
    }
}

fn is_key(word: &[u8; 8], len: usize) -> bool {
    word.get(..len).is_some_and(|word| KEYS.contains(&word))
}

/// Blots out each long run of hexadecimal digits, and one of at least `first` digits at the beginning.
fn blot_suspicious(bytes: &mut [u8], key: MaskKey, first: usize) {
    let is_digit = |at: usize, bytes: &[u8]| {
        let plain = bytes.get(at).map(|byte| byte ^ key.0[at % 4]);
        plain.is_some_and(|plain| plain.is_ascii_hexdigit())
    };
    let mut start = 0;
    while start < bytes.len() {
        let mut end = start;
        while is_digit(end, bytes) {
            end += 1;
        }
        if end - start >= SUSPICIOUS_RUN || (start == 0 && end >= first) {
            for (at, byte) in bytes[..end].iter_mut().enumerate().skip(start) {
                *byte = BLOT ^ key.0[at % 4];
            }
        }
        start = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn frame(sender: Role, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let key = (sender == Role::Client).then_some(MaskKey([0x37, 0xfa, 0x21, 0x3d]));
        protocol::Frame::whole(Opcode::Text, text.as_bytes()).encode(key, &mut bytes);
        bytes
    }

    /// Redacts `text` in pieces of every size, in both roles: only the token becomes asterisks.
    fn check(text: &str) {
        let stars = "*".repeat(TOKEN.len());
        for sender in [Role::Client, Role::Server] {
            let bytes = frame(sender, text).repeat(2);
            let expected = frame(sender, &text.replace(TOKEN, &stars)).repeat(2);
            for piece in 1..=bytes.len() {
                let mut bytes = bytes.clone();
                let mut redactor = Redactor::new(sender);
                for piece in bytes.chunks_mut(piece) {
                    assert_eq!(redactor.redact(piece), []);
                }
                assert_eq!(bytes, expected, "{text} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn j31_tokens_are_blotted_out_and_nothing_else() {
        check(&format!(
            r#"{{"type":"welcome","session":"{TOKEN}","wire":"{TOKEN}","you":1}}"#
        ));
        check(&format!(
            "{{\"session\" :\n\"{TOKEN}\",\"text\":\"session\"}}"
        ));
        check(&format!(
            "{{\"text\":\"my \\\"session\\\":\\\" is a\",\"session\":\"{TOKEN}\""
        ));
        check(r#"{"type":"say","text":"\"wire\":\"nothing\"","room":"wire"}"#);
    }

    #[test]
    fn j31_a_token_in_what_cannot_be_followed_is_blotted_out() {
        let text = format!(
            "{{\"pad\":\"{}\",\"session\":\"{TOKEN}\"}}",
            "x".repeat(400)
        );
        for sender in [Role::Client, Role::Server] {
            let whole = frame(sender, &text);
            for cut in [10, 60, 120] {
                let (mut beginning, omitted) = (whole[..100].to_vec(), whole.len() - 100 - cut);
                let mut end = whole[whole.len() - cut..].to_vec();
                let mut redactor = Redactor::new(sender);
                redactor.redact_cut(&mut beginning, omitted as u64, &mut end);
                let mut bytes = [beginning, vec![0; omitted], end].concat();
                let (header, size) = FrameHeader::decode(&bytes, sender)
                    .expect("a frame")
                    .expect("a whole header");
                protocol::mask::apply(header.mask.unwrap_or(MaskKey([0; 4])), &mut bytes[size..]);
                let plain = String::from_utf8_lossy(&bytes);
                assert!(!plain.contains(&TOKEN[26..]), "{cut}: {plain}");
                // The next frame is followed again.
                let mut next = frame(sender, "\"wire\":\"x\"");
                redactor.redact(&mut next);
                assert_eq!(next, frame(sender, "\"wire\":\"*\""));
            }
        }
        let mut unmasked = frame(Role::Server, &format!("{{\"session\":\"{TOKEN}\"}}"));
        Redactor::new(Role::Client).redact(&mut unmasked);
        assert!(!String::from_utf8_lossy(&unmasked).contains(&TOKEN[..8]));
    }

    #[test]
    fn control_frames_are_seen_on_the_way() {
        let mut bytes = b"\x01\x02hi\x89\x02yo\x80\x00\x88\x00".to_vec();
        let controls = Redactor::new(Role::Server).redact(&mut bytes);
        let control = |opcode, payload: &[u8]| Control {
            opcode,
            payload: payload.to_vec(),
        };
        let expected = [control(Opcode::Ping, b"yo"), control(Opcode::Close, b"")];
        assert_eq!(controls, expected);
    }
}
