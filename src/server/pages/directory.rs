//! Pages from a directory: for those who are editing them.
//!
//! Only plain files directly in it. Links are not followed, and a pipe or a device is not read:
//! that could wait forever. What was opened is judged, not its name: between a look at a name and
//! its opening, a link could take the file's place.

use rustix::fs::{CWD, Mode, OFlags, openat};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of a file that is served.
const MOST: u64 = 4 << 20;

/// The content of the file of that name.
pub(super) fn read(directory: &Path, name: &str) -> Option<Vec<u8>> {
    if name.contains(['/', '\\', '\0']) || name.starts_with('.') {
        return None;
    }
    // The directory itself may be a link: the operator has named it.
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = openat(CWD, directory, flags, Mode::empty()).ok()?;
    // A pipe is opened without waiting for its other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(&directory, name, flags, Mode::empty()).ok()?);
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
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

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
            ("in.html", None),
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

    const READS: usize = 20_000;

    /// A page and a link to a secret take turns at one name, while it is read.
    #[test]
    fn a_link_that_takes_a_files_place_is_not_followed() {
        let root = std::env::temp_dir().join(format!("ws101-swap-{}", std::process::id()));
        let www = root.join("www");
        fs::create_dir_all(&www).expect("made");
        fs::write(root.join("secret"), "no").expect("written");
        let (page, fresh) = (www.join("page.html"), root.join("fresh"));
        fs::write(&page, "yes").expect("written");
        let swapping = AtomicBool::new(true);
        thread::scope(|scope| {
            scope.spawn(|| {
                while swapping.load(Ordering::Relaxed) {
                    symlink(root.join("secret"), &fresh).expect("linked");
                    fs::rename(&fresh, &page).expect("swapped");
                    fs::write(&fresh, "yes").expect("written");
                    fs::rename(&fresh, &page).expect("swapped");
                }
            });
            let leaked = (0..READS).any(|_| read(&www, "page.html") == Some(b"no".to_vec()));
            swapping.store(false, Ordering::Relaxed);
            assert!(!leaked, "the secret was read");
        });
        fs::remove_dir_all(root).expect("it was there");
    }
}
