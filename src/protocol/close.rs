//! How a conversation ends: a code that says why, and a sentence. RFC 6455 §5.5.1, §7.4.

use super::close_code::CloseCode;
use super::error::ProtocolError;
use super::utf8::from_utf8;

/// The body of a Close frame that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseReason<'a> {
    /// Why, as a number.
    pub code: CloseCode,
    /// Why, as a sentence; often empty.
    pub text: &'a str,
}

impl<'a> CloseReason<'a> {
    /// The longest `text`: a control frame's 125 bytes less the code's two.
    pub const MAX_TEXT: usize = 123;

    /// A reason whose text is cut, between two characters, to what a frame can hold.
    pub fn new(code: CloseCode, text: &'a str) -> Self {
        let longest = text.len().min(Self::MAX_TEXT);
        // An empty text is a boundary, so one is always found.
        let end = (0..=longest)
            .rev()
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(0);
        Self {
            code,
            text: &text[..end],
        }
    }

    /// Reads the payload of a Close frame. Empty is allowed and means "no reason given".
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
