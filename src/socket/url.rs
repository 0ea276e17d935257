//! `ws://host:port/path?query`. RFC 6455 §3.

use crate::protocol::http::Authority;
use std::fmt;

/// An address that a client can connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// A name or an address, an IPv6 one without its brackets.
    pub host: String,
    /// 80 unless the address names another.
    pub port: u16,
    /// Path and query, as they stand in the request's first line: never empty.
    pub target: String,
}

/// Why a text is not a WebSocket URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlError {
    /// `wss://`: that is TLS, which is not built in.
    Tls,
    /// Something other than `ws://`.
    Scheme(String),
    /// Nothing where the host should be, or something that is no host.
    Host(String),
    /// A port that is not a number from 1 to 65535.
    Port(String),
    /// A `#`: §3 allows none.
    Fragment,
    /// A blank, a control character or one that must be percent-encoded.
    Character(char),
}

impl Url {
    /// Takes an address apart.
    ///
    /// ```
    /// use ws101::Url;
    ///
    /// let url = Url::parse("ws://localhost:9001/echo?a=1")?;
    /// assert_eq!((url.host.as_str(), url.port, url.target.as_str()), ("localhost", 9001, "/echo?a=1"));
    /// # Ok::<(), ws101::UrlError>(())
    /// ```
    pub fn parse(address: &str) -> Result<Self, UrlError> {
        if let Some(odd) = address
            .chars()
            .find(|character| !character.is_ascii_graphic())
        {
            return Err(UrlError::Character(odd));
        }
        let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
        match scheme.to_ascii_lowercase().as_str() {
            "ws" => {}
            "wss" => return Err(UrlError::Tls),
            other => return Err(UrlError::Scheme(other.to_owned())),
        }
        if rest.contains('#') {
            return Err(UrlError::Fragment);
        }
        let (authority, target) = Authority::split_from(rest);
        let (host, port) = split_port(authority)?;
        let target = if target.starts_with('/') {
            target.to_owned()
        } else {
            format!("/{target}")
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            target,
        })
    }

    /// What the `Host` header says: the port only if it is not 80. RFC 9110 §7.2.
    pub fn host_header(&self) -> String {
        let brackets = self.host.contains(':');
        let host = if brackets {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        if self.port == 80 {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

fn split_port(authority: &str) -> Result<(&str, u16), UrlError> {
    let parsed = Authority::parse(authority);
    let parsed = parsed.ok_or_else(|| UrlError::Host(authority.to_owned()))?;
    let port = match parsed.port() {
        // RFC 3986 §3.2.3: a colon without a port stands for the default.
        Ok(None) | Err("") => 80,
        Ok(Some(port @ 1..)) => port,
        Ok(Some(_)) => return Err(UrlError::Port("0".to_owned())),
        Err(text) => return Err(UrlError::Port(text.to_owned())),
    };
    Ok((parsed.bare_host(), port))
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls => write!(
                f,
                "wss:// needs TLS, which is not built in: connect to a proxy that ends TLS, or use ws://"
            ),
            Self::Scheme(scheme) if scheme.is_empty() => write!(f, "an address begins with ws://"),
            Self::Scheme(scheme) => write!(f, "an address begins with ws://, not {scheme}://"),
            Self::Host(host) if host.is_empty() => {
                write!(f, "the address names no host: ws://HOST:PORT/PATH")
            }
            Self::Host(host) => write!(f, "{host:?} is not a host, or a host and a port"),
            Self::Port(port) => write!(f, "{port:?} is not a port: 1 to 65535"),
            Self::Fragment => write!(f, "a WebSocket address has no #fragment"),
            Self::Character(' ') => write!(f, "a blank in the address: %20 stands for one"),
            Self::Character(odd) => write!(f, "{odd:?} in the address must be percent-encoded"),
        }
    }
}

impl std::error::Error for UrlError {}
