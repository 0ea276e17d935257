//! The body of a Close frame: a code and a reason. RFC 6455 §5.5.1.

use super::close_code::CloseCode;
use super::error::ProtocolError;
use super::utf8::from_utf8;

/// Why the peer closes: the body of a Close frame, if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseReason<'a> {
    /// Why, for programs.
    pub code: CloseCode,
    /// Why, for people; often empty.
    pub text: &'a str,
}

impl<'a> CloseReason<'a> {
    /// The longest `text`: the 125 bytes of a control frame less the two of the code.
    pub const MAX_TEXT: usize = 123;

    /// A reason. A text that is too long is cut between two characters. §5.5.
    pub fn new(code: CloseCode, text: &'a str) -> Self {
        let longest = text.len().min(Self::MAX_TEXT);
        // Position 0 is a boundary, so one is always found.
        let end = (0..=longest)
            .rev()
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(0);
        Self {
            code,
            text: &text[..end],
        }
    }

    /// Reads the payload of a Close frame. An empty one gives no reason: `None`.
    pub fn decode(payload: &'a [u8]) -> Result<Option<Self>, ProtocolError> {
        if payload.is_empty() {
            return Ok(None);
        }
        // §5.5.1: if there is a body, its first two bytes are the code, in network order.
        let Some((number, text)) = payload.split_first_chunk() else {
            return Err(ProtocolError::CloseBodyTooShort);
        };
        let number = u16::from_be_bytes(*number);
        let code = CloseCode::new(number).ok_or(ProtocolError::InvalidCloseCode(number))?;
        Ok(Some(Self {
            code,
            text: from_utf8(text)?,
        }))
    }

    /// Appends the payload of a Close frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.code.number().to_be_bytes());
        out.extend_from_slice(self.text.as_bytes());
    }
}
