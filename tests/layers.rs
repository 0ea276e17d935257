//! The shape of the source, held: floors that import only downwards, dependencies that one
//! file knows, files and functions of a size to be read in one sitting.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A floor is a file of this name in `src`, with the directory beside it.
const FLOORS: [&str; 13] = [
    "protocol",
    "inspect",
    "date",
    "rate",
    "shares",
    "sync",
    "transport",
    "tape",
    "outbox",
    "socket",
    "chat",
    "server",
    "cli",
];

/// What the floor must not even name.
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

/// A dependency, and the only files that may name it.
const KNOWN_TO: [(&str, &[&str]); 15] = [
    ("httparse", &["protocol/http/head.rs"]),
    ("sha1", &["protocol/handshake.rs"]),
    ("base64", &["protocol/handshake.rs"]),
    ("simdutf8", &["protocol/utf8.rs"]),
    (
        "getrandom",
        &["chat/session.rs", "socket/keys.rs", "socket/connect.rs"],
    ),
    (
        "serde",
        &[
            "chat/event.rs",
            "chat/integer.rs",
            "chat/request.rs",
            "chat/journal/load/lines.rs",
            "cli/inspect.rs",
            "inspect/explanations.rs",
            "inspect/fields.rs",
            "inspect/http.rs",
            "inspect/judge.rs",
            "inspect/kept.rs",
            "inspect/record.rs",
            "server/wire/record.rs",
        ],
    ),
    (
        "serde_json",
        &[
            "bin/tiny.rs",
            "chat/event.rs",
            "chat/fuzzing.rs",
            "chat/integer.rs",
            "chat/line.rs",
            "chat/request.rs",
            "chat/history.rs",
            "chat/journal/load/lines.rs",
            "chat/models/coming.rs",
            "chat/models/speaking.rs",
            "chat/models/takeover.rs",
            "chat/models/visitor.rs",
            "cli/chat/conversation/tests.rs",
            "cli/chat/conversation/tests/again.rs",
            "cli/chat/conversation/tests/commands.rs",
            "cli/chat/conversation/tests/ends.rs",
            "cli/chat/request.rs",
            "cli/chat/server_event.rs",
            "cli/inspect.rs",
            "inspect/explanations.rs",
            "inspect/http/tests.rs",
            "inspect/tests.rs",
            "server/wire/record.rs",
        ],
    ),
    (
        "clap",
        &[
            "cli.rs",
            "cli/chat.rs",
            "cli/connect.rs",
            "cli/frame.rs",
            "cli/handshake.rs",
            "cli/inspect.rs",
            "cli/serve.rs",
            "cli/serve/limits.rs",
        ],
    ),
    (
        "unicode_normalization",
        &["chat/likeness.rs", "chat/rules.rs"],
    ),
    ("unicode_properties", &["chat/likeness.rs", "chat/rules.rs"]),
    ("unicode_security", &["chat/likeness.rs", "chat/rules.rs"]),
    ("rustyline", &["cli/terminal/editor.rs"]),
    ("signal_hook", &["cli/interrupt.rs"]),
    (
        "rustix",
        &[
            "chat/journal/place.rs",
            "cli/serve/heap.rs",
            "cli/serve/lan.rs",
            "cli/terminal/editor.rs",
            "server.rs",
            "server/ceiling.rs",
            "server/linear.rs",
            "server/pages/directory.rs",
            "server/registry.rs",
            "server/turnaway.rs",
            "transport.rs",
        ],
    ),
    ("shuttle", &["sync/either.rs", "sync/model.rs"]),
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
            "server/turnaway.rs",
            "sync.rs",
            "sync/model.rs",
        ],
    ),
];

const LONGEST_FILE: usize = 300;
/// The server in miniature, which is read in ten minutes.
const LONGEST_TINY: usize = 200;
const LONGEST_FUNCTION: usize = 40;

struct Source {
    /// Relative to `src`, with forward slashes.
    path: String,
    text: String,
}

impl Source {
    /// The floor it belongs to: `main.rs` and `lib.rs` stand above them all.
    fn floor(&self) -> Option<&str> {
        let name = self.path.split(['/', '.']).next()?;
        FLOORS.iter().copied().find(|floor| *floor == name)
    }

    /// The lines that the compiler sees, without their comments and the tests at the end, numbered.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = self
            .text
            .split("\n#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        code.lines().enumerate().map(|(number, line)| {
            let comment = line
                .find("//")
                .filter(|at| !line[..*at].ends_with(':'))
                .unwrap_or(line.len());
            (number + 1, &line[..comment])
        })
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("src can be listed") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is text");
                let path = path.strip_prefix(&root).expect("inside src");
                found.push(Source {
                    path: path.to_string_lossy().replace('\\', "/"),
                    text,
                });
            }
        }
    }
    assert!(found.len() > 20, "the sources were found");
    found
}

/// Fails with every fault at once, so that they can be mended at once.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn floors_import_only_from_below() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(own) = source.floor() else { continue };
        let height = |floor: &str| FLOORS.iter().position(|other| *other == floor);
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
    for source in sources() {
        for (floor, words) in FORBIDDEN {
            if source.floor() != Some(floor) {
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

#[test]
fn each_dependency_is_known_to_few_files() {
    let mut faults = Vec::new();
    for source in sources() {
        for (name, files) in KNOWN_TO {
            let named = source
                .code()
                .find(|(_, line)| line.contains(&format!("{name}::")));
            if let Some((number, _)) = named.filter(|_| !files.contains(&source.path.as_str())) {
                faults.push(format!("src/{}:{number} names {name}", source.path));
            }
        }
    }
    for (name, files) in KNOWN_TO {
        for file in files {
            let source = sources().into_iter().find(|source| source.path == *file);
            if !source.is_some_and(|source| source.text.contains(&format!("{name}::"))) {
                faults.push(format!(
                    "src/{file} no longer needs {name}: take it off the list"
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn locks_and_threads_are_made_in_one_place() {
    let mut faults = Vec::new();
    for source in sources() {
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
        (sources().into_iter()).partition(|source| source.path.contains("models"));
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
    let long = sources()
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
    for source in sources() {
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
