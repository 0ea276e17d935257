//! Checks of the words that a caller puts into a head. RFC 6455 §4.1, RFC 9110 §5.
//!
//! A line end in a value would begin another header, or end the head. So every name and value is
//! checked before it is sent, by the rules by which the other end will read it.

use crate::protocol::http::{Authority, is_token, unfit_in_value};
use std::collections::BTreeSet;
use std::fmt;

/// Why a request or a response cannot be written. The variants hold names, as the caller gave them, and
/// never values: these may be secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderError {
    /// The name of a header is not a token. RFC 9110 §5.1.
    Name(String),
    /// A value has a control character, or a blank at its beginning or end. RFC 9110 §5.5.
    Value {
        /// The name of the header.
        name: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// A header that the handshake writes itself.
    Reserved(String),
    /// A header that announces a body. A handshake has none.
    Body(String),
    /// A header that is given twice. RFC 9110 §5.3.
    Repeated(String),
    /// A subprotocol that is not a token, or that is offered twice. §4.1 item 10.
    Protocol(String),
    /// A subprotocol that the client did not offer. §4.2.2 item 5.5.
    NotOffered(String),
    /// The host is not a name or address, with or without a port. §4.1 item 4.
    Host(String),
    /// The target is not a path in visible ASCII. §4.1 item 3.
    Target(String),
}

/// Checks additional headers.
pub(super) fn check_headers(headers: &[(&str, &str)]) -> Result<(), HeaderError> {
    let mut names = BTreeSet::new();
    for (name, value) in headers {
        check_name(name)?;
        if !names.insert(name.to_ascii_lowercase()) {
            return Err(HeaderError::Repeated((*name).to_owned()));
        }
        if let Some(character) = unfit_in_value(value) {
            let name = (*name).to_owned();
            return Err(HeaderError::Value { name, character });
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), HeaderError> {
    if !is_token(name) {
        return Err(HeaderError::Name(name.to_owned()));
    }
    match name.to_ascii_lowercase().as_str() {
        "host" | "upgrade" | "connection" => Err(HeaderError::Reserved(name.to_owned())),
        // §11.3: all names that begin like this belong to the protocol.
        lower if lower.starts_with("sec-websocket-") => Err(HeaderError::Reserved(name.to_owned())),
        "content-length" | "transfer-encoding" => Err(HeaderError::Body(name.to_owned())),
        _ => Ok(()),
    }
}

/// Checks the subprotocols that a client offers.
pub(super) fn check_protocols(protocols: &[&str]) -> Result<(), HeaderError> {
    let mut names = BTreeSet::new();
    for name in protocols {
        if !is_token(name) || !names.insert(name) {
            return Err(HeaderError::Protocol((*name).to_owned()));
        }
    }
    Ok(())
}

/// Checks the request target and the `Host`.
pub(super) fn check_address(host: &str, target: &str) -> Result<(), HeaderError> {
    let port = Authority::parse(host).map(|authority| authority.port());
    if !matches!(port, Some(Ok(_))) {
        return Err(HeaderError::Host(host.to_owned()));
    }
    let is_word = target.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_word || !target.starts_with('/') || target.contains('#') {
        return Err(HeaderError::Target(target.to_owned()));
    }
    Ok(())
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?} is not a header's name"),
            Self::Value { name, character } => match character {
                ' ' | '\t' => write!(f, "the value of {name} begins or ends with a blank"),
                other => write!(f, "the value of {name} holds {other:?}"),
            },
            Self::Reserved(name) => write!(f, "the handshake writes {name} itself"),
            Self::Body(name) => write!(f, "{name} announces a body, and a handshake has none"),
            Self::Repeated(name) => write!(f, "{name} is given twice"),
            Self::Protocol(name) => write!(
                f,
                "the subprotocol {name:?} is not a single word, or is offered twice"
            ),
            Self::NotOffered(name) => {
                write!(f, "the client did not offer the subprotocol {name:?}")
            }
            Self::Host(host) => write!(f, "{host:?} is not a host, or a host and a port"),
            Self::Target(target) => write!(f, "{target:?} is not a path"),
        }
    }
}

impl std::error::Error for HeaderError {}
