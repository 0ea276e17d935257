//! What a browser gets: files that are part of the program, so that nothing outside of this
//! table can be asked for, and nothing has to be fetched from elsewhere.

mod directory;
mod files;

use crate::protocol::HandshakeError;
use crate::protocol::http::{Headers, Response};
use files::FILES;
use std::borrow::Cow;
use std::path::Path;
use std::sync::LazyLock;

/// A file, as a browser gets it.
#[derive(Debug)]
pub(super) struct Page {
    content: Cow<'static, [u8]>,
    compressed: Option<&'static [u8]>,
    content_type: &'static str,
    /// Names this very content: another content has another one. RFC 9110 §8.8.3.
    entity_tag: Cow<'static, str>,
}

impl Page {
    /// What is at `path`. With `www`, the files come from that directory.
    pub(super) fn at(path: &str, www: Option<&Path>) -> Option<Self> {
        let name = file_name(path)?;
        let content_type = content_type(name)?;
        if let Some(directory) = www {
            let content = directory::read(directory, name)?;
            return Some(Self {
                entity_tag: entity_tag(&content).into(),
                content: content.into(),
                compressed: None,
                content_type,
            });
        }
        let index = FILES.iter().position(|file| file.name == name)?;
        Some(Self {
            content: FILES[index].content.into(),
            compressed: Some(FILES[index].compressed),
            content_type,
            entity_tag: ENTITY_TAGS[index].as_str().into(),
        })
    }

    /// The answer to a browser that reached us as `host`. If it has this very content already,
    /// it is told so and nothing else. RFC 9110 §13.1.2.
    pub(super) fn response(
        mut self,
        request: &Headers<'_>,
        host: Option<&str>,
    ) -> Result<Response, HandshakeError> {
        let compressed = self.compressed.filter(|_| takes_gzip(request));
        if compressed.is_some() {
            // Other bytes, so another tag: a strong one names bytes.
            self.entity_tag = self.entity_tag.replacen('-', "-gzip-", 1).into();
        }
        let known = request.list("If-None-Match")?;
        let is_known = known.iter().any(|known| {
            // A weak validator names the same tag: for a GET the difference is none.
            *known == "*" || known.strip_prefix("W/").unwrap_or(known) == self.entity_tag
        });
        let response = match compressed {
            _ if is_known => Response::empty(304), // what guards the page is stored with it
            Some(bytes) => guarded(Response::new(200, self.content_type, bytes), host)
                .header("Content-Encoding", "gzip"),
            None => guarded(Response::new(200, self.content_type, self.content), host),
        };
        // "no-cache" means: keep it, and ask each time whether it is still the same. The modules of a page
        // belong together, and after an update none of them may come from the version before.
        Ok(response
            .header("Cache-Control", "no-cache")
            .header("ETag", self.entity_tag)
            .header("Vary", "Accept-Encoding"))
    }
}

/// Does the client list gzip, and not with a weight of zero? RFC 9110 §12.5.3.
fn takes_gzip(request: &Headers<'_>) -> bool {
    let codings = request.list("Accept-Encoding").unwrap_or_default();
    codings.iter().any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse();
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight: f32| weight > 0.0)
    })
}

/// The tags of [`FILES`].
static ENTITY_TAGS: LazyLock<Vec<String>> =
    LazyLock::new(|| FILES.iter().map(|file| entity_tag(file.content)).collect());

/// Its length and its FNV-1a hash: these are our own files, and nobody gains by two that look alike.
fn entity_tag(content: &[u8]) -> String {
    let hash = content
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
    format!("\"{:x}-{hash:016x}\"", content.len())
}

/// What `/healthz` says while requests are answered at all.
pub(super) fn health(host: Option<&str>) -> Response {
    guarded(Response::text(200, "ok\n"), host).header("Cache-Control", "no-store")
}

/// A refusal for a person who looks at it in a browser: the sentence on a page, with a way back.
pub(super) fn refusal(error: &HandshakeError, sentence: &str) -> Response {
    let page = include_str!("../../www/refused.html")
        .replace("{status}", &error.status().to_string())
        .replace("{sentence}", &escaped(sentence))
        .replace("{section}", error.section());
    guarded(error.response_as("text/html; charset=utf-8", page), None)
        .header("Cache-Control", "no-store")
}

/// As text in a page. What a client sent is part of some sentences.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// What browsers are told about everything that they get from here.
fn guarded(response: Response, host: Option<&str>) -> Response {
    response
        .header("Content-Security-Policy", content_security_policy(host))
        .header("X-Frame-Options", "DENY")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cross-Origin-Resource-Policy", "same-origin")
}

/// Pages have short paths, everything else is found by its name.
fn file_name(path: &str) -> Option<&str> {
    match path {
        "/" => Some("index.html"),
        "/cheeper" => Some("cheeper.html"),
        "/echo-demo" => Some("echo.html"),
        "/handshake" => Some("handshake.html"),
        "/wire" => Some("wire.html"),
        other => other.strip_prefix('/'),
    }
}

/// By the file's ending; other files are not served.
fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "json" => Some("application/json"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// A page may use what comes from here and nothing else. `host` has passed the guard, so
/// it is a name or an address and nothing that could end the policy and begin another.
fn content_security_policy(host: Option<&str>) -> String {
    let sockets = host.map_or_else(String::new, |host| format!(" ws://{host} wss://{host}"));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
