//! A temporary file of one test.

use super::client::chat::unique;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::{self, Command};

/// A path that no other test uses. Dropping this removes the file.
#[derive(Debug)]
pub(crate) struct TempFile(PathBuf);

impl TempFile {
    pub(crate) fn new(stem: &str) -> Self {
        let name = format!("ws101-{}-{}", process::id(), unique(stem));
        Self(std::env::temp_dir().join(name))
    }

    /// A named pipe. Every Unix has the command; the system calls differ.
    pub(crate) fn pipe() -> Self {
        let pipe = Self::new("pipe");
        let made = Command::new("mkfifo").arg(&pipe.0).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe");
        pipe
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("a path of our own is text")
    }

    /// Appends text in one write.
    pub(crate) fn append(&self, text: &str) {
        let file = OpenOptions::new().append(true).create(true).open(&self.0);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.expect("a temporary file can be written to");
    }

    pub(crate) fn read(&self) -> String {
        fs::read_to_string(&self.0).expect("it is there")
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        // Fails if the file was never written.
        let _ = fs::remove_file(&self.0);
    }
}
