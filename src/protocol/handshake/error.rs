//! What can be wrong with an opening handshake, as a server and as a client see it. RFC 6455 §4.

use crate::protocol::http::Response;
use std::fmt;

/// Why a server refuses a request. Each reason has one HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandshakeError {
    /// The head breaks RFC 9112; the text says where.
    Malformed(&'static str),
    /// A header of the upgrade breaks RFC 6455; the text says which.
    BadUpgrade(&'static str),
    /// A header that may occur only once occurs twice.
    Repeated(&'static str),
    /// An HTTP version other than 1.0 and 1.1.
    HttpVersion,
    /// The request line is longer than this limit.
    LineTooLong(usize),
    /// The head is longer than this limit.
    HeadTooLong(usize),
    /// There are more headers than this limit.
    TooManyHeaders(usize),
    /// The request has a body, and none is accepted.
    HasBody,
    /// The request has an `Expect` header, but no body to wait for.
    Expectation,
    /// A method other than GET and HEAD.
    Method,
    /// The head did not arrive in time.
    TimedOut,
    /// The `Host` is not a name of this server.
    WrongHost(String),
    /// The `Origin` is a page of another site. §10.2.
    WrongOrigin(String),
    /// Nothing is at this path. §4.2.2.
    NotFound,
    /// A WebSocket is at this path, and the request does not ask for one; the text says what is missing.
    NoUpgrade(&'static str),
    /// A version of the WebSocket protocol other than 13.
    WebSocketVersion,
    /// The server has no room for the connection, or is about to stop; the text says which.
    Busy(&'static str),
}

impl HandshakeError {
    /// Every variant once, with example values: for tables that must name every reason.
    pub const ALL: [Self; 17] = [
        Self::Malformed("no Host header"),
        Self::BadUpgrade("no Sec-WebSocket-Key"),
        Self::Repeated("Host"),
        Self::HttpVersion,
        Self::LineTooLong(8_192),
        Self::HeadTooLong(16_384),
        Self::TooManyHeaders(64),
        Self::HasBody,
        Self::Expectation,
        Self::Method,
        Self::TimedOut,
        Self::WrongHost(String::new()),
        Self::WrongOrigin(String::new()),
        Self::NotFound,
        Self::NoUpgrade("\"Upgrade: websocket\" is missing"),
        Self::WebSocketVersion,
        Self::Busy("all connections are taken"),
    ];

    /// The HTTP status that answers this error: the one place that decides.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::BadUpgrade(_) | Self::Repeated(_) => 400,
            Self::WrongOrigin(_) => 403,
            Self::NotFound => 404,
            Self::Method => 405,
            Self::TimedOut => 408,
            Self::HasBody => 413,
            Self::LineTooLong(_) => 414,
            Self::Expectation => 417,
            Self::WrongHost(_) => 421,
            Self::NoUpgrade(_) | Self::WebSocketVersion => 426,
            Self::HeadTooLong(_) | Self::TooManyHeaders(_) => 431,
            Self::Busy(_) => 503,
            Self::HttpVersion => 505,
        }
    }

    /// The RFC and section that state the rule.
    pub const fn section(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::Repeated(_) => "RFC 9112 §2.2",
            Self::HttpVersion => "RFC 9112 §2.3",
            Self::LineTooLong(_) => "RFC 9112 §3",
            Self::HeadTooLong(_) | Self::TooManyHeaders(_) => "RFC 6585 §5",
            Self::HasBody => "RFC 9110 §15.5.14",
            Self::Expectation => "RFC 9110 §10.1.1",
            Self::Method => "RFC 9110 §15.5.6",
            Self::TimedOut => "RFC 9110 §15.5.9",
            Self::WrongHost(_) => "RFC 9110 §7.4",
            Self::WrongOrigin(_) => "RFC 6455 §10.2",
            Self::NotFound => "RFC 6455 §4.2.2",
            Self::NoUpgrade(_) | Self::BadUpgrade(_) => "RFC 6455 §4.2.1",
            Self::WebSocketVersion => "RFC 6455 §4.4",
            Self::Busy(_) => "RFC 9110 §15.6.4",
        }
    }

    /// A short name for tables and programs. It never changes.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "http-malformed",
            Self::BadUpgrade(_) => "upgrade-malformed",
            Self::Repeated(_) => "header-repeated",
            Self::HttpVersion => "http-version",
            Self::LineTooLong(_) => "line-length",
            Self::HeadTooLong(_) => "head-length",
            Self::TooManyHeaders(_) => "header-count",
            Self::HasBody => "body",
            Self::Expectation => "expectation",
            Self::Method => "method",
            Self::TimedOut => "timeout",
            Self::WrongHost(_) => "host",
            Self::WrongOrigin(_) => "origin",
            Self::NotFound => "not-found",
            Self::NoUpgrade(_) => "no-upgrade",
            Self::WebSocketVersion => "websocket-version",
            Self::Busy(_) => "busy",
        }
    }

    /// The response: the status, the headers that belong to it, and the error as text.
    pub fn response(&self) -> Response {
        self.response_as("text/plain; charset=utf-8", format!("{self}\n"))
    }

    /// The response with a body of the caller's.
    pub fn response_as(&self, content_type: &'static str, body: String) -> Response {
        let response = Response::new(self.status(), content_type, body.into_bytes());
        match self {
            Self::Method => response.header("Allow", "GET, HEAD"),
            Self::NoUpgrade(_) => response
                .header("Upgrade", "websocket")
                .also_connection("Upgrade"),
            Self::WebSocketVersion => {
                let response = response
                    .header("Upgrade", "websocket")
                    .also_connection("Upgrade");
                response.header("Sec-WebSocket-Version", "13") // §4.4
            }
            Self::Busy(_) => response.header("Retry-After", "5"),
            _ => response,
        }
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "malformed request: {what}"),
            Self::BadUpgrade(what) => write!(f, "malformed handshake: {what}"),
            Self::Repeated(name) => {
                write!(f, "malformed request: {name} may occur only once")
            }
            Self::HttpVersion => write!(f, "this server speaks HTTP/1.1"),
            Self::LineTooLong(max) => write!(f, "the request line is longer than {max} bytes"),
            Self::HeadTooLong(max) => write!(f, "the request head is longer than {max} bytes"),
            Self::TooManyHeaders(max) => write!(f, "the request has more than {max} headers"),
            Self::HasBody => write!(f, "no request body is accepted here"),
            Self::Expectation => write!(
                f,
                "no expectation can be met: no request body is accepted here"
            ),
            Self::Method => write!(f, "only GET and HEAD are answered here"),
            Self::TimedOut => write!(f, "the request did not arrive in time"),
            Self::WrongHost(name) => write!(f, "this server does not go by the name {name:?}"),
            Self::WrongOrigin(origin) => write!(f, "a page from {origin:?} may not connect"),
            Self::NotFound => write!(f, "there is nothing here"),
            Self::NoUpgrade(missing) => write!(
                f,
                "this is a WebSocket endpoint, connect with a WebSocket client: {missing}"
            ),
            Self::WebSocketVersion => {
                write!(f, "this server speaks version 13 of the WebSocket protocol")
            }
            Self::Busy(why) => write!(f, "{why}, try again later"),
        }
    }
}

