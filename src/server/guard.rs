//! Who may connect: judged by the `Host` and `Origin` that a browser sends. RFC 6455 §10.2.
//!
//! A page of any site may open a WebSocket to any server: browsers apply no same-origin
//! rule here, they only *say* where the page is from. So we judge `Origin`. That alone can
//! be tricked: a site may point its own name at 127.0.0.1 (DNS rebinding), and then its
//! origin and our host agree. So we judge `Host` too: only names that are ours.

use crate::protocol::HandshakeError;
use crate::protocol::http::Authority;
use clap::Args;
use std::net::IpAddr;

/// Who may connect, beyond what is always allowed.
#[derive(Debug, Clone, Default, Args)]
pub struct Access {
    /// Believe the X-Forwarded-For of this proxy (may be repeated).
    #[arg(long = "trust-proxy", value_name = "ADDRESS")]
    pub proxies: Vec<IpAddr>,
    /// Another host name of this server, besides localhost and addresses (may be repeated).
    #[arg(long = "allow-host", value_name = "NAME", value_parser = parse_host)]
    pub hosts: Vec<String>,
    /// Another site whose pages may connect, besides this server's own (may be repeated).
    #[arg(long = "allow-origin", value_name = "URL", value_parser = parse_origin)]
    pub origins: Vec<String>,
    /// Refuse clients that send no Origin, which are not browsers.
    #[arg(long)]
    pub require_origin: bool,
}

/// Is `host` (a `Host` header) this server? An address always is: no name server can rebind it.
pub(super) fn check_host(host: &str, access: &Access) -> Result<(), HandshakeError> {
    let known = |name: &str| {
        name.eq_ignore_ascii_case("localhost")
            || access
                .hosts
                .iter()
                .any(|own| own.eq_ignore_ascii_case(name))
    };
    match Authority::parse(host).filter(|authority| authority.port().is_ok()) {
        Some(own) if own.is_address() || known(own.host) => Ok(()),
        Some(_) => Err(HandshakeError::WrongHost(excerpt(host))),
        None => Err(HandshakeError::Malformed(
            "Host is not a name or address, with or without a port",
        )),
    }
}

/// May a page from `origin` talk to `host`?
pub(super) fn check_origin(
    origin: Option<&str>,
    host: &str,
    access: &Access,
) -> Result<(), HandshakeError> {
    let Some(origin) = origin else {
        // Not a browser: it could send any Origin it likes.
        return if access.require_origin {
            Err(HandshakeError::WrongOrigin(String::new()))
        } else {
            Ok(())
        };
    };
    let refused = || HandshakeError::WrongOrigin(excerpt(origin));
    let page = Site::of_origin(origin).ok_or_else(refused)?;
    let own = Site::of_host(host, page.scheme);
    let listed = || {
        access
            .origins
            .iter()
            .any(|listed| Site::of_origin(listed).as_ref() == Some(&page))
    };
    if own.as_ref() == Some(&page) || listed() {
        Ok(())
    } else {
        Err(refused())
    }
}

/// The sentence about a refusal, with the flag that would change it.
pub(super) fn sentence(error: &HandshakeError) -> String {
    match error {
        HandshakeError::WrongHost(_) => format!("{error}; --allow-host NAME adds one"),
        HandshakeError::WrongOrigin(_) => format!("{error}; --allow-origin URL lets it in"),
        _ => error.to_string(),
    }
}

/// As much of a name as an answer and a log line should repeat.
fn excerpt(name: &str) -> String {
    const MOST: usize = 64;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// A name for `--allow-host`. The port does not matter, so none may be written.
fn parse_host(text: &str) -> Result<String, String> {
    match Authority::parse(text).map(|authority| authority.port()) {
        Some(Ok(None)) => Ok(text.to_owned()),
        _ => Err(format!(
            "{text:?} is not a host name: write it without http:// and without a port"
        )),
    }
}

/// A site for `--allow-origin`.
fn parse_origin(text: &str) -> Result<String, String> {
    match Site::of_origin(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(format!(
            "{text:?} is not a site: write http://NAME or https://NAME, with the port if it has one"
        )),
    }
}

/// The three parts that make two pages same-origin, in one spelling. RFC 6454 §4.
#[derive(Debug, PartialEq, Eq)]
struct Site {
    scheme: Scheme,
    host: String,
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Site {
    fn of_origin(origin: &str) -> Option<Self> {
        let (scheme, host) = origin.split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        Self::of_host(host, scheme)
    }

    /// The site that `host` names when it is reached by `scheme`. Whether a browser reached us
    /// by TLS is not ours to know (a proxy may end it), so its own word for it is taken.
    fn of_host(host: &str, scheme: Scheme) -> Option<Self> {
        let authority = Authority::parse(host)?;
        let port = authority.port().ok()?.unwrap_or(scheme.default_port());
        Some(Self {
            scheme,
            host: authority.host.to_ascii_lowercase(),
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let access = Access {
            hosts: vec!["chat.example".to_owned()],
            ..Access::default()
        };
        let rows = [
            ("localhost", 200),
            ("LOCALHOST:9001", 200),
            ("127.0.0.1:9001", 200),
            ("192.168.7.9", 200),
            ("[::1]:9001", 200),
            ("Chat.Example", 200),
            ("attacker.example", 421),
            ("localhost.attacker.example", 421),
            ("chat.example.attacker.example:80", 421),
            ("127.0.0.1.attacker.example", 421),
            ("", 400),
            ("localhost:port", 400),
            ("localhost:", 400),
            ("localhost:99999", 400),
            ("user@localhost", 400),
            ("[::1", 400),
            ("::1", 400),
        ];
        for (host, status) in rows {
            let found = check_host(host, &access).map_or_else(|error| error.status(), |()| 200);
            assert_eq!(found, status, "Host: {host}");
        }
    }

    #[test]
    fn origins() {
        let access = Access {
            origins: vec!["https://pages.example".to_owned()],
            ..Access::default()
        };
        let rows = [
            (Some("http://localhost:9001"), "localhost:9001", true),
            (Some("http://LOCALHOST:9001"), "localhost:9001", true),
            (Some("http://localhost:80"), "localhost", true),
            (Some("http://localhost"), "localhost:80", true),
            (Some("https://chat.example"), "chat.example", true),
            (Some("https://pages.example"), "localhost", true),
            (Some("https://pages.example:443"), "localhost", true),
            (None, "localhost", true),
            (Some("http://pages.example"), "localhost", false),
            (Some("http://evil.example"), "localhost:9001", false),
            (Some("http://localhost:9002"), "localhost:9001", false),
            (Some("http://localhost.evil.example"), "localhost", false),
            (Some("http://evil.example/localhost"), "localhost", false),
            (Some("null"), "localhost", false),
            (Some("file://"), "localhost", false),
            (Some(""), "localhost", false),
            (Some("ws://localhost"), "localhost", false),
        ];
        for (origin, host, allowed) in rows {
            assert_eq!(
                check_origin(origin, host, &access).is_ok(),
                allowed,
                "Origin: {origin:?}, Host: {host}"
            );
        }
        let strict = Access {
            require_origin: true,
            ..Access::default()
        };
        assert!(check_origin(None, "localhost", &strict).is_err());
    }
}
