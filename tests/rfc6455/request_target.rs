//! RFC 9112 §3.2: what a request is for, and RFC 3986 §2.1: how it may be spelled.

use crate::conversation::row;
use crate::request::head;
use libtest_mimic::Trial;
use std::net::IpAddr;
use ws101::protocol::HandshakeError;
use ws101::protocol::http::{Authority, HeadLimits, RequestHead};

/// A target's path, its query, and the host that is meant.
type Parts = (&'static str, &'static str, &'static str);

pub(crate) fn rows() -> Vec<Trial> {
    let fine: [(&str, &str, Parts); 12] = [
        ("9112 3.2.1 a path", "/chat", ("/chat", "", "a:1")),
        (
            "9112 3.2.1 a path and a query",
            "/a/b?c=d&e",
            ("/a/b", "c=d&e", "a:1"),
        ),
        ("9112 3.2.1 an empty query", "/a?", ("/a", "", "a:1")),
        (
            "9112 3.2.1 a second ? is part of the query",
            "/a?b?c",
            ("/a", "b?c", "a:1"),
        ),
        (
            "9112 3.2.1 two slashes are a path",
            "//b/c",
            ("//b/c", "", "a:1"),
        ),
        (
            "3986 2.1 a path is decoded, in either case",
            "/%41%c3%bC",
            ("/Aü", "", "a:1"),
        ),
        ("3986 2.1 it is decoded once", "/%2541", ("/%41", "", "a:1")),
        (
            "3986 2.1 a query stays as it is",
            "/?%41",
            ("/", "%41", "a:1"),
        ),
        (
            "9112 3.2.2 a whole URL",
            "http://a:1/b?c",
            ("/b", "c", "a:1"),
        ),
        (
            "9112 3.2.2 a whole URL without a path",
            "http://a:1",
            ("/", "", "a:1"),
        ),
        (
            "4.2.1 a whole URL with https",
            "https://a:1/b",
            ("/b", "", "a:1"),
        ),
        (
            "9112 3.2.2 a scheme has no case",
            "HTTP://a:1/b",
            ("/b", "", "a:1"),
        ),
    ];
    let refused = [
        ("H44 9112 3.2.4 an asterisk", "*"),
        ("H44 9112 3.2.3 a host and a port", "example.com:80"),
        ("9112 3.2.2 a URL of something else", "ftp://a:1/b"),
        ("9112 3.2.2 a URL of another host than Host", "http://b:1/"),
        ("9110 4.2.4 a URL with a user's name", "http://me@a:1/"),
        ("9112 3.2.1 a path without its slash", "chat"),
        ("S04 3986 2.1 % without digits behind it", "/%zz"),
        ("S04 3986 2.1 % with one digit behind it", "/a%4"),
        ("S04 3986 2.1 % with a sign behind it", "/%+1"),
        ("S04 3986 2.1 an encoded NUL", "/index.html%00.png"),
        ("3986 2.5 an encoded byte that is not UTF-8", "/%ff"),
        ("3986 2.5 an overlong encoded slash", "/%c0%af"),
    ];
    let fine = fine.map(|(name, target, parts)| {
        row(name, move || {
            assert_eq!(read(target), Ok(parts.into()), "{target}")
        })
    });
    let refused = refused.map(|(name, target)| {
        row(format!("{name} is refused"), move || {
            let status = read(target).map_err(|error| error.status());
            assert_eq!(status, Err(400), "{target}");
        })
    });
    let mut rows: Vec<Trial> = fine.into_iter().chain(refused).collect();
    rows.push(row("9112 3.2 HTTP/1.0 may leave the host open", || {
        let bytes = head(&["GET /a HTTP/1.0"]);
        let head = RequestHead::parse(&bytes, HeadLimits::DEFAULT).expect("well-formed");
        assert_eq!(head.target().expect("a path").host, None);
    }));
    rows.extend(authorities());
    rows
}

/// What a host and a port are: the text, the host without brackets, and the port or the text in its place.
fn authorities() -> Vec<Trial> {
    type Port = Result<Option<u16>, &'static str>;
    let fine: [(&str, &str, Port); 12] = [
        ("localhost", "localhost", Ok(None)),
        ("localhost:9001", "localhost", Ok(Some(9001))),
        ("Chat.Example", "Chat.Example", Ok(None)),
        (
            "under_score-1.example:0",
            "under_score-1.example",
            Ok(Some(0)),
        ),
        ("127.0.0.1:80", "127.0.0.1", Ok(Some(80))),
        ("[::1]", "::1", Ok(None)),
        ("[::1]:65535", "::1", Ok(Some(65_535))),
        ("localhost:", "localhost", Err("")),
        ("localhost:65536", "localhost", Err("65536")),
        ("localhost:+80", "localhost", Err("+80")),
        ("localhost:port", "localhost", Err("port")),
        ("localhost:80:80", "localhost", Err("80:80")),
    ];
    let fine = fine.map(|(text, host, port)| {
        row(format!("9110 7.2 the host {text}"), move || {
            let authority = Authority::parse(text).expect("a host");
            assert_eq!((authority.bare_host(), authority.port()), (host, port));
            let is_address = host.parse::<IpAddr>().is_ok();
            assert_eq!(authority.is_address(), is_address, "{text}");
        })
    });
    let none = [
        "",
        ":80",
        "::1",
        "[::1",
        "[::1]80",
        "[localhost]",
        "[127.0.0.1]",
        "me@a",
        "a b",
        "a/b",
        "a,b",
        "ä",
    ];
    let none = none.map(|text| {
        row(format!("9110 7.2 no host is {text:?}"), move || {
            assert_eq!(Authority::parse(text), None);
        })
    });
    fine.into_iter().chain(none).collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Read(String, String, String);

impl From<Parts> for Read {
    fn from((path, query, host): Parts) -> Self {
        Self(path.to_owned(), query.to_owned(), host.to_owned())
    }
}

fn read(target: &str) -> Result<Read, HandshakeError> {
    let bytes = head(&[&format!("GET {target} HTTP/1.1"), "Host: a:1"]);
    let head = RequestHead::parse(&bytes, HeadLimits::DEFAULT)?;
    let target = head.target()?;
    let host = target.host.unwrap_or_default();
    Ok(Read(target.path, target.query.to_owned(), host.to_owned()))
}
