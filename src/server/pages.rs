//! What a browser gets: files that are part of the program, so that nothing outside of this
//! table can be asked for, and nothing has to be fetched from elsewhere.

mod directory;

use crate::protocol::http::Response;
use std::borrow::Cow;
use std::path::Path;

/// Files of `www`, by name.
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../www/", $name)))),*]
    };
}

const FILES: &[(&str, &[u8])] = &embed![
    "address.js",
    "bytes.js",
    "cheeper.html",
    "cheeper.js",
    "commands.js",
    "composer.js",
    "dom.js",
    "drawers.js",
    "echo.html",
    "echo.js",
    "explanations.js",
    "explanations.json",
    "handshake-head.js",
    "handshake.css",
    "handshake.html",
    "handshake.js",
    "icon.svg",
    "identity.js",
    "index.html",
    "lines.js",
    "links.js",
    "log.js",
    "login.js",
    "main.js",
    "names.js",
    "orders.js",
    "outbox.js",
    "people.js",
    "receive.js",
    "rename.js",
    "replay.js",
    "rooms.js",
    "scroll.js",
    "session.js",
    "sha1.js",
    "socket.js",
    "state.js",
    "status.js",
    "style.css",
    "time.js",
    "unread.js",
    "wire-bits.js",
    "wire-detail.js",
    "wire-drawer.js",
    "wire-dump.js",
    "wire-frame.js",
    "wire-page.js",
    "wire-project.js",
    "wire-source.js",
    "wire-store.js",
    "wire-table.js",
    "wire-view.js",
    "wire-words.js",
    "wire.css",
    "wire.html",
];

/// What is at `path`, for a browser that reached us as `host`. With `www`, the files come from
/// that directory.
pub(super) fn find(path: &str, host: Option<&str>, www: Option<&Path>) -> Option<Response> {
    let response = match path {
        "/healthz" => Response::text(200, "ok\n").header("Cache-Control", "no-store"),
        path => {
            let name = file_name(path)?;
            let content = match www {
                Some(directory) => directory::read(directory, name).map(Cow::Owned)?,
                None => Cow::Borrowed(FILES.iter().find(|(own, _)| *own == name)?.1),
            };
            Response::new(200, content_type(name)?, content).header("Cache-Control", "no-cache")
        }
    };
    Some(
        response
            .header(
                "Content-Security-Policy",
                content_security_policy(host.unwrap_or_default()),
            )
            .header("X-Content-Type-Options", "nosniff")
            .header("X-Frame-Options", "DENY")
            .header("Referrer-Policy", "no-referrer")
            .header("Cross-Origin-Opener-Policy", "same-origin")
            .header("Cross-Origin-Resource-Policy", "same-origin"),
    )
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
fn content_security_policy(host: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' ws://{host} wss://{host}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_pages_is_embedded() {
        let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
        let entries = std::fs::read_dir(www).expect("the directory").flatten();
        let files = entries.filter(|entry| entry.path().is_file());
        let mut names: Vec<String> = files
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let embedded: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        assert_eq!(embedded, names, "in the order of their names");
        let size: usize = FILES.iter().map(|(_, content)| content.len()).sum();
        assert!(size <= 200 << 10, "all pages together have {size} bytes");
    }
}
