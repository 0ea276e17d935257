//! Text that would like to be more than text, in every place where people's text is shown.

use super::{is_told, log_in, reads, say, sees_people};
use crate::PageTest;
use crate::browser::Browser;
use crate::chatter::Chatter;
use crate::hostile::HOSTILE;
use crate::house::House;
use serde_json::json;

pub(crate) const TESTS: [PageTest; 3] = [
    ("as_line", as_line),
    ("as_name", as_name),
    ("inline_script", inline_script),
];

fn as_line(browser: &Browser) {
    let server = House::open(&[]);
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
    let server = House::open(&[]);
    let names = [
        "<img src=x onerror=alert(1)>",
        "<b>bold</b>",
        "&lt;'\"`${1}",
    ];
    let visitor = browser.visitor(server.addr());
    let ada = log_in(&visitor, names[0], "lobby");
    sees_people(&ada, &[names[0]]);
    let mut bob = Chatter::enter(server.addr(), names[1], "lobby");
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

/// Even if markup came in, its scripts would not run: the page's own policy forbids it.
fn inline_script(browser: &Browser) {
    let server = House::open(&[]);
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
