//! As much of HTTP/1.1 as a handshake needs: heads, from bytes and to bytes. RFC 9112.
//!
//! [`HeadScanner`] watches a request arrive and refuses it line by line: a mistake is answered
//! when its line is there, not when the client feels like ending. [`RequestHead`] and
//! [`ResponseHead`] take a complete head apart; [`ResponseScanner`] waits for one. [`Response`] writes one.

mod authority;
mod head;
mod response;
mod scanner;
mod target;

pub use authority::Authority;
pub use head::{Headers, RequestHead, ResponseHead, ResponseScanner};
pub use response::Response;
pub use scanner::{HeadLimits, HeadScanner};
pub use target::Target;

/// One of the characters that names and methods are made of. RFC 9110 §5.6.2.
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// A word of such characters.
pub(crate) fn is_token(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(is_token_byte)
}

/// The first character that may not stand where it does in a header's value: a control character,
/// or a blank at an end. RFC 9110 §5.5.
pub(crate) fn unfit_in_value(value: &str) -> Option<char> {
    let is_blank = |character: &char| matches!(character, ' ' | '\t');
    let ends = [value.chars().next(), value.chars().next_back()];
    let blank = ends.into_iter().flatten().find(is_blank);
    let control = |character: &char| character.is_control() && *character != '\t';
    value.chars().find(control).or(blank)
}
