//! The target of a request: a path on a host. RFC 9112 §3.2.

use super::authority::Authority;
use super::head::RequestHead;
use crate::protocol::handshake::HandshakeError;

/// The target of a request, normalized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'a> {
    /// The path, percent-decoded.
    pub path: String,
    /// The query after the `?`, as it was sent.
    pub query: &'a str,
    /// The host that is meant; HTTP/1.0 may leave it out.
    pub host: Option<&'a str>,
}

impl<'a> RequestHead<'a> {
    /// Reads `/path?query`, or the absolute form `http://host/path?query`.
    pub fn target(&self) -> Result<Target<'a>, HandshakeError> {
        let mut host = self.headers.once("Host")?;
        let mut rest = self.target;
        if let Some(absolute) = without_scheme(self.target) {
            let (authority, path) = Authority::split_from(absolute);
            if host.is_some_and(|host| !host.eq_ignore_ascii_case(authority)) {
                return Err(HandshakeError::Malformed(
                    "the target names another host than Host",
                ));
            }
            host = Some(authority);
            rest = path;
        } else if !rest.starts_with('/') {
            return Err(HandshakeError::Malformed("the target is not a path"));
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = percent_decode(if path.is_empty() { "/" } else { path })?;
        Ok(Target { path, query, host })
    }
}

/// What follows `http://` or `https://`, in upper or lower case.
fn without_scheme(target: &str) -> Option<&str> {
    let (scheme, rest) = target.split_once("://")?;
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")).then_some(rest)
}

/// Decodes `%2f` and the like. RFC 3986 §2.1.
fn percent_decode(path: &str) -> Result<String, HandshakeError> {
    let malformed =
        || HandshakeError::Malformed("a % in the path that two hex digits do not follow");
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || {
                    rest.next()
                        .and_then(|digit| char::from(digit).to_digit(16))
                        .ok_or_else(malformed)
                };
                (digit()? * 16 + digit()?) as u8
            }
            byte => byte,
        });
    }
    let path = String::from_utf8(bytes)
        .map_err(|_| HandshakeError::Malformed("a path that is not UTF-8"))?;
    if path.contains('\0') {
        return Err(HandshakeError::Malformed("a NUL byte in the path"));
    }
    Ok(path)
}
