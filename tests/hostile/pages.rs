//! S: the files that a browser gets, and their headers.

use crate::kit::client::chat::unique;
use crate::kit::client::raw::{RawClient, UPGRADE};
use crate::kit::client::response::Response;
use crate::kit::client::target::{Pace, Target};
use crate::kit::optional;
use crate::kit::table::row;
use crate::kit::temp_file::TempFile;
use crate::witnessed::{SharedServer, WitnessedServer};
use libtest_mimic::Trial;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let mut rows = shared.row(
        "S08 the page and all its files say what may be done with them",
        |target| {
            let page = get(target, "/");
            let mut paths = vec!["/".to_owned()];
            paths.extend(own_files(&page.body));
            assert!(paths.len() > 1, "the page has files of its own");
            for path in paths {
                let answer = get(target, &path);
                assert_eq!(answer.status, 200, "{path}");
                assert_guarded(&answer, target);
            }
        },
    );
    rows.extend(shared.row("S08 every 200 does, a plain one too", |target| {
        assert_guarded(&get(target, "/healthz"), target);
    }));
    rows.extend(
        shared.row("S14 no other site may frame the page", |target| {
            let page = get(target, "/");
            assert_eq!(page.header("X-Frame-Options"), Some("DENY"));
            let policy = page.header("Content-Security-Policy").expect("a policy");
            assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        }),
    );
    rows.extend(shared.row(
        "S15 a refusal is a page to a browser, and text in it stays text",
        |target| {
            for (request, status, sentence) in [
                (
                    "GET /none HTTP/1.1\r\nHost: {host}\r\n",
                    404,
                    "there is nothing here",
                ),
                (
                    "GET /none HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\n",
                    413,
                    "no request body",
                ),
                (
                    UPGRADE.trim_end_matches("\r\n"),
                    403,
                    "\"http://&lt;b>\" may not connect",
                ),
            ] {
                let mut wire = RawClient::open(target);
                let request = request.replace("{host}", &target.addr.to_string());
                let browser = "Origin: http://<b>\r\nAccept: text/html,*/*;q=0.8\r\n\r\n";
                wire.send(format!("{}\r\n{browser}", request.trim_end()).as_bytes());
                let answer = wire.answer();
                assert_eq!(answer.status, status, "{answer:?}");
                assert_eq!(
                    answer.header("Content-Type"),
                    Some("text/html; charset=utf-8")
                );
                assert!(answer.body.contains(sentence), "{answer:?}");
                assert!(!answer.body.contains("<b>"), "{answer:?}");
                answer.assert_complete();
            }
        },
    ));
    rows.extend(shared.row(
        "S16 no answer with a body may be taken for another type",
        |target| {
            for (path, status) in [
                ("/", 200),
                ("/healthz", 200),
                ("/metrics", 200),
                ("/none", 404),
                ("/ws", 426),
                ("/%zz", 400),
            ] {
                let answer = get(target, path);
                assert_eq!(answer.status, status, "{path}");
                answer.assert_complete();
            }
        },
    ));
    rows.extend(from_a_directory());
    rows.push(row(
        "S09 no file of the page holds inline script or style, markup from text, or another host",
        assets_are_plain,
    ));
    rows
}

