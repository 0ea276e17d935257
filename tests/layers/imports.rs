//! Which file imports from which, read from the text: `use` trees, and paths that begin with
//! `crate`, `super`, `self` or a child module. An item that a module re-exports counts as its origin's.

use crate::sources::Source;
use std::collections::{BTreeMap, BTreeSet};

/// A module's place below its root, such as `["protocol", "http", "head"]`.
type Path = Vec<String>;

/// The files of one crate, and what they import from each other.
pub(crate) struct Imports<'a> {
    files: BTreeMap<Path, &'a Source>,
    /// What a module re-exports: the name that it gives an item, and where that comes from.
    exports: BTreeMap<Path, BTreeMap<String, Path>>,
}

impl<'a> Imports<'a> {
    pub(crate) fn of(sources: &'a [Source]) -> Self {
        let files = sources.iter().map(|source| (module(&source.path), source));
        let mut imports = Self {
            files: files.collect(),
            exports: BTreeMap::new(),
        };
        for (path, source) in imports.files.clone() {
            let paths = paths(&source.program());
            let public = paths.into_iter().filter(|used| used.is_public);
            let exports =
                public.filter_map(|used| Some((used.name, imports.absolute(&path, &used.path)?)));
            let exports = exports.collect();
            imports.exports.insert(path, exports);
        }
        imports
    }

    /// For each file, the others that it imports from. A module that the file lies below does not
    /// count: what a module holds itself is there for the files in its folder.
    pub(crate) fn edges(&self) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
        let edges = self.files.iter().map(|(path, source)| {
            let paths = paths(&source.program()).into_iter();
            let private = paths.filter(|used| !used.is_public);
            let targets = private.filter_map(|used| self.origin(self.absolute(path, &used.path)?));
            let is_below = |other: &str| path.starts_with(&module(other));
            let others = targets.filter(|other| !is_below(other));
            (source.path.as_str(), others.collect())
        });
        edges.collect()
    }

    /// The path from the root; `None` if it begins in another crate.
    fn absolute(&self, from: &[String], path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let mut base = from.to_vec();
        match first.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                base.pop()?;
                if rest.first().is_some_and(|next| next == "super") {
                    return self.absolute(&base, rest);
                }
            }
            child => {
                base.push(child.to_owned());
                return (self.files.contains_key(&base)).then(|| [from, path].concat());
            }
        }
        base.extend_from_slice(rest);
        Some(base)
    }

    /// The file that the item at `path` is written in.
    fn origin(&self, path: Path) -> Option<&'a str> {
        let is_module = |size: &usize| self.files.contains_key(&path[..*size]);
        let size = (0..=path.len()).rev().find(is_module)?;
        let (module, rest) = path.split_at(size);
        let exported = rest
            .first()
            .and_then(|name| self.exports.get(module)?.get(name));
        match exported {
            Some(origin) => self.origin([origin, &rest[1..]].concat()),
            None => self.files.get(module).map(|source| source.path.as_str()),
        }
    }
}

/// `protocol/http/mod.rs` and `protocol/http.rs` are both `["protocol", "http"]`.
fn module(file: &str) -> Path {
    let name = file.strip_suffix(".rs").unwrap_or(file);
    let name = name.strip_suffix("/mod").unwrap_or(name);
    let name = if ["lib", "main", "mod"].contains(&name) {
        ""
    } else {
        name
    };
    let segments = name.split('/').filter(|segment| !segment.is_empty());
    segments.map(str::to_owned).collect()
}

/// A name that a `use` or a path brings in.
struct Use {
    path: Path,
    /// What the item is called here.
    name: String,
    is_public: bool,
}

/// Every path in a program: each leaf of each `use` tree, and those in other code.
fn paths(program: &str) -> Vec<Use> {
    let tokens = tokens(program);
    let (mut found, mut at, mut is_public) = (Vec::new(), 0, false);
    while at < tokens.len() {
        match tokens[at] {
            "use" => {
                at += 1;
                let first = found.len();
                expand(&tokens, &mut at, &[], &mut found);
                found[first..]
                    .iter_mut()
                    .for_each(|used| used.is_public = is_public);
            }
            "pub" => is_public = true,
            ";" | "}" | "{" => is_public = false,
            word if is_word(word) && tokens.get(at + 1) == Some(&"::") => {
                expand(&tokens, &mut at, &[], &mut found);
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Reads a path or a tree of them; `at` ends on its last token.
fn expand(tokens: &[&str], at: &mut usize, before: &[String], found: &mut Vec<Use>) {
    let mut path = before.to_vec();
    while let Some(token) = tokens.get(*at) {
        match *token {
            "{" => {
                *at += 1;
                while tokens.get(*at).is_some_and(|token| *token != "}") {
                    expand(tokens, at, &path, found);
                    *at += 1;
                    if tokens.get(*at) == Some(&",") {
                        *at += 1;
                    }
                }
                return;
            }
            word => path.push(word.to_owned()),
        }
        if tokens.get(*at + 1) != Some(&"::") {
            break;
        }
        *at += 2;
    }
    // `self` in braces is the module in front of them.
    path.pop_if(|last| last == "self" && !before.is_empty());
    let mut name = path.last().cloned().unwrap_or_default();
    if tokens.get(*at + 1) == Some(&"as") {
        *at += 2;
        name = tokens.get(*at).map_or(name, |token| (*token).to_owned());
    }
    found.push(Use {
        path,
        name,
        is_public: false,
    });
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words, `::`, and other characters one by one.
fn tokens(program: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), program.trim_start());
    while let Some(first) = rest.chars().next() {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let size = match first {
            first if is_part(first) => rest.find(|other| !is_part(other)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(size);
        found.push(token);
        rest = after.trim_start();
    }
    found
}

/// The knots: files each of which imports from each other one, over however many steps.
pub(crate) fn circles<'a>(edges: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let reach = |from: &'a str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            for next in edges.get(file).into_iter().flatten() {
                if seen.insert(*next) {
                    open.push(next);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        edges.keys().map(|file| (*file, reach(file))).collect();
    let knots = reached.iter().filter(|(file, seen)| seen.contains(*file));
    let knot = |(file, seen): (&&'a str, &BTreeSet<&'a str>)| {
        let back = |other: &&&str| {
            reached
                .get(**other)
                .is_some_and(|seen| seen.contains(*file))
        };
        seen.iter().filter(back).copied().collect::<Vec<_>>()
    };
    let knots: BTreeSet<Vec<&str>> = knots.map(knot).collect();
    knots.into_iter().collect()
}
