//! The shape of the source: floors that import only downwards and have no circles within, dependencies
//! that few files name, files and functions short enough to be read in one sitting.

mod imports;
mod sources;

use imports::{Imports, circles};
use sources::{Source, sources};
use std::fs;
use std::path::Path;

/// From the bottom up. A floor is a file of this name in `src`, with the folder beside it.
const FLOORS: [&str; 18] = [
    "protocol",
    "inspect",
    "time",
    "json",
    "rate",
    "flags",
    "address_quota",
    "sync",
    "transport",
    "outbox",
    "endpoint",
    "socket",
    "token",
    "watch",
    "chat",
    "dialects",
    "server",
    "cli",
];

/// What stands above the floors: the crate's root, and the programs.
const ROOTS: [&str; 3] = ["lib", "main", "bin"];

/// What a floor must not even name.
const FORBIDDEN: [(&str, &[&str]); 3] = [
    (
        "inspect",
        &[
            "std::net",
            "std::thread",
            "Instant",
            "SystemTime",
            "std::fs",
            "log::",
            "rustix",
        ],
    ),
    ("chat", &["std::net", "rustix::net", "crate::socket"]),
    (
        "protocol",
        &[
            "std::net",
            "std::thread",
            "std::time",
            "std::fs",
            "log::",
            "getrandom",
            "rustix",
        ],
    ),
];

/// A dependency, and the only files that may name it. Without `.rs` it is a module: the file and the
/// folder of that name.
const KNOWN_TO: [(&str, &[&str]); 17] = [
    ("httparse", &["protocol/http/head.rs"]),
    ("sha1", &["protocol/handshake/accept_key.rs"]),
    ("base64", &["protocol/handshake/accept_key.rs"]),
    ("simdutf8", &["protocol/utf8.rs"]),
    (
        "getrandom",
        &["socket/keys.rs", "socket/connect.rs", "token.rs"],
    ),
    (
        "serde",
        &[
            "chat/journal",
            "cli/inspect.rs",
            "dialects",
            "inspect",
            "watch",
        ],
    ),
    (
        "serde_json",
        &[
            "bin/tiny.rs",
            "chat/journal",
            "chat/models",
            "cli/chat",
            "cli/inspect.rs",
            "dialects",
            "inspect",
            "json.rs",
            "watch",
        ],
    ),
    (
        "clap",
        &[
            "cli",
            "chat/settings.rs",
            "flags.rs",
            "server/config.rs",
            "server/guard.rs",
        ],
    ),
    (
        "unicode_normalization",
        &["chat/likeness.rs", "chat/rules.rs"],
    ),
    ("unicode_properties", &["chat/likeness.rs", "chat/rules.rs"]),
    ("unicode_security", &["chat/likeness.rs", "chat/rules.rs"]),
    ("jiff", &["time.rs"]),
    ("rustyline", &["cli/terminal"]),
    ("signal_hook", &["cli/interrupt.rs"]),
    ("rustix", &["chat/journal", "cli", "server", "transport.rs"]),
    ("rustix::net", &["transport.rs"]),
    ("shuttle", &["sync"]),
];

/// Locks and threads are made by `sync`, so that models can run them in every order: no other file has
/// these two words on one line. What it does not offer is a thread that can be joined.
const LOCKS_AND_THREADS: [(&str, &str, &[&str]); 4] = [
    ("std::sync", "Mutex", &["bin/tiny.rs"]),
    ("std::sync", "Condvar", &[]),
    ("std::sync", "PoisonError", &["sync.rs", "sync/either.rs"]),
    (
        "thread",
        "Builder",
        &[
            "server/accept.rs",
            "server/refuse.rs",
            "sync.rs",
            "sync/model.rs",
        ],
    ),
];

const LONGEST_FILE: usize = 400;
/// The server in miniature, which is read in ten minutes.
const LONGEST_TINY: usize = 200;
const LONGEST_FUNCTION: usize = 40;