impl std::error::Error for HandshakeError {}

/// Why a client does not accept a response. §4.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseError {
    /// The head is not HTTP/1.1, or too long; the text says why.
    Malformed(&'static str),
    /// The status is not 101.
    Status {
        /// The status code.
        status: u16,
        /// The reason phrase.
        reason: String,
    },
    /// A header that an upgrade must have is missing, or has another value.
    Missing(&'static str),
    /// `Sec-WebSocket-Accept` is not the accept key for our key: the server does not speak WebSocket.
    WrongAccept,
    /// The server chose an extension that was not offered.
    UnaskedExtension(String),
    /// The server chose a subprotocol that was not offered.
    UnaskedProtocol(String),
}

impl ResponseError {
    /// Every variant once, with example values: for tables that must name every reason.
    pub const ALL: [Self; 6] = [
        Self::Malformed("a line ended by LF without CR"),
        Self::Status {
            status: 404,
            reason: String::new(),
        },
        Self::Missing("Upgrade: websocket"),
        Self::WrongAccept,
        Self::UnaskedExtension(String::new()),
        Self::UnaskedProtocol(String::new()),
    ];

    /// A short name for tables and programs. It never changes.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "response-malformed",
            Self::Status { .. } => "response-status",
            Self::Missing(_) => "response-missing",
            Self::WrongAccept => "response-accept",
            Self::UnaskedExtension(_) => "response-extension",
            Self::UnaskedProtocol(_) => "response-protocol",
        }
    }

    /// The RFC and section that state the rule.
    pub const fn section(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "RFC 9112 §4",
            Self::UnaskedExtension(_) => "RFC 6455 §9.1",
            _ => "RFC 6455 §4.1",
        }
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "the server's answer is not HTTP/1.1: {what}"),
            Self::Status { status, reason } => {
                write!(f, "the server answered {status} {reason} instead of 101")
            }
            Self::Missing(header) => write!(f, "the server's answer lacks \"{header}\""),
            Self::WrongAccept => write!(
                f,
                "the server's Sec-WebSocket-Accept does not answer our key"
            ),
            Self::UnaskedExtension(name) => write!(
                f,
                "the server chose the extension {name:?}, which was not offered"
            ),
            Self::UnaskedProtocol(name) => write!(
                f,
                "the server chose the subprotocol {name:?}, which was not offered"
            ),
        }
    }
}

impl std::error::Error for ResponseError {}

/// The headers of requests and responses are read by the same rules.
impl From<HandshakeError> for ResponseError {
    fn from(_: HandshakeError) -> Self {
        Self::Malformed("a header that occurs twice, or is not ASCII")
    }
}
