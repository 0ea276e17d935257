//! The build script: compresses the pages with gzip (RFC 1952), so that thirty phones on one wireless network
//! load less than half of the bytes.

fn main() -> std::io::Result<()> {
    #[cfg(feature = "server")]
    pages::compress()?;
    Ok(())
}

#[cfg(feature = "server")]
mod pages {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::{Result, Write};
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    /// Pictures for the README. No page shows them.
    const SCREENSHOTS: &str = "www/screenshots";

    /// Writes `OUT_DIR/FOLDER/NAME.gz` for each file `www/FOLDER/NAME`.
    pub(super) fn compress() -> Result<()> {
        println!("cargo::rerun-if-changed=www");
        let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for a build script");
        compress_folder(Path::new("www"), &PathBuf::from(out))
    }

    fn compress_folder(folder: &Path, out: &Path) -> Result<()> {
        fs::create_dir_all(out)?;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let target = out.join(path.file_name().expect("an entry has a name"));
            if path == Path::new(SCREENSHOTS) {
                continue;
            } else if path.is_dir() {
                compress_folder(&path, &target)?;
            } else {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(&fs::read(&path)?)?;
                fs::write(target.with_added_extension("gz"), encoder.finish()?)?;
            }
        }
        Ok(())
    }
}
