//! The opening handshake: how an HTTP request becomes a WebSocket. RFC 6455 §1.3, §4.
//!
//! The client sends sixteen random bytes in base64. The server appends a fixed text,
//! hashes, and sends the hash back: proof that it *meant* to speak WebSocket, which no
//! server gives by accident, nor any cache. It is not a secret and not a login.
//!
//! ```
//! use ws101::protocol::accept_key;
//!
//! assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
//! ```

use super::error::{HandshakeError, ResponseError};
use super::http::{Headers, RequestHead, ResponseHead, is_token};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// The text that §1.3 appends to every key. It is the same in all of the world, and
/// unlikely to be hashed by anything that does not know WebSocket.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`. §4.2.2 step 5.4.
///
/// The key is hashed as the text that it is; nobody decodes it.
pub fn accept_key(key: &str) -> String {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    STANDARD.encode(digest)
}

/// A client's request to upgrade, checked: all that the answer depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade<'a> {
    key: &'a str,
    protocols: Vec<&'a str>,
}

impl<'a> Upgrade<'a> {
    /// Checks a request against §4.2.1, in its order.
    pub fn check(head: &RequestHead<'a>) -> Result<Self, HandshakeError> {
        let headers = &head.headers;
        match head.method {
            "GET" => {}
            "HEAD" => return Err(HandshakeError::NoUpgrade("a HEAD cannot become one")),
            _ => return Err(HandshakeError::Method),
        }
        if head.minor_version != 1 {
            // RFC 9110 §7.8: an Upgrade in HTTP/1.0 is to be ignored.
            return Err(HandshakeError::NoUpgrade("HTTP/1.0 knows no upgrade"));
        }
        if !headers.lists_token("Upgrade", "websocket")? {
            return Err(HandshakeError::NoUpgrade(
                "\"Upgrade: websocket\" is missing",
            ));
        }
        if !headers.lists_token("Connection", "Upgrade")? {
            return Err(HandshakeError::NoUpgrade(
                "\"Connection: Upgrade\" is missing",
            ));
        }
        if headers.once("Sec-WebSocket-Version")? != Some("13") {
            return Err(HandshakeError::WebSocketVersion);
        }
        let key = headers
            .once("Sec-WebSocket-Key")?
            .ok_or(HandshakeError::BadUpgrade("no Sec-WebSocket-Key"))?;
        if !is_key(key) {
            return Err(HandshakeError::BadUpgrade(
                "Sec-WebSocket-Key is not 16 bytes in base64",
            ));
        }
        let protocols = check_protocols(headers)?;
        check_extensions(headers)?;
        Ok(Self { key, protocols })
    }

    /// The subprotocols that the client offers, the one it likes best first. §4.2.2 step 5.5.
    pub fn protocols(&self) -> &[&'a str] {
        &self.protocols
    }

    /// The first offer that is one of `supported`. Subprotocols are exact: `Chat` is not `chat`.
    pub fn choose_protocol(&self, supported: &[&str]) -> Option<&'a str> {
        self.protocols
            .iter()
            .copied()
            .find(|offer| supported.contains(offer))
    }

    /// The bytes of the answer that ends HTTP on this connection. §4.2.2.
    pub fn response(&self, protocol: Option<&str>) -> Vec<u8> {
        let accept = accept_key(self.key);
        let protocol = protocol
            .map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n"))
            .unwrap_or_default();
        format!(
            "HTTP/1.1 101 Switching Protocols\r\n\
             Upgrade: websocket\r\n\
             Connection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\
             {protocol}\r\n"
        )
        .into_bytes()
    }
}

/// Sixteen bytes in base64: 22 characters and "==". By their look, not by decoding them: the
/// last character may have bits set that belong to no byte, as in §4.1's own example, and a
/// strict decoder refuses these.
fn is_key(key: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    key.strip_suffix("==")
        .is_some_and(|digits| digits.len() == 22 && digits.bytes().all(is_base64))
}

