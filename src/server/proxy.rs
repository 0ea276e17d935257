//! The address of a client that comes through a proxy.
//!
//! To this server all clients of a proxy have the proxy's address. In `X-Forwarded-For` a proxy appends the
//! address that it speaks for to what it received, which can be anything. So the header is read from its
//! end, and only the part that trusted proxies wrote is believed.

use crate::protocol::http::Headers;
use std::net::IpAddr;

/// The address that the proxies `trusted` vouch for, when one of them is our `neighbour`.
pub(super) fn client(headers: &Headers<'_>, neighbour: IpAddr, trusted: &[IpAddr]) -> IpAddr {
    let mut client = neighbour;
    // A header that is not plain text is ignored.
    let list = headers.list("X-Forwarded-For").unwrap_or_default();
    for said in list.iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        let Ok(next) = said.parse::<IpAddr>() else {
            break;
        };
        client = next.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::http::{HeadLimits, RequestHead};

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let rows = [
            ("", "10.0.0.1", "10.0.0.1"),
            ("X-Forwarded-For: 1.2.3.4\r\n", "10.0.0.1", "1.2.3.4"),
            ("X-Forwarded-For: 1.2.3.4\r\n", "10.0.0.9", "10.0.0.9"),
            (
                "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n",
                "10.0.0.1",
                "1.2.3.4",
            ),
            (
                "X-Forwarded-For: 1.2.3.4, 10.0.0.2\r\n",
                "10.0.0.1",
                "1.2.3.4",
            ),
            (
                "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 10.0.0.2\r\n",
                "10.0.0.1",
                "1.2.3.4",
            ),
            ("X-Forwarded-For: unknown\r\n", "10.0.0.1", "10.0.0.1"),
            ("X-Forwarded-For: 1.2.3.4, _x\r\n", "10.0.0.1", "10.0.0.1"),
            ("X-Forwarded-For: ::ffff:1.2.3.4\r\n", "10.0.0.1", "1.2.3.4"),
            (
                "X-Forwarded-For: 2001:db8::1\r\n",
                "10.0.0.1",
                "2001:db8::1",
            ),
        ];
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted = [address("10.0.0.1"), address("10.0.0.2")];
        for (header, neighbour, expected) in rows {
            let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{header}\r\n");
            let head = RequestHead::parse(head.as_bytes(), HeadLimits::DEFAULT).expect("a request");
            let found = client(&head.headers, address(neighbour), &trusted);
            assert_eq!(found, address(expected), "{header:?} from {neighbour}");
        }
    }
}