/// Fails with every fault at once, so that they can be mended at once.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn floors_import_only_from_below() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let own = source.floor();
        let height = |floor: &str| FLOORS.iter().position(|other| *other == floor);
        // The tests of a floor may drive it from above, as a client would.
        if ROOTS.contains(&own) || source.is_test() {
            continue;
        }
        if height(own).is_none() {
            faults.push(format!("src/{} is on no floor", source.path));
        }
        for (number, line) in source.code() {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let name: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if height(&name) > height(own) {
                    faults.push(format!("src/{}:{number} reaches up to {name}", source.path));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_protocol_knows_no_sockets_threads_clocks_or_logs_and_the_chat_no_sockets() {
    let mut faults = Vec::new();
    for source in sources("src") {
        for (floor, words) in FORBIDDEN {
            if source.floor() != floor {
                continue;
            }
            for (number, line) in source.code() {
                for word in words.iter().filter(|word| line.contains(**word)) {
                    faults.push(format!("src/{}:{number} names {word}", source.path));
                }
            }
        }
    }
    assert_none(&faults);
}

/// Is the file at `path` this file, or in this module?
fn is_in(path: &str, place: &str) -> bool {
    let inside = path.strip_prefix(place);
    inside.is_some_and(|rest| rest.is_empty() || rest == ".rs" || rest.starts_with('/'))
}

/// The library's `socket` takes a `TcpStream` from its users, and the command line shuts one down.
#[test]
fn the_server_knows_its_connections_as_transports() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let may_know = ["transport", "socket", "cli", "bin"].contains(&source.floor());
        if may_know || source.is_test() {
            continue;
        }
        for (number, line) in source.code() {
            if line.contains("TcpStream") || line.contains("TcpListener") {
                faults.push(format!("src/{}:{number}", source.path));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn each_dependency_is_known_to_few_files() {
    let mut faults = Vec::new();
    let all = sources("src");
    for (name, places) in KNOWN_TO {
        let word = format!("{name}::");
        for source in &all {
            let named = source.code().find(|(_, line)| line.contains(&word));
            let may = places.iter().any(|place| is_in(&source.path, place));
            if let Some((number, _)) = named.filter(|_| !may) {
                faults.push(format!("src/{}:{number} names {name}", source.path));
            }
        }
        for place in places {
            let mut inside = all.iter().filter(|source| is_in(&source.path, place));
            if !inside.any(|source| source.text.contains(&word)) {
                faults.push(format!(
                    "src/{place} no longer needs {name}: take it off the list"
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn no_files_of_a_floor_import_from_each_other() {
    let mut faults = Vec::new();
    for root in ["src", "benches/load"] {
        let is_read = |source: &Source| !source.is_test() && source.path != "main.rs";
        let all: Vec<Source> = sources(root).into_iter().filter(is_read).collect();
        for circle in circles(&Imports::of(&all).edges()) {
            let files: Vec<String> = circle.iter().map(|file| format!("{root}/{file}")).collect();
            faults.push(format!("a circle: {}", files.join(", ")));
        }
    }
    assert_none(&faults);
}

/// What the test above is made of, on four small files.
#[test]
fn imports_are_read() {
    let rows = [
        (
            "a.rs",
            "pub use one::Deep; mod one; use crate::b::{self, other::{Other as O}};",
            "b.rs b/other.rs",
        ),
        (
            "a/one.rs",
            "use super::Own; use std::fmt; pub struct Deep; // crate::b",
            "",
        ),
        (
            "b.rs",
            "mod other; fn f(_: super::a::Deep) { other::g(\"crate::c::X\") }",
            "a/one.rs b/other.rs",
        ),
        (
            "b/other.rs",
            "use super::super::c::X; #[cfg(test)]\n\n#[cfg(test)]\nmod tests { use crate::a::Y; }",
            "c/mod.rs",
        ),
        (
            "c/mod.rs",
            "pub struct X; impl X { fn f() -> crate::a::Own { Self::g() } }",
            "a.rs",
        ),
    ];
    let source = |(path, text, _): &(&str, &str, &str)| Source {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    };
    let all: Vec<Source> = rows.iter().map(source).collect();
    let edges = Imports::of(&all).edges();
    for (path, _, expected) in rows {
        let found: Vec<&str> = edges[path].iter().copied().collect();
        assert_eq!(found.join(" "), expected, "{path}");
    }
    let circle = ["a.rs", "b.rs", "b/other.rs", "c/mod.rs"];
    assert_eq!(circles(&edges), [circle]);
}

#[test]
fn locks_and_threads_are_made_in_one_place() {
    let mut faults = Vec::new();
    for source in sources("src") {
        for (number, line) in source.code() {
            for (place, word, files) in LOCKS_AND_THREADS {
                let is_named = line.contains(place) && line.contains(word);
                if is_named && !files.contains(&source.path.as_str()) {
                    faults.push(format!(
                        "src/{}:{number} names {place}, {word}",
                        source.path
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn each_mistake_on_purpose_has_a_row() {
    let (models, others): (Vec<Source>, Vec<Source>) =
        (sources("src").into_iter()).partition(|source| source.path.contains("models"));
    let rows: String = models.into_iter().map(|source| source.text).collect();
    let mut faults = Vec::new();
    for source in others {
        let imports = source
            .text
            .lines()
            .find(|line| line.starts_with("use crate::sync::"));
        for call in ["fault", "gap"] {
            if !imports.is_some_and(|line| line.contains(call)) {
                continue;
            }
            for (at, _) in source.text.match_indices(&format!("{call}(")) {
                let is_default = source.text[..at].ends_with(char::is_alphanumeric);
                let mistake = source.text[at..].split('"').nth(1).unwrap_or_default();
                if !is_default && !rows.contains(&format!("= \"{mistake}\"")) {
                    faults.push(format!("src/{}: {mistake}", source.path));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let long = sources("src")
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path));
    let longest = |path: &str| match path {
        "bin/tiny.rs" => LONGEST_TINY,
        _ => LONGEST_FILE,
    };
    let faults: Vec<_> = long
        .filter(|(lines, path)| *lines > longest(path))
        .map(|(lines, path)| format!("src/{path}: {lines} lines"))
        .collect();
    assert_none(&faults);
}

#[test]
fn functions_can_be_seen_at_once() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let lines: Vec<(usize, &str)> = source.code().collect();
        for (index, (number, line)) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_function = line.trim_start().split("fn ").next().is_some_and(|before| {
                before.len() < line.trim_start().len()
                    && before
                        .chars()
                        .all(|c| c.is_alphanumeric() || " ():_".contains(c))
            });
            if !is_function {
                continue;
            }
            // rustfmt puts the closing brace below the first letter of the function.
            let closing = format!("{}}}", " ".repeat(indent));
            let body = lines[index..]
                .iter()
                .map_while(|(_, line)| (*line != closing).then_some(line));
            // Comments and blank lines make a function longer and easier.
            let length = body.filter(|line| !line.trim().is_empty()).count();
            let has_body = !line.trim_end().ends_with(';') && !line.trim_end().ends_with('}');
            if has_body && length > LONGEST_FUNCTION {
                faults.push(format!(
                    "src/{}:{number} a function of {length} lines",
                    source.path
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn no_async_runtime_is_among_the_dependencies() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"))
        .expect("Cargo.lock is committed");
    let names: Vec<&str> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = "))
        .map(|name| name.trim_matches('"'))
        .collect();
    assert!(names.contains(&"ws101"), "the lock file was read");
    for runtime in ["tokio", "async-std", "smol", "mio", "futures", "hyper"] {
        assert!(!names.contains(&runtime), "{runtime} is in Cargo.lock");
    }
}
