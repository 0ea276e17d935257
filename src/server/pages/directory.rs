//! Pages from a directory: for those who are editing them.
//!
//! Only plain files directly in it. A link that leads out of it is not followed, and a pipe or
//! a device is not opened: reading it could wait for ever.

use rustix::fs::OFlags;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Bytes of a file that is served.
const MOST: u64 = 4 << 20;

/// The content of the file of that name.
pub(super) fn read(directory: &Path, name: &str) -> Option<Vec<u8>> {
    if name.contains(['/', '\\', '\0']) || name.starts_with('.') {
        return None;
    }
    let directory = directory.canonicalize().ok()?;
    let path = directory.join(name).canonicalize().ok()?;
    if path.parent() != Some(&directory) {
        return None;
    }
    // Whatever it is now: opening it must not wait, and what was opened is judged, not the name.
    let flags = OFlags::NONBLOCK.bits() as i32;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut content = Vec::new();
    let count = file.take(MOST + 1).read_to_end(&mut content).ok()?;
    (count as u64 <= MOST).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn plain_files_of_the_directory_only() {
        let root = std::env::temp_dir().join(format!("ws101-www-{}", std::process::id()));
        let www = root.join("www");
        fs::create_dir_all(www.join("sub")).expect("made");
        fs::write(root.join("secret"), "no").expect("written");
        fs::write(www.join("page.html"), "yes").expect("written");
        fs::write(www.join("sub/page.html"), "no").expect("written");
        symlink(root.join("secret"), www.join("out.html")).expect("linked");
        symlink(www.join("page.html"), www.join("in.html")).expect("linked");
        let pipe = www.join("pipe.html");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe");
        let rows = [
            ("page.html", Some("yes")),
            ("in.html", Some("yes")),
            ("out.html", None),
            ("../secret", None),
            ("sub/page.html", None),
            ("sub", None),
            ("pipe.html", None),
            ("none.html", None),
            (".", None),
        ];
        for (name, expected) in rows {
            let found = read(&www, name);
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{name}");
        }
        fs::remove_dir_all(root).expect("it was there");
    }
}
