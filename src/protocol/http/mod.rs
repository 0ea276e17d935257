//! As much of HTTP/1.1 as a handshake needs: heads, from bytes and to bytes. RFC 9112.
//!
//! [`HeadScanner`] finds the end of a request head while it arrives, and judges it line by line: a
//! mistake is answered as soon as its line is complete. [`RequestHead`] and [`ResponseHead`] parse a
//! complete head, for which [`ResponseScanner`] waits on the side of a client. [`Response`] writes one.

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

/// May this byte be in a token, such as a method or a header name? RFC 9110 §5.6.2.
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// Is `word` a token?
pub(crate) fn is_token(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(is_token_byte)
}

/// The first character that a header value may not have in its place: a control character, or a blank at
/// either end. RFC 9110 §5.5.
pub(crate) fn unfit_in_value(value: &str) -> Option<char> {
    let is_blank = |character: &char| matches!(character, ' ' | '\t');
    let ends = [value.chars().next(), value.chars().next_back()];
    let blank = ends.into_iter().flatten().find(is_blank);
    let control = |character: &char| character.is_control() && *character != '\t';
    value.chars().find(control).or(blank)
}
