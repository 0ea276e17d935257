//! The handshake of a server: the check of a request, and the response to it. RFC 6455 §4.2.
//!
//! The rules are a table. A server stops at the first that is broken, and an inspector explains a
//! handshake by trying them all.

use super::accept_key::{accept_key, is_key};
use super::error::HandshakeError;
use super::own_headers::HeaderError;
use crate::protocol::http::{RequestHead, is_token};
use std::collections::BTreeSet;

const PROTOCOL: &str = "Sec-WebSocket-Protocol";
const EXTENSIONS: &str = "Sec-WebSocket-Extensions";
/// The largest number of subprotocols, or of extensions, that a client may offer. Clients offer a few.
const MOST_OFFERS: usize = 32;

/// A request for an upgrade that was checked: all that the response depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade<'a> {
    key: &'a str,
    protocols: Vec<&'a str>,
}

impl<'a> Upgrade<'a> {
    /// The rules for the request, in the order of §4.2.1.
    pub const RULES: [UpgradeRule; 8] = [
        rule("method", "4.1", check_method),
        rule("HTTP version", "4.1", check_version),
        rule("Upgrade", "4.2.1", check_upgrade),
        rule("Connection", "4.2.1", check_connection),
        rule("Sec-WebSocket-Version", "4.2.1", check_websocket_version),
        rule("Sec-WebSocket-Key", "4.2.1", check_key),
        rule(PROTOCOL, "4.2.1", check_protocols),
        rule(EXTENSIONS, "9.1", check_extensions),
    ];

    /// Checks a request against all [`RULES`](Self::RULES). The error is the first that it breaks.
    pub fn check(head: &RequestHead<'a>) -> Result<Self, HandshakeError> {
        for rule in &Self::RULES {
            rule.check(head)?;
        }
        Ok(Self {
            key: key_of(head)?,
            protocols: head.headers.list(PROTOCOL)?,
        })
    }

    /// The subprotocols that the client offers, the preferred one first. §4.2.2 step 5.5.
    pub fn protocols(&self) -> &[&'a str] {
        &self.protocols
    }

    /// The first offer that is in `supported`. Names are case-sensitive: `Chat` is not `chat`.
    pub fn choose_protocol(&self, supported: &[&str]) -> Option<&'a str> {
        self.protocols
            .iter()
            .copied()
            .find(|offer| supported.contains(offer))
    }

    /// The bytes of the response, after which the connection speaks WebSocket. §4.2.2.
    ///
    /// `protocol` must be one of the client's offers: it would close the connection over any other.
    pub fn response(&self, protocol: Option<&str>) -> Result<Vec<u8>, HeaderError> {
        if let Some(other) = protocol.filter(|name| !self.protocols.contains(name)) {
            return Err(HeaderError::NotOffered(other.to_owned()));
        }
        let accept = accept_key(self.key);
        let protocol = protocol
            .map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n"))
            .unwrap_or_default();
        Ok(format!(
            "HTTP/1.1 101 Switching Protocols\r\n\
             Upgrade: websocket\r\n\
             Connection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\
             {protocol}\r\n"
        )
        .into_bytes())
    }
}

/// One rule for a request.
#[derive(Debug, Clone, Copy)]
pub struct UpgradeRule {
    /// The header that the rule is about, or the part of the request line.
    pub about: &'static str,
    /// The section of RFC 6455 that states it.
    pub section: &'static str,
    check: fn(&RequestHead<'_>) -> Result<(), HandshakeError>,
}

impl UpgradeRule {
    /// Checks a request against this rule.
    pub fn check(&self, head: &RequestHead<'_>) -> Result<(), HandshakeError> {
        (self.check)(head)
    }
}

const fn rule(
    about: &'static str,
    section: &'static str,
    check: fn(&RequestHead<'_>) -> Result<(), HandshakeError>,
) -> UpgradeRule {
    UpgradeRule {
        about,
        section,
        check,
    }
}

fn check_method(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    match head.method {
        "GET" => Ok(()),
        "HEAD" => Err(HandshakeError::NoUpgrade("a HEAD cannot become one")),
        _ => Err(HandshakeError::Method),
    }
}

fn check_version(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    // RFC 9110 §7.8: a server must ignore Upgrade in an HTTP/1.0 request.
    match head.minor_version {
        1 => Ok(()),
        _ => Err(HandshakeError::NoUpgrade("HTTP/1.0 knows no upgrade")),
    }
}

fn check_upgrade(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    match head.headers.lists_token("Upgrade", "websocket")? {
        true => Ok(()),
        false => Err(HandshakeError::NoUpgrade(
            "\"Upgrade: websocket\" is missing",
        )),
    }
}

fn check_connection(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    match head.headers.lists_token("Connection", "Upgrade")? {
        true => Ok(()),
        false => Err(HandshakeError::NoUpgrade(
            "\"Connection: Upgrade\" is missing",
        )),
    }
}

fn check_websocket_version(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    match head.headers.once("Sec-WebSocket-Version")? {
        Some("13") => Ok(()),
        _ => Err(HandshakeError::WebSocketVersion),
    }
}

fn check_key(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    match is_key(key_of(head)?) {
        true => Ok(()),
        false => Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Key is not 16 bytes in base64",
        )),
    }
}

fn key_of<'a>(head: &RequestHead<'a>) -> Result<&'a str, HandshakeError> {
    let key = head.headers.once("Sec-WebSocket-Key")?;
    key.ok_or(HandshakeError::BadUpgrade("no Sec-WebSocket-Key"))
}

/// Subprotocols: one or more tokens, each offered once. §4.1 item 10.
fn check_protocols(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    let protocols = head.headers.list(PROTOCOL)?;
    let present = head.headers.all(PROTOCOL).next().is_some();
    // First, because the limit keeps the other checks cheap.
    if protocols.len() > MOST_OFFERS {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Protocol offers more than 32 words",
        ));
    }
    if present && protocols.is_empty() || !protocols.iter().all(|name| is_token(name)) {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Protocol is not a list of words",
        ));
    }
    if protocols.iter().collect::<BTreeSet<_>>().len() < protocols.len() {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Protocol offers one word twice",
        ));
    }
    Ok(())
}

/// Extensions: the list must be well formed. All of them are declined, so the response names none. §9.1.
fn check_extensions(head: &RequestHead<'_>) -> Result<(), HandshakeError> {
    if head.headers.list(EXTENSIONS)?.len() > MOST_OFFERS {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Extensions offers more than 32 extensions",
        ));
    }
    if !head.headers.all(EXTENSIONS).all(is_extension_list) {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Extensions is not a list of extensions",
        ));
    }
    Ok(())
}

/// Is this `name; parameter; parameter=value; parameter="value", name, …`? Blanks and empty elements are
/// allowed. §9.1.
fn is_extension_list(value: &[u8]) -> bool {
    let Ok(value) = std::str::from_utf8(value) else {
        return false;
    };
    let mut extensions = value
        .split(',')
        .map(trim_blanks)
        .filter(|extension| !extension.is_empty())
        .peekable();
    extensions.peek().is_some()
        && extensions.all(|extension| {
            let mut parts = extension.split(';').map(trim_blanks);
            parts.next().is_some_and(is_token) && parts.all(is_extension_parameter)
        })
}

fn is_extension_parameter(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return is_token(parameter);
    };
    let value = trim_blanks(value);
    let quoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    // §9.1: a quoted value must be a token, too, once it is unescaped.
    let value = quoted.map_or(value.to_owned(), |escaped| escaped.replace('\\', ""));
    is_token(trim_blanks(name)) && is_token(&value)
}

fn trim_blanks(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
