//! Responses, to bytes. RFC 9112 §4.

use super::unfit_in_value;
use std::borrow::Cow;

/// A response. It closes its connection, so that nothing can be mistaken for a second request, unless
/// [`keep_alive`](Self::keep_alive) says otherwise.
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    connection: &'static str,
    headers: Vec<(&'static str, Cow<'static, str>)>,
    body: Cow<'static, [u8]>,
}

impl Response {
    /// A response with a body of this type.
    pub fn new(
        status: u16,
        content_type: &'static str,
        body: impl Into<Cow<'static, [u8]>>,
    ) -> Self {
        // A browser must not guess another type: text could run as markup there.
        let headers = vec![
            ("Content-Type", content_type.into()),
            ("X-Content-Type-Options", "nosniff".into()),
        ];
        Self {
            status,
            connection: "close",
            headers,
            body: body.into(),
        }
    }

    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            connection: "close",
            headers: Vec::new(),
            body: Cow::Borrowed(&[]),
        }
    }

    /// A response with a body of plain text.
    pub fn text(status: u16, text: &str) -> Self {
        Self::new(
            status,
            "text/plain; charset=utf-8",
            text.as_bytes().to_vec(),
        )
    }

    /// Adds a header.
    ///
    /// # Panics
    ///
    /// If `value` has a character that a header may not have. What a client sent must not get into a head.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        let value = value.into();
        assert_eq!(unfit_in_value(&value), None, "in the value of {name}");
        self.headers.push((name, value));
        self
    }

    /// Keeps the connection open for `seconds`, for another request. A browser that knows this time
    /// does not send one just as the connection closes. RFC 9112 §9.3.
    #[must_use]
    pub fn keep_alive(mut self, seconds: u64) -> Self {
        self.connection = "keep-alive";
        self.header("Keep-Alive", format!("timeout={seconds}"))
    }

    /// Lists an option in `Connection`, too. RFC 9110 §7.8: an answer of 426 lists `Upgrade`.
    #[must_use]
    pub(in crate::protocol) fn also_connection(mut self, option: &'static str) -> Self {
        debug_assert_eq!(option, "Upgrade");
        self.connection = "close, Upgrade";
        self
    }

    /// The status code.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The bytes to send. The answer to a HEAD request has no body. RFC 9110 §9.3.2.
    pub fn to_bytes(&self, method: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        // RFC 9110 §8.6: in a 304 it would be the length of a body that is not sent.
        if self.status != 304 {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        head += &format!("Connection: {}\r\n\r\n", self.connection);
        let mut bytes = head.into_bytes();
        if method != "HEAD" {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

/// The reason phrase, which means nothing to a program. RFC 9110 §15.
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