/// `--www` with entries that are not regular files.
fn from_a_directory() -> Vec<Trial> {
    vec![
        row("S06 a link, out of the directory or within it: 404", || {
            let www = Www::new();
            www.write("secret", b"secret");
            symlink(www.0.join("secret"), www.pages().join("link.js")).expect("linked");
            www.expect("/link.js", 404);
            symlink("index.html", www.pages().join("within.html")).expect("linked");
            www.expect("/within.html", 404);
            www.write("secret.js", b"secret");
            symlink(&www.0, www.pages().join("folder")).expect("linked");
            www.expect("/folder/secret.js", 404);
        }),
        row(
            "S07 a pipe, a directory, a file that may not be read: 404, at once",
            || {
                let www = Www::new();
                let pipe = TempFile::pipe();
                fs::rename(pipe.path(), www.pages().join("pipe.js")).expect("it is there");
                fs::create_dir(www.pages().join("directory.js")).expect("a directory");
                symlink("loop.js", www.pages().join("loop.js")).expect("linked to itself");
                for path in ["/pipe.js", "/directory.js", "/loop.js"] {
                    www.expect(path, 404);
                }
            },
        ),
        optional::on_linux(
            "H48 a large file that the client does not read: its thread ends at the write deadline",
            "/proc says how many threads there are",
            || {
                let www = Www::new();
                www.write("www/large.js", &vec![b' '; 4 << 20]);
                let server =
                    WitnessedServer::start(&["--www", &www.flag(), "--write-timeout", "600ms"]);
                let start = Instant::now();
                let mut wire = RawClient::open(server.target(Pace::ByteByByte));
                wire.send(request("/large.js", server.addr()).as_bytes());
                wire.wait_for_anything();
                server.assert_nobody_is_left();
                let took = start.elapsed();
                assert!(
                    took >= Duration::from_millis(600),
                    "it gave up after {took:?}"
                );
            },
        ),
    ]
}

/// A directory for `--www`, and one beside it.
struct Www(PathBuf);

impl Www {
    fn new() -> Self {
        let www =
            Self(std::env::temp_dir().join(format!("ws101-{}-{}", process::id(), unique("www"))));
        fs::create_dir_all(www.pages()).expect("made");
        www.write("www/index.html", b"<!doctype html>");
        www
    }

    fn pages(&self) -> PathBuf {
        self.0.join("www")
    }

    fn flag(&self) -> String {
        self.pages()
            .to_str()
            .expect("a path of our own is text")
            .to_owned()
    }

    fn write(&self, path: &str, content: &[u8]) {
        fs::write(self.0.join(path), content).expect("written");
    }

    fn expect(&self, path: &str, status: u16) {
        let server = WitnessedServer::start(&["--www", &self.flag()]);
        assert_eq!(get(server.target(Pace::Whole), "/").status, 200);
        get(server.target(Pace::Whole), path).assert_refusal(status);
    }
}

impl Drop for Www {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("it was there");
    }
}

/// Markup that would execute, or that would embed this site in another.
const FORBIDDEN: [&str; 12] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "<script>",
    "<style",
    " style=",
    " onclick=",
    "\"javascript:",
    "//cdn",
];

fn assets_are_plain() {
    let mut count = 0;
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("www")];
    let files = std::iter::from_fn(|| {
        let entries = fs::read_dir(folders.pop()?).expect("a folder of the pages");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let (below, files) = paths.partition::<Vec<PathBuf>, _>(|path| path.is_dir());
        folders.extend(below);
        Some(files)
    });
    for path in files.flatten() {
        let Ok(text) = fs::read_to_string(&path) else {
            continue; // pictures for README.md
        };
        count += 1;
        let name = path.display();
        for word in FORBIDDEN {
            assert!(!text.contains(word), "{name}: {word}");
        }
        // The only URL allowed is the name of an XML namespace, which no browser requests.
        let elsewhere = text.replace("http://www.w3.org/2000/svg", "");
        for address in [
            "src=\"http",
            "href=\"http",
            "url(http",
            "import(\"http",
            "from \"http",
            "fetch(\"http",
        ] {
            assert!(!elsewhere.contains(address), "{name}: {address}");
        }
    }
    assert!(count > 60, "{count} files");
}

fn request(path: &str, host: SocketAddr) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

fn get(target: Target, path: &str) -> Response {
    let mut wire = RawClient::open(target);
    wire.send(request(path, target.addr).as_bytes());
    wire.answer()
}

fn assert_guarded(answer: &Response, target: Target) {
    let host = target.addr;
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' ws://{host} wss://{host}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    for (name, value) in [
        ("Content-Security-Policy", policy.as_str()),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}

/// The files of this server to which the page refers.
fn own_files(page: &str) -> Vec<String> {
    ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .filter(|target| !target.starts_with('#') && !target.contains(':'))
        .map(|target| format!("/{}", target.trim_start_matches('/')))
        .collect()
}
