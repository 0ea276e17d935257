//! S: what a browser gets, and what it is told about it.

use crate::live::answer::Answer;
use crate::live::house::House;
use crate::live::rows::row;
use crate::live::wire::Wire;
use libtest_mimic::Trial;
use std::sync::Arc;

pub(crate) fn rows(house: &Arc<House>) -> Vec<Trial> {
    let shared = || Arc::clone(house);
    let (files, health, framed) = (shared(), shared(), shared());
    vec![
        row(
            "S08 the page and all its files say what may be done with them",
            move || {
                let page = get(&files, "/");
                let mut paths = vec!["/".to_owned()];
                paths.extend(own_files(&page.body));
                assert!(paths.len() > 1, "the page has files of its own");
                for path in paths {
                    let answer = get(&files, &path);
                    assert_eq!(answer.status, 200, "{path}");
                    assert_guarded(&answer, &files);
                }
            },
        ),
        row("S08 every 200 does, a plain one too", move || {
            assert_guarded(&get(&health, "/healthz"), &health);
        }),
        row("S14 no other site may frame the page", move || {
            let page = get(&framed, "/");
            assert_eq!(page.header("X-Frame-Options"), Some("DENY"));
            let policy = page.header("Content-Security-Policy").expect("a policy");
            assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        }),
    ]
}

fn get(house: &House, path: &str) -> Answer {
    let mut wire = Wire::open(house.addr());
    wire.send(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", house.addr()).as_bytes());
    wire.answer()
}

fn assert_guarded(answer: &Answer, house: &House) {
    let host = house.addr();
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
