//! Finds the end of a request head while it arrives, and judges its lines. RFC 9112 §2.2, §3.
//!
//! `httparse`, which parses the head afterwards, is lenient about line ends, blanks and control
//! characters in odd places. When two programs read one request differently, a request can be smuggled
//! past a proxy. So these are refused here.

use super::is_token_byte;
use crate::protocol::handshake::HandshakeError;
use std::ops::Range;

/// The size limits of a request head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadLimits {
    /// The length of the head, in bytes.
    pub head: usize,
    /// The length of the request line, in bytes, without its line end.
    pub line: usize,
    /// The number of headers.
    pub headers: usize,
}

impl HeadLimits {
    /// Limits that a browser with many cookies stays below.
    pub const DEFAULT: Self = Self {
        head: 16 << 10,
        line: 8 << 10,
        headers: 64,
    };
}

/// Scans a request head while it arrives. Each byte is scanned once, however the head is cut.
#[derive(Debug)]
pub struct HeadScanner {
    limits: HeadLimits,
    scanned: usize,
    line_start: usize,
    /// Blank lines in front of the request are skipped. RFC 9112 §2.2.
    head_start: usize,
    lines: usize,
}

impl HeadScanner {
    /// A scanner at the beginning of a connection.
    pub const fn new(limits: HeadLimits) -> Self {
        Self {
            limits,
            scanned: 0,
            line_start: 0,
            head_start: 0,
            lines: 0,
        }
    }

    /// Scans what arrived since the last call. `input` is everything since the beginning of the connection.
    /// Returns where in it the head lies, once the head is complete.
    pub fn scan(&mut self, input: &[u8]) -> Result<Option<Range<usize>>, HandshakeError> {
        // The first byte of a TLS record: a browser was given an https URL.
        if input.first() == Some(&0x16) {
            return Err(HandshakeError::Malformed(
                "this port speaks http, not https",
            ));
        }
        while let Some(length) = input[self.scanned..].iter().position(|&byte| byte == b'\n') {
            let line_end = self.scanned + length;
            let line = &input[self.line_start..line_end];
            (self.scanned, self.line_start) = (line_end + 1, line_end + 1);
            self.check_size(line, line_end + 1)?;
            let line = without_line_end(line)?;
            match (line.is_empty(), self.lines) {
                (true, 0) => self.head_start = self.line_start,
                (true, _) => return Ok(Some(self.head_start..self.line_start)),
                (false, 0) => judge_request_line(line)?,
                (false, _) => judge_header_line(line)?,
            }
            self.lines += usize::from(!line.is_empty());
            if self.lines.saturating_sub(1) > self.limits.headers {
                return Err(HandshakeError::TooManyHeaders(self.limits.headers));
            }
        }
        self.scanned = input.len();
        let line = &input[self.line_start..];
        self.check_size(line, input.len())?;
        Ok(None)
    }

    /// Has a request begun, other than with blank lines?
    pub const fn has_begun(&self) -> bool {
        self.scanned > self.head_start
    }

    fn check_size(&self, line: &[u8], head: usize) -> Result<(), HandshakeError> {
        // A CR at the end may be half of the line end, which does not count.
        let text = line.strip_suffix(b"\r").unwrap_or(line);
        if self.lines == 0 && text.len() > self.limits.line {
            return Err(HandshakeError::LineTooLong(self.limits.line));
        }
        if head > self.limits.head {
            return Err(HandshakeError::HeadTooLong(self.limits.head));
        }
        Ok(())
    }
}

/// `line` without its CR, which must be the only one. RFC 9112 §2.2.
fn without_line_end(line: &[u8]) -> Result<&[u8], HandshakeError> {
    let Some((b'\r', line)) = line.split_last() else {
        return Err(HandshakeError::Malformed(
            "a line ended by LF without CR (with nc, use -C)",
        ));
    };
    if line.contains(&b'\r') {
        return Err(HandshakeError::Malformed("a CR that ends no line"));
    }
    if line.contains(&0) {
        return Err(HandshakeError::Malformed("a NUL byte"));
    }
    Ok(line)
}

/// Judges `method SP target SP version`. RFC 9112 §3.
fn judge_request_line(line: &[u8]) -> Result<(), HandshakeError> {
    let mut words = line.split(|&byte| byte == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(HandshakeError::Malformed(
            "the first line is not \"METHOD TARGET HTTP/1.1\"",
        ));
    };
    if method.is_empty() || !method.iter().all(|&byte| is_token_byte(byte)) {
        return Err(HandshakeError::Malformed("the method is not a word"));
    }
    if target.is_empty()
        || !target
            .iter()
            .all(|&byte| byte.is_ascii_graphic() && byte != b'#')
    {
        return Err(HandshakeError::Malformed(
            "a byte in the target that must be percent-encoded",
        ));
    }
    match version {
        b"HTTP/1.1" | b"HTTP/1.0" => Ok(()),
        [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] => {
            Err(HandshakeError::HttpVersion)
        }
        _ => Err(HandshakeError::Malformed(
            "the first line does not end in an HTTP version",
        )),
    }
}

/// Judges a name, a colon, and a value without control characters. RFC 9112 §5, RFC 9110 §5.5.
fn judge_header_line(line: &[u8]) -> Result<(), HandshakeError> {
    if matches!(line, [b' ' | b'\t', ..]) {
        return Err(HandshakeError::Malformed(
            "a header line that begins with a blank",
        ));
    }
    let colon = line
        .iter()
        .position(|&byte| byte == b':')
        .unwrap_or(line.len());
    let (name, value) = line.split_at(colon);
    if name.is_empty() || value.is_empty() || !name.iter().all(|&byte| is_token_byte(byte)) {
        return Err(HandshakeError::Malformed(
            "a header name that is not a word and a colon",
        ));
    }
    if value
        .iter()
        .any(|&byte| byte.is_ascii_control() && byte != b'\t')
    {
        return Err(HandshakeError::Malformed("a control character in a header"));
    }
    Ok(())
}
