//! The files of `www` that are part of the program.

/// Makes a [`File`] of each path below `www`.
macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        [$(File {
            name: $name,
            content: include_bytes!(concat!("../../../www/", $name)),
            compressed: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }),*]
    };
}

/// A file that is part of the program.
pub(super) struct File {
    /// Its path below `www`, which is also its path in a URL.
    pub(super) name: &'static str,
    pub(super) content: &'static [u8],
    /// Compressed with gzip by `pages/build.rs`.
    pub(super) compressed: &'static [u8],
}

/// All files that a page can ask for, sorted by name.
pub(super) const FILES: &[File] = &embed![
    "chat/actions.js",
    "chat/address.js",
    "chat/back-button.js",
    "chat/commands.js",
    "chat/composer.js",
    "chat/drawers.js",
    "chat/entry-view.js",
    "chat/events.js",
    "chat/fold.js",
    "chat/identity.js",
    "chat/ignored.js",
    "chat/log-view.js",
    "chat/login-view.js",
    "chat/main.js",
    "chat/merge.js",
    "chat/other-tabs.js",
    "chat/pending.js",
    "chat/people-view.js",
    "chat/recipient.js",
    "chat/rename.js",
    "chat/rooms-view.js",
    "chat/roster.js",
    "chat/scroll.js",
    "chat/session.js",
    "chat/sign-in.js",
    "chat/state.js",
    "chat/status.js",
    "chat/time.js",
    "chat/unread.js",
    "chat/wire-drawer.js",
    "chat/wire-height.js",
    "cheeper.html",
    "cheeper/cheeper.js",
    "echo.html",
    "echo/echo.js",
    "handshake.html",
    "handshake/head.js",
    "handshake/key.js",
    "handshake/main.js",
    "handshake/sha1.js",
    "handshake/style.css",
    "icon.svg",
    "index.html",
    "shared/animation-frame.js",
    "shared/bytes.js",
    "shared/dom.js",
    "shared/explanations.js",
    "shared/explanations.json",
    "shared/links.js",
    "shared/names.js",
    "shared/reload.js",
    "shared/socket.js",
    "shared/style.css",
    "wire.html",
    "wire/bits.js",
    "wire/describe.js",
    "wire/detail.js",
    "wire/dump.js",
    "wire/frame.js",
    "wire/main.js",
    "wire/projector.js",
    "wire/rows.js",
    "wire/source.js",
    "wire/style.css",
    "wire/table.js",
    "wire/view.js",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_file_of_the_pages_is_embedded() {
        let mut names = names_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www"), "");
        // `refused.html` is a template, not a page; the pictures are the README's.
        names.retain(|name| name != "refused.html" && !name.ends_with(".png"));
        names.sort();
        let embedded: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        assert_eq!(embedded, names, "sorted by name");
        let size: usize = FILES.iter().map(|file| file.content.len()).sum();
        assert!(size <= 240 << 10, "all pages together have {size} bytes");
    }

    fn names_below(folder: &Path, prefix: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").flatten();
        let names = entries.flat_map(|entry| {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                names_below(&entry.path(), &format!("{name}/"))
            } else {
                vec![name]
            }
        });
        names.collect()
    }

    /// Without `modulepreload` a browser learns of a module only from the one that imports it, and loads one
    /// level after the other.
    #[test]
    fn each_page_preloads_all_its_modules() {
        for file in FILES.iter().filter(|file| file.name.ends_with(".html")) {
            let page = str::from_utf8(file.content).expect("UTF-8");
            let entry = between(page, "<script type=\"module\" src=\"", "\"");
            let preloaded: BTreeSet<String> = between(page, "rel=\"modulepreload\" href=\"", "\"")
                .map(str::to_owned)
                .collect();
            let mut imported = BTreeSet::new();
            entry.for_each(|entry| add_imports(entry, &mut imported));
            assert_eq!(preloaded, imported, "{}", file.name);
        }
    }

    fn add_imports(name: &str, all: &mut BTreeSet<String>) {
        let module = FILES.iter().find(|file| file.name == name);
        let module = str::from_utf8(module.expect("a module").content).expect("UTF-8");
        let folder = name.split_once('/').expect("a module is in a folder").0;
        for import in between(module, " from \"", "\";") {
            let import = match import.strip_prefix("../") {
                Some(elsewhere) => elsewhere.to_owned(),
                None => format!("{folder}/{}", import.trim_start_matches("./")),
            };
            if all.insert(import.clone()) {
                add_imports(&import, all);
            }
        }
    }

    fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
        let pieces = text.split(start).skip(1);
        pieces.filter_map(move |piece| Some(piece.split_once(end)?.0))
    }
}
