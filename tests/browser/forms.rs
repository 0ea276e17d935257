//! Every field of every page has a label, and an id or a name, so that a browser can fill it in.

use crate::PageTest;
use crate::browser::Browser;
use crate::chat;
use crate::server::TestServer;
use crate::tab::Tab;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

pub(crate) const TESTS: [PageTest; 1] = [("fields", fields)];

/// The URL path of each HTML file in `www`.
fn pages() -> Vec<String> {
    let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
    let files = fs::read_dir(www).expect("the directory").flatten();
    let names = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        Some(match name.strip_suffix(".html")? {
            "refused" => return None, // the page for refused requests, which has no fields
            "index" => "/".to_owned(),
            "echo" => "/echo-demo".to_owned(),
            name => format!("/{name}"),
        })
    });
    names.chain(["/wire?project=1".to_owned()]).collect()
}

fn fields(browser: &Browser) {
    let server = TestServer::start(&[]);
    let visitor = browser.visitor(server.addr());
    let pages = pages();
    assert!(pages.len() >= 6, "{pages:?}");
    let mut found = 0;
    for page in pages {
        let tab = visitor.tab(&page);
        if page == "/" {
            chat::shows(&tab, "#login");
            found += judge(&tab, "the login");
            chat::enter(&tab, "ada", "lobby");
            tab.click("#show-wire");
            tab.wait_for("Boolean(document.querySelector('tr.in'))", "the wire");
        }
        if page.starts_with("/wire") {
            tab.wait_for("Boolean(document.querySelector('tr.out'))", "the wire");
        }
        found += judge(&tab, &page);
        tab.assert_clean();
    }
    assert!(found >= 20, "{found} fields were found");
}

/// Checks all fields that the page has now, shown or not, and returns their number.
fn judge(tab: &Tab, page: &str) -> usize {
    let fields = tab.eval(
        "Array.from(document.querySelectorAll('input, select, textarea'), (field) => ({
            field: field.outerHTML.slice(0, 120),
            isNamed: Boolean(field.id || field.name),
            label: Array.from(field.labels, (label) => label.textContent.trim()).join('') || (field.ariaLabel ?? ''),
            isOnly: !field.id || document.querySelectorAll(`[id=${JSON.stringify(field.id)}]`).length === 1,
        }))",
    );
    let fields = fields.as_array().expect("a list");
    for field in fields {
        let is_right = field["isNamed"] == true && field["isOnly"] == true && field["label"] != "";
        assert!(is_right, "{page}: {field}");
    }
    // The issues that the browser's developer tools report.
    let found = tab.call("Audits.checkFormsIssues", json!({}));
    let issues: &[Value] = found["formIssues"].as_array().map_or(&[], Vec::as_slice);
    assert!(issues.is_empty(), "{page}: {issues:#?}");
    fields.len()
}
