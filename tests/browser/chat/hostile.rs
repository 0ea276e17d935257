//! Hostile text stays text, in every place where the page shows text of other people.

use super::{is_told, log_in, reads, say, sees_people};
use crate::PageTest;
use crate::browser::Browser;
use crate::chat_client::ChatClient;
use crate::hostile::HOSTILE;
use crate::record::PATIENCE;
use crate::server::TestServer;
use crate::tab::Tab;
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Instant;

pub(crate) const TESTS: [PageTest; 6] = [
    ("S11 as_line", as_line),
    ("S11 as_name", as_name),
    ("S11 inline_script", inline_script),
    ("S12 directions", directions),
    ("S13 addresses", addresses),
    ("S14 framed", framed),
];

fn as_line(browser: &Browser) {
    let server = TestServer::start(&[]);
    let [one, two] = browser.visitors(server.addr());
    let ada = log_in(&one, "ada", "lobby");
    let bob = log_in(&two, "bob", "lobby");
    for text in HOSTILE {
        say(&ada, text);
        reads(&ada, text);
        reads(&bob, text);
    }
    say(&ada, "/msg bob <b>psst</b>");
    for tab in [ada, bob] {
        reads(&tab, "<b>psst</b>");
        assert_eq!(
            tab.count("#log li.line .text *"),
            0,
            "a text became an element"
        );
        assert_eq!(tab.eval("document.title.includes('owned')"), json!(false));
        tab.assert_clean();
    }
}

fn as_name(browser: &Browser) {
    let server = TestServer::start(&[]);
    let names = [
        "<img src=x onerror=alert(1)>",
        "<b>bold</b>",
        "&lt;'\"`${1}",
    ];
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, names[0], "lobby");
    sees_people(&ada, &[names[0]]);
    let mut bob = ChatClient::enter(server.addr(), names[1], "lobby");
    is_told(&ada, "entered", names[1]);
    bob.send("typing", &json!({ "room": "lobby" }));
    ada.wait_for(
        "document.querySelector('#typing').textContent.includes('<b>bold</b>')",
        "the name",
    );
    bob.say("lobby", "hello");
    reads(&ada, "hello");
    bob.send("name", &json!({ "name": names[2] }));
    is_told(
        &ada,
        "renamed",
        &format!("{} is now {}", names[1], names[2]),
    );
    sees_people(&ada, &[names[0], names[2]]);
    say(&ada, "hello yourself");
    super::all_sent(&ada);
    let from: Vec<String> = super::lines(&ada)
        .into_iter()
        .map(|line| line.from)
        .collect();
    assert_eq!(from, [names[1], names[0]]);
    assert_eq!(
        ada.count("#chat img[src=x], #chat b"),
        0,
        "a name became an element"
    );
    ada.assert_clean();
}

/// Even if markup got in, the page's Content-Security-Policy would keep its scripts from running.
fn inline_script(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let headers = &ada.document()["headers"];
    let policy = headers["Content-Security-Policy"]
        .as_str()
        .expect("a policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    ada.eval(
        "(() => {
            const script = document.createElement('script');
            script.textContent = 'window.owned = 1';
            document.body.append(script);
            const holder = document.createElement('div');
            holder.innerHTML = '<img src=\"data:,\" onerror=\"window.owned = 2\">';
            document.body.append(holder);
        })()",
    );
    ada.wait_for(
        "document.querySelector('img[src=\"data:,\"]').complete",
        "the picture",
    );
    assert_eq!(ada.eval("window.owned ?? 0"), json!(0));
    let violations = ada.complaints();
    assert!(violations.len() >= 2, "{violations:#?}");
    ada.tolerate("Content Security Policy");
    ada.assert_clean();
}

/// Bidi characters affect only their own line.
fn directions(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    let texts = [
        "plain",
        "\u{202e}turned",
        "\u{2067}\u{202e}open",
        "שלום",
        "a\u{200b}\u{feff}b",
    ];
    for text in texts {
        say(&ada, text);
        reads(&ada, text);
    }
    super::all_sent(&ada);
    // Whatever a line contains, its name and its time are in their columns.
    let places = ada.eval(
        "[...document.querySelectorAll('#log li.line')].map((line) => {
            const left = (part) => Math.round(line.querySelector(part).getBoundingClientRect().left);
            return [left('bdi'), left('time'), left('.text'), getComputedStyle(line).direction].join();
        })",
    );
    let places = places.as_array().expect("a list");
    assert_eq!(places.len(), texts.len());
    assert!(
        places.iter().all(|place| *place == places[0]),
        "{places:#?}"
    );
    ada.assert_clean();
}

/// A link opens a web page and nothing else, and tells it nothing about this page.
fn addresses(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, "ada", "lobby");
    for text in [
        "javascript:alert(1)",
        "JavaScript://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x file:///etc/passwd",
    ] {
        say(&ada, text);
        reads(&ada, text);
    }
    assert_eq!(ada.count("#log a"), 0, "only http and https are links");
    let text = "see https://example.org/a(b) now";
    say(&ada, text);
    reads(&ada, text);
    let link = ada.eval(
        "(({ href, rel, target }) => ({ href, rel, target }))(document.querySelector('#log a'))",
    );
    let expected = json!({
        "href": "https://example.org/a(b)", "rel": "noopener noreferrer", "target": "_blank",
    });
    assert_eq!(link, expected);
    ada.assert_clean();
}

/// Another site cannot show this page in a frame, to trick visitors into clicking on it.
fn framed(browser: &Browser) {
    let server = TestServer::start(&[]);
    let page = format!(
        "<!doctype html><iframe src=\"http://{}/\"></iframe>",
        server.addr()
    );
    let other = serve_to_browser(page);
    let tab = browser.visitor(other).tab("/");
    let complaint = |tab: &Tab| {
        tab.complaints()
            .into_iter()
            .any(|text| text.contains("frame-ancestors"))
    };
    let deadline = Instant::now() + PATIENCE;
    while !complaint(&tab) {
        assert!(
            Instant::now() < deadline,
            "nothing forbids it: {:#?}",
            tab.complaints()
        );
        tab.eval("new Promise((done) => setTimeout(done, 20))");
    }
}

/// A site with one page, served for every path: browsers ask for icons, too.
fn serve_to_browser(page: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for tcp in listener.incoming().take(10) {
            let mut tcp = tcp.expect("a connection");
            // The request must be read, whatever it says.
            let _ = tcp.read(&mut [0; 4_096]);
            let length = page.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = tcp.write_all((head + &page).as_bytes());
        }
    });
    addr
}
