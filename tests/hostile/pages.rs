//! S: what a browser gets, and what it is told about it.

use crate::house::House;
use crate::live::answer::Answer;
use crate::live::wire::{Door, Wire};
use libtest_mimic::Trial;
use std::sync::Arc;

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    let mut rows = house.row(
        "S08 the page and all its files say what may be done with them",
        |door| {
            let page = get(door, "/");
            let mut paths = vec!["/".to_owned()];
            paths.extend(own_files(&page.body));
            assert!(paths.len() > 1, "the page has files of its own");
            for path in paths {
                let answer = get(door, &path);
                assert_eq!(answer.status, 200, "{path}");
                assert_guarded(&answer, door);
            }
        },
    );
    rows.extend(house.row("S08 every 200 does, a plain one too", |door| {
        assert_guarded(&get(door, "/healthz"), door);
    }));
    rows.extend(house.row("S14 no other site may frame the page", |door| {
        let page = get(door, "/");
        assert_eq!(page.header("X-Frame-Options"), Some("DENY"));
        let policy = page.header("Content-Security-Policy").expect("a policy");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
    }));
    rows
}

fn get(door: Door, path: &str) -> Answer {
    let mut wire = Wire::open(door);
    wire.send(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", door.addr).as_bytes());
    wire.answer()
}

fn assert_guarded(answer: &Answer, door: Door) {
    let host = door.addr;
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

/// What the page names of its own server.
fn own_files(page: &str) -> Vec<String> {
    ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .filter(|target| !target.starts_with('#') && !target.contains(':'))
        .map(|target| format!("/{}", target.trim_start_matches('/')))
        .collect()
}
