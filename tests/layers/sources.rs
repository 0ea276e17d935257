//! The sources as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub(crate) struct Source {
    /// Relative to its root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// The floor it belongs to: the file in the root, or the folder beside it.
    pub(crate) fn floor(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// Its lines without comments and without the unit tests at its end, numbered.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("\n#[cfg(test)]\nmod tests");
        let code = &self.text[..tests.unwrap_or(self.text.len())];
        code.lines().enumerate().map(|(number, line)| {
            let comment = line.find("//").filter(|at| !line[..*at].ends_with(':'));
            (number + 1, &line[..comment.unwrap_or(line.len())])
        })
    }

    /// The code as one text, without what stands in quotation marks.
    pub(crate) fn program(&self) -> String {
        let code: Vec<&str> = self.code().map(|(_, line)| line).collect();
        let code = code.join("\n").replace("'\"'", "").replace("\\\"", "");
        let outside = code.split('"').step_by(2);
        outside.collect::<Vec<_>>().join(" ")
    }

    /// Is it compiled for tests alone?
    pub(crate) fn is_test(&self) -> bool {
        let is_test = |part: &str| ["tests", "models", "tests.rs", "models.rs"].contains(&part);
        self.path.split('/').any(is_test) || self.path.ends_with("_tests.rs")
    }
}

/// The sources below a folder of the project.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut directories = vec![root.clone()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).expect("it can be listed") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is text");
                let path = path.strip_prefix(&root).expect("inside its root");
                let path = path.to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}
