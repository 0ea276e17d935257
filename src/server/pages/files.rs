//! The files of `www`, as they are in the program.

/// Files of `www`, by name.
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        [$(File {
            name: $name,
            content: include_bytes!(concat!("../../../www/", $name)),
            compressed: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }),*]
    };
}

/// A file of the program.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) content: &'static [u8],
    /// By `pages/build.rs`, with gzip.
    pub(super) compressed: &'static [u8],
}

pub(super) const FILES: &[File] = &embed![
    "address.js",
    "back.js",
    "bytes.js",
    "cheeper.html",
    "cheeper.js",
    "commands.js",
    "composer.js",
    "dom.js",
    "drawers.js",
    "echo.html",
    "echo.js",
    "entry.js",
    "explanations.js",
    "explanations.json",
    "fold.js",
    "frame.js",
    "handshake-head.js",
    "handshake-key.js",
    "handshake.css",
    "handshake.html",
    "handshake.js",
    "icon.svg",
    "identity.js",
    "ignored.js",
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
    "recipient.js",
    "reload.js",
    "rename.js",
    "replay.js",
    "rooms.js",
    "roster.js",
    "scroll.js",
    "session.js",
    "sha1.js",
    "socket.js",
    "state.js",
    "status.js",
    "style.css",
    "tabs.js",
    "time.js",
    "unread.js",
    "wire-bits.js",
    "wire-detail.js",
    "wire-drawer.js",
    "wire-dump.js",
    "wire-frame.js",
    "wire-height.js",
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_file_of_the_pages_is_embedded() {
        let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
        let entries = std::fs::read_dir(www).expect("the directory").flatten();
        let files = entries.filter(|entry| entry.path().is_file());
        let mut names: Vec<String> = files
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.retain(|name| name != "refused.html"); // a form to be filled in: no page of its own
        names.sort();
        let embedded: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        assert_eq!(embedded, names, "in the order of their names");
        let size: usize = FILES.iter().map(|file| file.content.len()).sum();
        assert!(size <= 240 << 10, "all pages together have {size} bytes");
    }

    /// Otherwise a browser learns of each module from the one that imports it, and asks for one after another.
    #[test]
    fn each_page_asks_for_all_its_modules_at_once() {
        for file in FILES.iter().filter(|file| file.name.ends_with(".html")) {
            let page = str::from_utf8(file.content).expect("text");
            let entry = between(page, "<script type=\"module\" src=\"", "\"");
            let preloaded: BTreeSet<&str> =
                between(page, "rel=\"modulepreload\" href=\"", "\"").collect();
            let mut imported = BTreeSet::new();
            entry.for_each(|entry| add_imports(entry, &mut imported));
            assert_eq!(preloaded, imported, "{}", file.name);
        }
    }

    fn add_imports(name: &'static str, all: &mut BTreeSet<&'static str>) {
        let module = FILES.iter().find(|file| file.name == name);
        let module = str::from_utf8(module.expect("a module").content).expect("text");
        for import in between(module, " from \"./", "\";") {
            if all.insert(import) {
                add_imports(import, all);
            }
        }
    }

    fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
        let pieces = text.split(start).skip(1);
        pieces.filter_map(move |piece| Some(piece.split_once(end)?.0))
    }
}
