//! A file of lines: those that are added to it are news. `rust: 2.0 is out` has the topic `rust`.
//!
//! Mostly lines are appended, and then the news is what follows the part that was read before,
//! even if it says the same as an earlier line. An editor, though, writes a new file in the place
//! of the old one; then the news is what was not in the old one.

use std::collections::{HashSet, VecDeque};
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

/// How often to look whether the file has changed.
pub(super) const GLANCE: Duration = Duration::from_secs(1);
/// Bytes that are read at one look, and that an editor's file is compared by.
const MOST_BYTES: u64 = 256 << 10;
/// The most lines that are sent after one look; the others follow after the next ones.
const MOST_LINES: usize = 20;
/// The most lines that wait to be sent.
const MOST_WAITING: usize = 1_000;
/// Characters of a line.
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
    /// Which file it was: device and number.
    file: Option<(u64, u64)>,
    /// How far it was read: to the end of its last complete line.
    read: u64,
    /// The lines that were in it, to tell an editor's new ones from.
    known: HashSet<String>,
    waiting: VecDeque<Line>,
    warned: bool,
}

impl Watch {
    /// What is in the file now is no news.
    pub(super) fn new(path: PathBuf) -> Self {
        let mut watch = Self {
            path,
            file: None,
            read: 0,
            known: HashSet::new(),
            waiting: VecDeque::new(),
            warned: false,
        };
        watch.look();
        watch.waiting.clear();
        watch
    }

    /// The next lines to send.
    pub(super) fn fresh_lines(&mut self) -> Vec<Line> {
        self.look();
        let count = self.waiting.len().min(MOST_LINES);
        self.waiting.drain(..count).collect()
    }

    fn look(&mut self) {
        match self.read_on() {
            Ok(()) => self.warned = false,
            Err(error) if !self.warned => {
                self.warned = true;
                log::warn!("no news: {}: {error}", self.path.display());
            }
            Err(_) => {}
        }
    }

    fn read_on(&mut self) -> io::Result<()> {
        let found = self.path.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("this is not a file")); // reading a pipe could block
        }
        let is_same = self.file == Some(identity(&found)) && found.len() >= self.read;
        if !is_same {
            self.file = Some(identity(&found));
            self.read = found.len().saturating_sub(MOST_BYTES);
        }
        let mut text = Vec::new();
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.read))?;
        file.take(MOST_BYTES).read_to_end(&mut text)?;
        // What has no end yet is still being written, unless it is too long to wait for.
        let end = text.iter().rposition(|byte| *byte == b'\n');
        let end = end.map_or(0, |end| end + 1);
        let end = if end == 0 && text.len() as u64 == MOST_BYTES {
            text.len()
        } else {
            end
        };
        self.read += end as u64;
        self.take(&String::from_utf8_lossy(&text[..end]), is_same);
        Ok(())
    }

    fn take(&mut self, text: &str, appended: bool) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        let fresh = lines
            .iter()
            .filter(|line| appended || !self.known.contains(*line));
        self.waiting.extend(fresh.map(|line| parse(line)));
        let too_many = self.waiting.len().saturating_sub(MOST_WAITING);
        self.waiting.drain(..too_many);
        let known: usize = self.known.iter().map(String::len).sum();
        if !appended || known as u64 > MOST_BYTES {
            self.known.clear();
        }
        self.known.extend(lines);
    }
}

fn identity(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
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
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    fn texts(watch: &mut Watch) -> Vec<String> {
        let lines = watch.fresh_lines().into_iter();
        lines
            .map(|line| format!("{:?} {}", line.topic.as_deref().unwrap_or("-"), line.text))
            .collect()
    }

    #[test]
    fn what_is_added_is_news() {
        let path = std::env::temp_dir().join(format!("ws101-news-{}", std::process::id()));
        fs::write(&path, "old\n").expect("written");
        let mut watch = Watch::new(path.clone());
        assert!(texts(&mut watch).is_empty(), "what was there before is not");
        let mut file = OpenOptions::new()
            .append(true)
            .open(&path)
            .expect("it is there");
        let mut add = |text: &str| file.write_all(text.as_bytes()).expect("written");

        add("Rust: 2.0 is out\nsee https://example.org\n");
        assert_eq!(
            texts(&mut watch),
            ["\"rust\" 2.0 is out", "\"-\" see https://example.org"]
        );
        assert!(texts(&mut watch).is_empty(), "told once");
        add("old\n");
        assert_eq!(
            texts(&mut watch),
            ["\"-\" old"],
            "the same again is news again"
        );
        add("half a");
        assert!(texts(&mut watch).is_empty(), "a line has an end");
        add(" line\n");
        assert_eq!(texts(&mut watch), ["\"-\" half a line"]);
        add(&"many\n".repeat(25));
        assert_eq!([texts(&mut watch).len(), texts(&mut watch).len()], [20, 5]);
        add(&format!("{}\nbehind\n", "x\n".repeat(150_000)));
        let told = std::iter::from_fn(|| Some(texts(&mut watch)).filter(|told| !told.is_empty()));
        let told: Vec<String> = told.flatten().collect();
        assert_eq!(
            told.last().map(String::as_str),
            Some("\"-\" behind"),
            "of a large file too"
        );

        let edited = path.with_extension("new");
        fs::write(&edited, "old\nhalf a line\nedited\n").expect("written");
        fs::rename(&edited, &path).expect("replaced");
        assert_eq!(texts(&mut watch), ["\"-\" edited"], "an editor's new file");
        fs::remove_file(&path).expect("it was there");
        assert!(texts(&mut watch).is_empty(), "a file that is gone has none");
    }

    #[test]
    fn topics() {
        let long = "x".repeat(600);
        for (line, topic, text) in [
            ("Rust: 2.0 is out", Some("rust"), "2.0 is out"),
            ("see https://example.org", None, "see https://example.org"),
            ("two words: no topic", None, "two words: no topic"),
            (": nothing before it", None, ": nothing before it"),
            ("a: b: c", Some("a"), "b: c"),
            ("rust:", None, "rust:"),
            (&long, None, &long[..500]),
        ] {
            let line = parse(line);
            assert_eq!((line.topic.as_deref(), &*line.text), (topic, text));
        }
    }

    #[test]
    fn only_a_file_has_news() {
        let directory = std::env::temp_dir();
        let mut watch = Watch::new(directory);
        assert!(texts(&mut watch).is_empty());
        assert!(watch.warned, "that is told");
        assert!(watch.read_on().is_err(), "each time");
    }

    #[test]
    fn a_line_without_an_end_is_waited_for_only_so_long() {
        let path = std::env::temp_dir().join(format!("ws101-long-news-{}", std::process::id()));
        fs::write(&path, "").expect("written");
        let mut watch = Watch::new(path.clone());
        let most = MOST_BYTES as usize;
        fs::write(&path, "y".repeat(most - 1)).expect("written");
        assert!(texts(&mut watch).is_empty(), "it may end yet");
        fs::write(&path, "y".repeat(most)).expect("written");
        assert_eq!(watch.fresh_lines().len(), 1, "what has come of it");
        assert_eq!(watch.read, MOST_BYTES);
        fs::remove_file(&path).expect("it was there");
    }
}
