//! A complete head, parsed: the only file that knows `httparse`. RFC 9112 §3, §4, §5.

use super::HeadLimits;
use crate::protocol::handshake::{HandshakeError, ResponseError};
use httparse::{EMPTY_HEADER, Error, Header};

/// The headers of a request or response, in order.
#[derive(Debug, Clone)]
pub struct Headers<'a>(Vec<Header<'a>>);

impl<'a> Headers<'a> {
    /// The values of all headers named `name`, in upper or lower case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    }

    /// The value of a header that may occur once, and must be ASCII.
    pub fn once(&self, name: &'static str) -> Result<Option<&'a str>, HandshakeError> {
        let mut values = self.all(name);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(HandshakeError::Repeated(name));
        }
        ascii(value).map(Some)
    }

    /// The elements of a header that is a list: all its lines, split at commas. RFC 9110 §5.6.1.
    pub fn list(&self, name: &str) -> Result<Vec<&'a str>, HandshakeError> {
        let mut elements = Vec::new();
        for value in self.all(name) {
            elements.extend(
                ascii(value)?
                    .split(',')
                    .map(|word| word.trim_matches([' ', '\t']))
                    .filter(|word| !word.is_empty()),
            );
        }
        Ok(elements)
    }

    /// Does the list in header `name` contain `token`, in upper or lower case?
    pub fn lists_token(&self, name: &str, token: &str) -> Result<bool, HandshakeError> {
        Ok(self
            .list(name)?
            .iter()
            .any(|word| word.eq_ignore_ascii_case(token)))
    }
}

/// A value as ASCII. Programs do not agree on the meaning of other bytes, so they are refused where they matter.
fn ascii(value: &[u8]) -> Result<&str, HandshakeError> {
    match std::str::from_utf8(value) {
        Ok(text) if text.is_ascii() => Ok(text),
        _ => Err(HandshakeError::Malformed(
            "a byte that is not ASCII, in a header that matters",
        )),
    }
}

/// A complete request head, parsed.
#[derive(Debug, Clone)]
pub struct RequestHead<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// The request target, usually a path.
    pub target: &'a str,
    /// The minor version: 0 or 1, for HTTP/1.0 or HTTP/1.1.
    pub minor_version: u8,
    /// The headers.
    pub headers: Headers<'a>,
}

impl<'a> RequestHead<'a> {
    /// Parses a head that a [`HeadScanner`](super::HeadScanner) found, and checks the rules for every request.
    pub fn parse(head: &'a [u8], limits: HeadLimits) -> Result<Self, HandshakeError> {
        // A header takes at least four bytes, so a high limit reserves no more than there can be.
        let mut headers = vec![EMPTY_HEADER; limits.headers.min(head.len() / 4)];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(head) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => {
                return Err(HandshakeError::Malformed("the head is incomplete"));
            }
            Err(Error::TooManyHeaders) => {
                return Err(HandshakeError::TooManyHeaders(limits.headers));
            }
            Err(Error::HeaderName) => {
                return Err(HandshakeError::Malformed(
                    "a header name that is not a word and a colon",
                ));
            }
            Err(Error::HeaderValue) => {
                return Err(HandshakeError::Malformed("a control character in a header"));
            }
            Err(_) => {
                return Err(HandshakeError::Malformed(
                    "the first line is not \"METHOD TARGET HTTP/1.1\"",
                ));
            }
        }
        let (method, target) = (
            request.method.unwrap_or_default(),
            request.path.unwrap_or_default(),
        );
        let minor_version = request.version.unwrap_or_default();
        let found = request.headers.len();
        headers.truncate(found);
        let head = Self {
            method,
            target,
            minor_version,
            headers: Headers(headers),
        };
        head.refuse_ambiguity()?;
        Ok(head)
    }

    /// Refuses what could make another program, such as a proxy in front, see a different request.
    fn refuse_ambiguity(&self) -> Result<(), HandshakeError> {
        let is_ours = |name: &str| {
            name.get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("Sec-"))
        };
        for header in self.headers.0.iter().filter(|header| is_ours(header.name)) {
            ascii(header.value)?;
        }
        for name in [
            "Host",
            "Origin",
            "Content-Length",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Version",
        ] {
            self.headers.once(name)?;
        }
        if self.minor_version == 1 && self.headers.once("Host")?.is_none() {
            return Err(HandshakeError::Malformed("no Host header")); // RFC 9112 §3.2
        }
        if self.headers.all("Transfer-Encoding").next().is_some() {
            return Err(HandshakeError::Malformed(
                "Transfer-Encoding, and no body is accepted here",
            ));
        }
        let length = self.headers.once("Content-Length")?.unwrap_or("0");
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(HandshakeError::Malformed(
                "a Content-Length that is not a number",
            ));
        }
        Ok(())
    }

    /// Checks that the request only reads: the method is GET or HEAD, and no body follows the head.
    pub fn require_no_body(&self) -> Result<(), HandshakeError> {
        if !matches!(self.method, "GET" | "HEAD") {
            return Err(HandshakeError::Method);
        }
        if self
            .headers
            .once("Content-Length")?
            .is_some_and(|length| length.bytes().any(|digit| digit != b'0'))
        {
            return Err(HandshakeError::HasBody);
        }
        if self.headers.all("Expect").next().is_some() {
            return Err(HandshakeError::Expectation);
        }
        Ok(())
    }
}

