//! The handshake of a client: its request, and the check of the response. RFC 6455 §4.1.

use super::accept_key::{accept_key, nonce_in_base64};
use super::error::ResponseError;
use super::own_headers::{HeaderError, check_address, check_headers, check_protocols};
use crate::protocol::http::ResponseHead;

/// The handshake of a client: builds its request, and checks the response. §4.1.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    key: String,
    host: &'a str,
    target: &'a str,
    protocols: &'a [&'a str],
}

impl<'a> Request<'a> {
    /// A request for `target`, a path with its query, on `host`. §4.1 item 7: `nonce` must be random.
    pub fn new(host: &'a str, target: &'a str, nonce: [u8; 16]) -> Self {
        Self {
            key: nonce_in_base64(nonce),
            host,
            target,
            protocols: &[],
        }
    }

    /// Offers subprotocols, the preferred one first.
    #[must_use]
    pub const fn protocols(mut self, protocols: &'a [&'a str]) -> Self {
        self.protocols = protocols;
        self
    }

    /// The bytes to send. `more` are additional headers, such as `Origin` or `Cookie`.
    pub fn to_bytes(&self, more: &[(&str, &str)]) -> Result<Vec<u8>, HeaderError> {
        check_address(self.host, self.target)?;
        check_protocols(self.protocols)?;
        check_headers(more)?;
        let mut head = format!(
            "GET {} HTTP/1.1\r\n\
             Host: {}\r\n\
             Upgrade: websocket\r\n\
             Connection: Upgrade\r\n\
             Sec-WebSocket-Key: {}\r\n\
             Sec-WebSocket-Version: 13\r\n",
            self.target, self.host, self.key
        );
        if !self.protocols.is_empty() {
            head += &format!("Sec-WebSocket-Protocol: {}\r\n", self.protocols.join(", "));
        }
        for (name, value) in more {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        Ok(head.into_bytes())
    }

    /// The request that was sent with this key and these subprotocols: for an inspector.
    #[cfg(feature = "server")]
    pub(crate) fn that_sent(key: &str, protocols: &'a [&'a str]) -> Self {
        Self {
            key: key.to_owned(),
            host: "",
            target: "",
            protocols,
        }
    }

    /// The rules for the response, in the order of §4.1.
    pub const RULES: [ResponseRule; 7] = [
        rule("status", check_status),
        rule("HTTP version", check_version),
        rule("Upgrade", check_upgrade),
        rule("Connection", check_connection),
        rule("Sec-WebSocket-Accept", check_accept),
        rule("Sec-WebSocket-Extensions", check_extensions),
        rule("Sec-WebSocket-Protocol", |request, head| {
            check_protocol(request, head).map(drop)
        }),
    ];

    /// Checks the response, and returns the subprotocol that the server chose. §4.1, the second list.
    pub fn check(&self, head: &ResponseHead<'a>) -> Result<Option<&'a str>, ResponseError> {
        for rule in &Self::RULES {
            rule.check(self, head)?;
        }
        check_protocol(self, head)
    }
}

/// One rule for a response.
#[derive(Debug, Clone, Copy)]
pub struct ResponseRule {
    /// The header that the rule is about, or the part of the status line.
    pub about: &'static str,
    check: ResponseCheck,
}

type ResponseCheck = fn(&Request<'_>, &ResponseHead<'_>) -> Result<(), ResponseError>;

impl ResponseRule {
    /// Checks the response to `request` against this rule.
    pub fn check(
        &self,
        request: &Request<'_>,
        head: &ResponseHead<'_>,
    ) -> Result<(), ResponseError> {
        (self.check)(request, head)
    }
}

const fn rule(about: &'static str, check: ResponseCheck) -> ResponseRule {
    ResponseRule { about, check }
}

fn check_status(_: &Request<'_>, head: &ResponseHead<'_>) -> Result<(), ResponseError> {
    match head.status {
        101 => Ok(()),
        status => Err(ResponseError::Status {
            status,
            reason: head.reason.to_owned(),
        }),
    }
}

fn check_version(_: &Request<'_>, head: &ResponseHead<'_>) -> Result<(), ResponseError> {
    match head.minor_version {
        1 => Ok(()),
        _ => Err(ResponseError::Malformed(
            "it is HTTP/1.0, which knows no upgrade",
        )),
    }
}

fn check_upgrade(_: &Request<'_>, head: &ResponseHead<'_>) -> Result<(), ResponseError> {
    match head.headers.once("Upgrade")? {
        // One value only: it names what the server chose.
        Some(name) if name.eq_ignore_ascii_case("websocket") => Ok(()),
        _ => Err(ResponseError::Missing("Upgrade: websocket")),
    }
}

fn check_connection(_: &Request<'_>, head: &ResponseHead<'_>) -> Result<(), ResponseError> {
    match head.headers.lists_token("Connection", "Upgrade")? {
        true => Ok(()),
        false => Err(ResponseError::Missing("Connection: Upgrade")),
    }
}

fn check_accept(request: &Request<'_>, head: &ResponseHead<'_>) -> Result<(), ResponseError> {
    match head.headers.once("Sec-WebSocket-Accept")? {
        Some(accept) if accept == accept_key(&request.key) => Ok(()),
        _ => Err(ResponseError::WrongAccept),
    }
}

fn check_extensions(_: &Request<'_>, head: &ResponseHead<'_>) -> Result<(), ResponseError> {
    match head.headers.list("Sec-WebSocket-Extensions")?.first() {
        None => Ok(()),
        Some(name) => Err(ResponseError::UnaskedExtension((*name).to_owned())),
    }
}

fn check_protocol<'a>(
    request: &Request<'_>,
    head: &ResponseHead<'a>,
) -> Result<Option<&'a str>, ResponseError> {
    match head.headers.once("Sec-WebSocket-Protocol")? {
        Some(name) if !request.protocols.contains(&name) => {
            Err(ResponseError::UnaskedProtocol(name.to_owned()))
        }
        chosen => Ok(chosen),
    }
}
