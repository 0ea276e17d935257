//! The pages: files that are part of the program. A browser can ask for nothing that is not in that table, and
//! needs nothing from another server.

mod directory;
mod files;

use crate::protocol::HandshakeError;
use crate::protocol::http::{Headers, Response};
use files::FILES;
use std::borrow::Cow;
use std::path::Path;
use std::sync::LazyLock;

/// A file of the pages, ready to be sent.
#[derive(Debug)]
pub(super) struct Page {
    content: Cow<'static, [u8]>,
    compressed: Option<&'static [u8]>,
    content_type: &'static str,
    /// Identifies this content: it changes when the content does. RFC 9110 §8.8.3.
    entity_tag: Cow<'static, str>,
}

impl Page {
    /// The file for the path of a URL: from the directory `www`, if there is one.
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

    /// The response to a browser that asked the server under the name `host`: 304 without a body if the browser
    /// has this content already. RFC 9110 §13.1.2.
    pub(super) fn response(
        mut self,
        request: &Headers<'_>,
        host: Option<&str>,
    ) -> Result<Response, HandshakeError> {
        let compressed = self.compressed.filter(|_| takes_gzip(request));
        if compressed.is_some() {
            // A strong tag identifies bytes, and these are other bytes.
            self.entity_tag = self.entity_tag.replacen('-', "-gzip-", 1).into();
        }
        let known = request.list("If-None-Match")?;
        let is_known = known.iter().any(|known| {
            // §13.1.2: If-None-Match compares weakly, so `W/` makes no difference.
            *known == "*" || known.strip_prefix("W/").unwrap_or(known) == self.entity_tag
        });
        let response = match compressed {
            _ if is_known => Response::empty(304), // the browser has stored the page's headers, too
            Some(bytes) => guarded(Response::new(200, self.content_type, bytes), host)
                .header("Content-Encoding", "gzip"),
            None => guarded(Response::new(200, self.content_type, self.content), host),
        };
        // "no-cache" means: store it, and ask before each use whether it has changed. After an update a page
        // must not mix old and new modules.
        Ok(response
            .header("Cache-Control", "no-cache")
            .header("ETag", self.entity_tag)
            .header("Vary", "Accept-Encoding"))
    }
}

/// Whether the client lists gzip with a weight above zero. RFC 9110 §12.5.3.
fn takes_gzip(request: &Headers<'_>) -> bool {
    let codings = request.list("Accept-Encoding").unwrap_or_default();
    codings.iter().any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse();
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight: f32| weight > 0.0)
    })
}

/// The entity tags of [`FILES`], in their order.
static ENTITY_TAGS: LazyLock<Vec<String>> =
    LazyLock::new(|| FILES.iter().map(|file| entity_tag(file.content)).collect());

/// The content's length and FNV-1a hash. No cryptographic hash is needed: an attacker who could make two files
/// with one tag would have to write our files.
fn entity_tag(content: &[u8]) -> String {
    let hash = content
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
    format!("\"{:x}-{hash:016x}\"", content.len())
}

/// The answer of `/healthz`.
pub(super) fn health(host: Option<&str>) -> Response {
    guarded(Response::text(200, "ok\n"), host).header("Cache-Control", "no-store")
}

/// A refusal as a page for people: the sentence, with links to the pages that exist.
pub(super) fn refusal(error: &HandshakeError, sentence: &str) -> Response {
    let page = include_str!("../../www/refused.html")
        .replace("{status}", &error.status().to_string())
        .replace("{sentence}", &escaped(sentence))
        .replace("{section}", error.section());
    guarded(error.response_as("text/html; charset=utf-8", page), None)
        .header("Cache-Control", "no-store")
}

/// Escapes text for HTML. Some errors quote what the client sent.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Adds the security headers that every response has.
fn guarded(response: Response, host: Option<&str>) -> Response {
    response
        .header("Content-Security-Policy", content_security_policy(host))
        .header("X-Frame-Options", "DENY")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cross-Origin-Resource-Policy", "same-origin")
}

/// The file's path below `www`. Each page also has a short path.
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

/// The media type for the file's extension. Files with other extensions are not served.
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

/// Allows a page what this server sends, and nothing else. `host` has passed the guard: it is a name or an
/// address, and contains no character that could end this policy and begin another.
fn content_security_policy(host: Option<&str>) -> String {
    let sockets = host.map_or_else(String::new, |host| format!(" ws://{host} wss://{host}"));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
