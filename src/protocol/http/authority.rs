//! Which host is meant: `name`, `name:port`, `[address]` or `[address]:port`. RFC 3986 §3.2, RFC 9110 §7.2.
//!
//! The value of a `Host` header, the middle of a URL and the end of an `Origin` are all written like
//! this, and two readers that take them apart differently can be played against each other. So this
//! is the only parser.

use core::net::{Ipv4Addr, Ipv6Addr};

/// A host and perhaps a port.
///
/// ```
/// use ws101::protocol::http::Authority;
///
/// let authority = Authority::parse("[::1]:9001").expect("an address and a port");
/// assert_eq!((authority.host, authority.port()), ("[::1]", Ok(Some(9001))));
/// assert!(authority.is_address());
/// assert_eq!(Authority::parse("user@localhost"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority<'a> {
    /// A name or an address; an IPv6 address keeps its brackets.
    pub host: &'a str,
    /// What follows the colon.
    port: Option<&'a str>,
}

impl<'a> Authority<'a> {
    /// Takes `text` apart; `None` if its host is neither a name nor an address.
    pub fn parse(text: &'a str) -> Option<Self> {
        let host_end = match text.find(']') {
            Some(bracket) if text.starts_with('[') => bracket + 1,
            _ => text.find(':').unwrap_or(text.len()),
        };
        let (host, port) = text.split_at(host_end);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if host.is_empty() || !(host.bytes().all(is_name) || is_address(host)) {
            return None;
        }
        let port = match port.strip_prefix(':') {
            None if !port.is_empty() => return None,
            port => port,
        };
        Some(Self { host, port })
    }

    /// The authority at the front of `text`, unparsed, and the path or query that follows it.
    pub fn split_from(text: &str) -> (&str, &str) {
        text.split_at(text.find(['/', '?']).unwrap_or(text.len()))
    }

    /// The port, if there is one. An error is the text in its place that is not a number up to 65535.
    pub fn port(&self) -> Result<Option<u16>, &'a str> {
        let Some(digits) = self.port else {
            return Ok(None);
        };
        // `parse` alone would take a sign, too.
        let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
        let port = digits.parse().ok().filter(|_| is_number);
        port.map(Some).ok_or(digits)
    }

    /// Is the host an address, and not a name?
    pub fn is_address(&self) -> bool {
        is_address(self.host)
    }

    /// The host without the brackets of an IPv6 address.
    pub fn bare_host(&self) -> &'a str {
        self.host.trim_matches(['[', ']'])
    }
}

/// An IPv4 address, or an IPv6 one in brackets.
fn is_address(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(rest) => {
            let address = rest.strip_suffix(']');
            address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
        }
        None => host.parse::<Ipv4Addr>().is_ok(),
    }
}