/// The subprotocols: one or more words, each offered once. §4.1.
fn check_protocols<'a>(headers: &Headers<'a>) -> Result<Vec<&'a str>, HandshakeError> {
    let name = "Sec-WebSocket-Protocol";
    let protocols = headers.list(name)?;
    let present = headers.all(name).next().is_some();
    if present && protocols.is_empty() || !protocols.iter().all(|name| is_token(name)) {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Protocol is not a list of words",
        ));
    }
    let repeated = protocols
        .iter()
        .enumerate()
        .any(|(i, name)| protocols[..i].contains(name));
    if repeated {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Protocol offers one word twice",
        ));
    }
    Ok(protocols)
}

/// The extensions are read strictly, and then declined: none is implemented, so the answer
/// names none. §9.1.
fn check_extensions(headers: &Headers<'_>) -> Result<(), HandshakeError> {
    if !headers
        .all("Sec-WebSocket-Extensions")
        .all(is_extension_list)
    {
        return Err(HandshakeError::BadUpgrade(
            "Sec-WebSocket-Extensions is not a list of extensions",
        ));
    }
    Ok(())
}

/// `name; parameter; parameter=value; parameter="value", name, …`, with blanks anywhere
/// between, and empty places in the list. §9.1.
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
    // §9.1: what is in quotes must, once its escapes are undone, be a word too.
    let value = quoted.map_or(value.to_owned(), |escaped| escaped.replace('\\', ""));
    is_token(trim_blanks(name)) && is_token(&value)
}

fn trim_blanks(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// A client's side of the handshake: what it asks, and whether the answer is one. §4.1.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    key: String,
    host: &'a str,
    target: &'a str,
    protocols: &'a [&'a str],
}

impl<'a> Request<'a> {
    /// A request for `target` (a path, with its query) of `host`. `nonce` must be random.
    pub fn new(host: &'a str, target: &'a str, nonce: [u8; 16]) -> Self {
        Self {
            key: STANDARD.encode(nonce),
            host,
            target,
            protocols: &[],
        }
    }

    /// The same, offering subprotocols.
    #[must_use]
    pub const fn protocols(mut self, protocols: &'a [&'a str]) -> Self {
        self.protocols = protocols;
        self
    }

    /// The bytes to send. `more` are headers of the caller's own, such as `Origin` or `Cookie`.
    pub fn to_bytes(&self, more: &[(&str, &str)]) -> Vec<u8> {
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
        head.into_bytes()
    }

    /// Checks the server's answer, and returns the subprotocol that it chose. §4.1, the second list.
    pub fn check(&self, head: &ResponseHead<'a>) -> Result<Option<&'a str>, ResponseError> {
        if head.status != 101 {
            let reason = head.reason.to_owned();
            return Err(ResponseError::Status {
                status: head.status,
                reason,
            });
        }
        if head.minor_version != 1 {
            return Err(ResponseError::Malformed(
                "it is HTTP/1.0, which knows no upgrade",
            ));
        }
        let headers = &head.headers;
        if !headers
            .once("Upgrade")?
            .is_some_and(|name| name.eq_ignore_ascii_case("websocket"))
        {
            return Err(ResponseError::Missing("Upgrade: websocket")); // alone: this is what was chosen
        }
        if !headers.lists_token("Connection", "Upgrade")? {
            return Err(ResponseError::Missing("Connection: Upgrade"));
        }
        if headers.once("Sec-WebSocket-Accept")? != Some(&accept_key(&self.key)) {
            return Err(ResponseError::WrongAccept);
        }
        if let Some(name) = headers.list("Sec-WebSocket-Extensions")?.first() {
            return Err(ResponseError::UnaskedExtension((*name).to_owned()));
        }
        match headers.once("Sec-WebSocket-Protocol")? {
            Some(name) if !self.protocols.contains(&name) => {
                Err(ResponseError::UnaskedProtocol(name.to_owned()))
            }
            chosen => Ok(chosen),
        }
    }
}
