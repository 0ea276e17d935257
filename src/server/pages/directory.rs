//! Pages from a directory, for those who edit them: `--www DIR`.
//!
//! Only plain files in it and in its folders. A symbolic link is never followed, and a pipe or a device is
//! never read: that could wait forever. Each folder and the file are checked after they are opened, not by name:
//! a link could take a file's place between the check and the opening.

use rustix::fs::{CWD, Mode, OFlags, openat};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest file that is served, in bytes.
const LARGEST: u64 = 4 << 20;

/// The content of the file `name`, which may be in a folder: `chat/main.js`.
pub(super) fn read(directory: &Path, name: &str) -> Option<Vec<u8>> {
    // No hidden files, no `..`, no empty part.
    let is_unsafe =
        |part: &str| part.is_empty() || part.starts_with('.') || part.contains(['\\', '\0']);
    if name.split('/').any(is_unsafe) {
        return None;
    }
    // The directory itself may be a link: the operator has named it.
    let mut flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut folder = openat(CWD, directory, flags, Mode::empty()).ok()?;
    flags |= OFlags::NOFOLLOW;
    let mut parts = name.split('/');
    let file = parts.next_back()?;
    for part in parts {
        folder = openat(&folder, part, flags, Mode::empty()).ok()?;
    }
    // NONBLOCK: opening a pipe does not wait for its other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(&folder, file, flags, Mode::empty()).ok()?);
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut content = Vec::new();
    let count = file.take(LARGEST + 1).read_to_end(&mut content).ok()?;
    (count as u64 <= LARGEST).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    #[test]
    fn plain_files_of_the_directory_and_its_folders_only() {
        let root = std::env::temp_dir().join(format!("ws101-www-{}", std::process::id()));
        let www = root.join("www");
        fs::create_dir_all(www.join("sub")).expect("made");
        fs::write(root.join("secret"), "no").expect("written");
        fs::write(www.join("page.html"), "yes").expect("written");
        fs::write(www.join("sub/page.html"), "below").expect("written");
        fs::create_dir(root.join("beside")).expect("made");
        fs::write(root.join("beside/page.html"), "no").expect("written");
        symlink(root.join("secret"), www.join("out.html")).expect("linked");
        symlink(www.join("page.html"), www.join("in.html")).expect("linked");
        symlink(www.join("sub"), www.join("within")).expect("linked");
        symlink(root.join("beside"), www.join("without")).expect("linked");
        let pipe = www.join("pipe.html");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe");
        let rows = [
            ("page.html", Some("yes")),
            ("in.html", None),
            ("out.html", None),
            ("../secret", None),
            ("sub/page.html", Some("below")),
            ("within/page.html", None),
            ("without/page.html", None),
            ("../beside/page.html", None),
            ("sub/../page.html", None),
            ("sub/./page.html", None),
            ("sub//page.html", None),
            ("/page.html", None),
            ("page.html/", None),
            ("page.html/page.html", None),
            ("sub\\page.html", None),
            ("sub/\0", None),
            ("sub/", None),
            ("sub", None),
            ("", None),
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

    /// While the page is read, a thread puts a link to a secret in its place and the page back again.
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
