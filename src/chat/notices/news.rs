//! A file of lines whose new lines are news. `rust: 2.0 is out` has the topic `rust`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How often to look whether the file has changed.
pub(super) const GLANCE: Duration = Duration::from_secs(1);
/// Bytes of the file that are looked at.
const MOST_BYTES: u64 = 256 << 10;
/// Lines that are told of one change, and characters of each.
const MOST_LINES: usize = 20;
const LONGEST: usize = 500;

/// One line of news.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) topic: Option<String>,
    pub(super) text: String,
}

#[derive(Debug)]
pub(super) struct Watch {
    path: PathBuf,
    /// When it was changed, and how long it was then.
    seen: Option<(SystemTime, u64)>,
    /// What was in it.
    known: HashSet<String>,
    warned: bool,
}

impl Watch {
    /// What is in the file now is no news.
    pub(super) fn new(path: PathBuf) -> Self {
        let mut watch = Self {
            path,
            seen: None,
            known: HashSet::new(),
            warned: false,
        };
        watch.fresh_lines();
        watch
    }

    /// The lines that were not in the file the last time.
    pub(super) fn fresh_lines(&mut self) -> Vec<Line> {
        let lines = match self.changed_lines() {
            Ok(Some(lines)) => lines,
            Ok(None) => return Vec::new(),
            Err(error) => {
                if !std::mem::replace(&mut self.warned, true) {
                    log::warn!("no news: {}: {error}", self.path.display());
                }
                return Vec::new();
            }
        };
        self.warned = false;
        let fresh = lines.iter().filter(|line| !self.known.contains(*line));
        let news = fresh.take(MOST_LINES).map(|line| parse(line)).collect();
        self.known = lines.into_iter().collect();
        news
    }

    /// All lines, if the file has changed.
    fn changed_lines(&mut self) -> io::Result<Option<Vec<String>>> {
        let found = self.path.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("this is not a file"));
        }
        let state = Some((found.modified()?, found.len()));
        if self.seen == state {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::open(&self.path)?
            .take(MOST_BYTES)
            .read_to_end(&mut bytes)?;
        self.seen = state;
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok(Some(lines.map(str::to_owned).collect()))
    }
}

/// A topic is one word and a colon at the beginning; `https://` is not one.
fn parse(line: &str) -> Line {
    let text = |text: &str| text.trim().chars().take(LONGEST).collect();
    match line.split_once(": ") {
        Some((topic, rest)) if !topic.is_empty() && !topic.contains(char::is_whitespace) => Line {
            topic: Some(topic.to_lowercase()),
            text: text(rest),
        },
        _ => Line {
            topic: None,
            text: text(line),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_what_was_not_there_before() {
        let path = std::env::temp_dir().join(format!("ws101-news-{}", std::process::id()));
        fs::write(&path, "old\n").expect("written");
        let mut watch = Watch::new(path.clone());
        assert_eq!(watch.fresh_lines(), []);
        fs::write(&path, "old\nRust: 2.0 is out\nsee https://example.org\n").expect("written");
        let fresh = watch.fresh_lines();
        let told: Vec<_> = fresh
            .iter()
            .map(|line| (line.topic.as_deref(), line.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (Some("rust"), "2.0 is out"),
                (None, "see https://example.org")
            ]
        );
        assert_eq!(watch.fresh_lines(), [], "told once");
        fs::remove_file(&path).expect("it was there");
        assert_eq!(watch.fresh_lines(), [], "a file that is gone has no news");
    }
}
