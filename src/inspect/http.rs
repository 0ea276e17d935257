//! One half of a handshake, explained: which rules its head keeps.

#[cfg(test)]
mod tests;

use super::kept::Hex;
use super::record::Dir;
use crate::protocol::http::{HeadLimits, HeadScanner, RequestHead, ResponseHead};
use crate::protocol::{AcceptSteps, HandshakeError, Request, ResponseError, Upgrade};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A request for an upgrade, or the response to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct HttpRecord {
    t: &'static str,
    pub(crate) dir: Dir,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The bytes of the head. What follows it is no longer HTTP.
    pub(crate) hex: Hex,
    /// The headers whose values were blotted out, with `target` for the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blotted: Option<Vec<String>>,
    pub(crate) checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accept: Option<Steps>,
    pub(crate) verdict: HttpVerdict,
}

/// One rule, and whether the head keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// The header that the rule is about, or the part of the first line.
    pub(crate) h: &'static str,
    pub(crate) ok: bool,
    /// The section of RFC 6455 that states it.
    pub(crate) rule: &'static str,
}

/// The way from a key to its accept key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Steps {
    pub(crate) key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_bytes: Option<Hex>,
    pub(crate) concatenated: String,
    pub(crate) sha1: Hex,
    pub(crate) accept: String,
}

impl Steps {
    pub(crate) fn of(key: &str) -> Self {
        let steps = AcceptSteps::of(key);
        Self {
            key: key.to_owned(),
            key_bytes: steps.key_bytes.map(Hex),
            concatenated: steps.concatenated,
            sha1: Hex(steps.sha1.to_vec()),
            accept: steps.accept,
        }
    }
}

/// Whether the head is right, as far as the protocol can tell. Whether the server has such a host,
/// origin and path, only the server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HttpVerdict {
    Right,
    Request(HandshakeError),
    Response(ResponseError),
    /// The blank line at its end has not arrived.
    Unfinished,
}

impl Serialize for HttpVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (rule, section, status) = match self {
            Self::Right | Self::Unfinished => ("", "", None),
            Self::Request(error) => (error.rule(), error.section(), Some(error.status())),
            Self::Response(error) => (error.rule(), error.section(), None),
        };
        let mut map = serializer.serialize_map(None)?;
        let ok = (*self != Self::Unfinished).then_some(*self == Self::Right);
        map.serialize_entry("ok", &ok)?;
        if !rule.is_empty() {
            map.serialize_entry("rule", rule)?;
            map.serialize_entry("section", section)?;
        }
        if let Some(status) = status {
            map.serialize_entry("status", &status)?;
        }
        map.end()
    }
}

impl HttpRecord {
    /// The request at the front of `bytes`.
    pub(crate) fn request(bytes: &[u8]) -> Self {
        let mut record = Self::empty(Dir::In, bytes);
        record.verdict = match record.judge_request(bytes) {
            Ok(true) => HttpVerdict::Right,
            Ok(false) => HttpVerdict::Unfinished,
            Err(error) => HttpVerdict::Request(error),
        };
        record
    }

    /// The response at the front of `bytes`. Its accept key and its subprotocol can only be judged with the
    /// request that it answers.
    pub(crate) fn response(bytes: &[u8], request: Option<&[u8]>) -> Self {
        let mut record = Self::empty(Dir::Out, bytes);
        record.verdict = match ResponseHead::decode(bytes) {
            Ok(None) => HttpVerdict::Unfinished,
            Ok(Some((head, size))) => {
                record.hex.0.truncate(size);
                record.status = Some(head.status);
                record.judge_response(&head, request)
            }
            Err(error) => HttpVerdict::Response(error),
        };
        record
    }

    pub(crate) fn is_request(&self) -> bool {
        self.dir == Dir::In
    }

    fn empty(dir: Dir, bytes: &[u8]) -> Self {
        Self {
            t: "http",
            dir,
            status: None,
            // No head is longer. The bytes after it may be, with many more heads for example.
            hex: Hex(bytes[..bytes.len().min(ResponseHead::MAX_SIZE)].to_vec()),
            blotted: None,
            checks: Vec::new(),
            accept: None,
            verdict: HttpVerdict::Unfinished,
        }
    }

    /// Returns whether the head is complete. The first mistake is the verdict; the checks go on after it.
    fn judge_request(&mut self, bytes: &[u8]) -> Result<bool, HandshakeError> {
        let limits = HeadLimits::DEFAULT;
        let Some(at) = HeadScanner::new(limits).scan(bytes)? else {
            return Ok(false);
        };
        self.hex.0.truncate(at.end);
        let head = RequestHead::parse(&bytes[at], limits)?;
        let host = head.headers.once("Host")?;
        self.check("Host", host.is_some(), "4.2.1");
        for rule in &Upgrade::RULES {
            self.check(rule.about, rule.check(&head).is_ok(), rule.section);
        }
        head.require_no_body()?;
        Upgrade::check(&head)?;
        Ok(true)
    }

    fn judge_response(&mut self, head: &ResponseHead<'_>, request: Option<&[u8]>) -> HttpVerdict {
        let limits = HeadLimits::DEFAULT;
        let asked = request.and_then(|request| RequestHead::parse(request, limits).ok());
        let key = (asked.as_ref())
            .and_then(|asked| asked.headers.once("Sec-WebSocket-Key").ok().flatten());
        let offered = (asked.as_ref())
            .and_then(|asked| asked.headers.list("Sec-WebSocket-Protocol").ok())
            .unwrap_or_default();
        self.accept = key.map(Steps::of);
        let question = Request::that_sent(key.unwrap_or_default(), &offered);
        let mut verdict = HttpVerdict::Right;
        for rule in &Request::RULES {
            let needs_request = ["Sec-WebSocket-Accept", "Sec-WebSocket-Protocol"];
            if key.is_none() && needs_request.contains(&rule.about) {
                continue;
            }
            let checked = rule.check(&question, head);
            self.check(rule.about, checked.is_ok(), "4.1");
            if let (Err(error), HttpVerdict::Right) = (checked, &verdict) {
                verdict = HttpVerdict::Response(error);
            }
        }
        verdict
    }

    fn check(&mut self, h: &'static str, ok: bool, rule: &'static str) {
        self.checks.push(Check { h, ok, rule });
    }
}
