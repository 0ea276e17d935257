//! What a browser gets: files that are part of the program, so that nothing outside of this
//! table can be asked for, and nothing has to be fetched from elsewhere.

use crate::protocol::http::Response;

/// Path, type, content.
type Page = (&'static str, &'static str, &'static [u8]);

const PAGES: [Page; 4] = [
    (
        "/",
        "text/html; charset=utf-8",
        include_bytes!("../../www/index.html"),
    ),
    (
        "/style.css",
        "text/css; charset=utf-8",
        include_bytes!("../../www/style.css"),
    ),
    (
        "/echo.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../www/echo.js"),
    ),
    (
        "/icon.svg",
        "image/svg+xml",
        include_bytes!("../../www/icon.svg"),
    ),
];

/// What is at `path`, for a browser that reached us as `host`.
pub(super) fn find(path: &str, host: Option<&str>) -> Option<Response> {
    let response = match path {
        "/healthz" => Response::text(200, "ok\n").header("Cache-Control", "no-store"),
        path => {
            let (_, content_type, content) = PAGES.iter().find(|(own, _, _)| *own == path)?;
            Response::new(200, content_type, *content).header("Cache-Control", "no-cache")
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

/// A page may use what comes from here and nothing else. `host` has passed the guard, so
/// it is a name or an address and nothing that could end the policy and begin another.
fn content_security_policy(host: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' ws://{host} wss://{host}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
