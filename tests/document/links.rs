//! Links of every document lead to a file that exists, and to a heading in it. Files that a document or a comment
//! mentions exist, and so do names in the notes.

use crate::PROTOCOL;
use crate::markdown::{anchors, code_spans, targets};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Packages of their own, which `cargo package` does not pack with this one.
const NOT_PACKED: [&str; 2] = ["benches/peers", "tests/fuzz"];

/// Endings of names that stand for a file of this repository.
const ENDINGS: [&str; 7] = [".rs", ".js", ".cjs", ".css", ".html", ".py", ".md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files, relative to the root, without what is built or hidden.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let is_ours = name != "target" && name != "node_modules";
            if is_ours && !name.to_string_lossy().starts_with('.') {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(root()).expect("inside").to_owned());
                }
            }
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).expect("text")
}

fn ends(path: &Path, endings: &[&str]) -> bool {
    endings
        .iter()
        .any(|ending| path.extension().is_some_and(|own| own == *ending))
}

fn documents() -> Vec<(PathBuf, String)> {
    let paths = files().into_iter().filter(|path| ends(path, &["md"]));
    let documents: Vec<_> = paths.map(|path| (path.clone(), read(&path))).collect();
    assert!(documents.len() >= 5, "the documents were found");
    documents
}

/// The comments of every source.
fn comments() -> Vec<(PathBuf, String)> {
    let is_source = |path: &PathBuf| {
        let folders = ["src", "www", "benches"];
        folders.iter().any(|folder| path.starts_with(folder)) && ends(path, &["rs", "js"])
    };
    let comments = |path: PathBuf| {
        let text = read(&path);
        let lines = text
            .lines()
            .filter_map(|line| Some(line.split_once("//")?.1));
        (path, lines.collect::<Vec<_>>().join("\n"))
    };
    files()
        .into_iter()
        .filter(is_source)
        .map(comments)
        .collect()
}

/// `tests/../PROTOCOL.md` is `PROTOCOL.md`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// Is this in a package that this copy of the sources does not have?
pub(crate) fn is_absent_package(path: &Path) -> bool {
    let mut packages = NOT_PACKED.iter();
    packages.any(|package| path.starts_with(package) && !root().join(package).exists())
}

#[test]
fn every_link_leads_somewhere() {
    let mut faults = Vec::new();
    let mut followed = 0;
    for (document, text) in documents() {
        for target in targets(&text) {
            if target.contains("://") {
                continue;
            }
            followed += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() {
                document.clone()
            } else {
                normal(&document.with_file_name("").join(file))
            };
            if is_absent_package(&path) {
                continue;
            }
            let is_heading = || {
                let linked = fs::read_to_string(root().join(&path)).unwrap_or_default();
                anchors(&linked).any(|heading| heading == anchor)
            };
            if !root().join(&path).exists() || (!anchor.is_empty() && !is_heading()) {
                faults.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(followed >= 50, "the links were found");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Types, functions and fields: `Room::say`, `members`, `composer`.
fn is_identifier(name: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    name.split("::").all(is_word)
}

/// Part IV promises that its names can be searched for.
#[test]
fn every_name_in_the_notes_is_in_the_source() {
    let (_, notes) = PROTOCOL.split_once("# Part IV: notes").expect("the part");
    let (notes, _) = notes.split_once("# Part V:").expect("its end");
    let is_source = |path: &Path| path.starts_with("src") || path.starts_with("www");
    let is_text = |path: &Path| {
        path.extension()
            .is_some_and(|end| end == "rs" || end == "js")
    };
    let source: String = (files().iter())
        .filter(|path| is_source(path) && is_text(path))
        .map(|path| fs::read_to_string(root().join(path)).expect("text"))
        .collect();
    let is_part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: BTreeSet<&str> = source.split(|c| !is_part_of_word(c)).collect();
    let names: BTreeSet<&str> = code_spans(notes)
        .filter(|name| is_identifier(name))
        .collect();
    assert!(names.len() >= 15, "the names were found");
    let unknown = |name: &&str| name.split("::").any(|word| !words.contains(word));
    let unknown: Vec<&str> = names.into_iter().filter(unknown).collect();
    assert!(unknown.is_empty(), "nothing is called {unknown:?}");
}

#[test]
fn every_file_that_is_named_exists() {
    let files = files();
    let mut faults = Vec::new();
    let mut named = 0;
    for (document, text) in documents().into_iter().chain(comments()) {
        for name in code_spans(&text) {
            let is_file = ENDINGS.iter().any(|ending| name.ends_with(ending));
            if !is_file || name.contains(' ') {
                continue;
            }
            named += 1;
            let exists = files.iter().any(|path| path.ends_with(name));
            if !exists && !is_absent_package(Path::new(name)) {
                faults.push(format!("{}: {name}", document.display()));
            }
        }
    }
    assert!(named >= 50, "the names were found");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
