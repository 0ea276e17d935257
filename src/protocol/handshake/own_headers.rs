//! Why a head of our own is not written: a word in it would be read as something else.
//!
//! A line end in a value begins a header that nobody asked for, or ends the head; two programs
//! that disagree about a header are how requests get smuggled. So what comes from a caller is
//! judged before it is sent, by the rules that the other side will read it by.

use crate::protocol::http::{Authority, is_token, unfit_in_value};
use std::collections::BTreeSet;
use std::fmt;

/// Why a request or an answer is not written. Names are what the caller gave; values are not told,
/// as they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderError {
    /// A name that is not a token. RFC 9110 §5.1.
    Name(String),
    /// A value with a control character, or with a blank at its beginning or end. RFC 9110 §5.5.
    Value {
        /// The header's name.
        name: String,
        /// The first character that may not be where it is.
        character: char,
    },
    /// A header that the handshake writes itself.
    Reserved(String),
    /// A header that announces a body, which a handshake does not have.
    Body(String),
    /// A name that stands there twice. RFC 9110 §5.3.
    Repeated(String),
    /// A subprotocol that is not a token, or that is offered twice. §4.1 item 10.
    Protocol(String),
    /// A subprotocol that the client did not offer. §4.2.2 item 5.5.
    NotOffered(String),
    /// A host that is not one word. §4.1 item 4.
    Host(String),
    /// A target that is not a path in visible ASCII. §4.1 item 3.
    Target(String),
}

/// Checks headers of a caller's own.
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
        // §11.3: all that begin like this are the protocol's.
        lower if lower.starts_with("sec-websocket-") => Err(HeaderError::Reserved(name.to_owned())),
        "content-length" | "transfer-encoding" => Err(HeaderError::Body(name.to_owned())),
        _ => Ok(()),
    }
}

/// Checks what a client offers.
pub(super) fn check_protocols(protocols: &[&str]) -> Result<(), HeaderError> {
    let mut names = BTreeSet::new();
    for name in protocols {
        if !is_token(name) || !names.insert(name) {
            return Err(HeaderError::Protocol((*name).to_owned()));
        }
    }
    Ok(())
}

/// Checks the first line's middle and the `Host`: neither may hold what would end it.
pub(super) fn check_address(host: &str, target: &str) -> Result<(), HeaderError> {
    if !Authority::parse(host).is_some_and(|authority| authority.port().is_ok()) {
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
            Self::Repeated(name) => write!(f, "{name} stands there twice"),
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