/// A complete response head, parsed.
#[derive(Debug, Clone)]
pub struct ResponseHead<'a> {
    /// The status code: 101 if the server agrees.
    pub status: u16,
    /// The reason phrase.
    pub reason: &'a str,
    /// The minor version: 0 or 1, for HTTP/1.0 or HTTP/1.1.
    pub minor_version: u8,
    /// The headers.
    pub headers: Headers<'a>,
}

impl<'a> ResponseHead<'a> {
    /// The longest head that a client reads.
    pub const MAX_SIZE: usize = 64 << 10;

    /// Parses a response head at the front of `input`. Returns it with the number of bytes it took, or
    /// `None` when `input` ends too early.
    pub fn decode(input: &'a [u8]) -> Result<Option<(Self, usize)>, ResponseError> {
        // RFC 9112 §2.2: a server should ignore blank lines before a request. A client has no such duty.
        if matches!(input, [b'\r' | b'\n', ..]) {
            return Err(ResponseError::Malformed("it begins with a blank line"));
        }
        let mut headers = vec![EMPTY_HEADER; 128];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(input) {
            Ok(httparse::Status::Complete(size)) => {
                // RFC 9112 §2.2 lets a reader accept LF alone. Saying so helps the author of the server more.
                let mut lines = input[..size].split_inclusive(|&byte| byte == b'\n');
                if !lines.all(|line| line.ends_with(b"\r\n")) {
                    return Err(ResponseError::Malformed("a line ended by LF without CR"));
                }
                let (status, reason) = (
                    response.code.unwrap_or_default(),
                    response.reason.unwrap_or_default(),
                );
                let minor_version = response.version.unwrap_or_default();
                let found = response.headers.len();
                headers.truncate(found);
                Ok(Some((
                    Self {
                        status,
                        reason,
                        minor_version,
                        headers: Headers(headers),
                    },
                    size,
                )))
            }
            Ok(httparse::Status::Partial) if input.len() < Self::MAX_SIZE => Ok(None),
            Ok(httparse::Status::Partial) => Err(ResponseError::Malformed("its head does not end")),
            Err(httparse::Error::TooManyHeaders) => {
                Err(ResponseError::Malformed("it has more than 128 headers"))
            }
            Err(_) => Err(ResponseError::Malformed("its head cannot be read")),
        }
    }
}

/// Waits for the end of a response head while it arrives.
///
/// The head is parsed at its blank line, and before that only when its length has doubled. So no byte
/// is parsed more than a few times, however the head is cut, and an answer that is not HTTP is still
/// refused before it ends.
#[derive(Debug, Default)]
pub struct ResponseScanner {
    scanned: usize,
    decoded: usize,
}

impl ResponseScanner {
    /// A scanner at the beginning of a response.
    pub const fn new() -> Self {
        Self {
            scanned: 0,
            decoded: 0,
        }
    }

    /// Looks at what arrived since the last call. `input` is everything since the beginning of the response.
    ///
    /// Returns what [`ResponseHead::decode`] returns, except that a mistake may be reported later.
    pub fn scan<'a>(
        &mut self,
        input: &'a [u8],
    ) -> Result<Option<(ResponseHead<'a>, usize)>, ResponseError> {
        // The end of the last line, and half of the blank line, may have arrived earlier.
        let tail = &input[self.scanned.saturating_sub(2)..];
        self.scanned = input.len();
        let has_ended = tail.windows(2).any(|two| two == b"\n\n")
            || tail.windows(3).any(|three| three == b"\n\r\n");
        let is_due = input.len() >= (2 * self.decoded).min(ResponseHead::MAX_SIZE);
        if !has_ended && !is_due {
            return Ok(None);
        }
        self.decoded = input.len();
        ResponseHead::decode(input)
    }
}
