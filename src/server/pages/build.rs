//! Runs before the program is built: compresses the pages, so that thirty phones on one wireless network load
//! less than half of the bytes. RFC 1952.

fn main() -> std::io::Result<()> {
    #[cfg(feature = "server")]
    compress_pages()?;
    Ok(())
}

#[cfg(feature = "server")]
fn compress_pages() -> std::io::Result<()> {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;
    use std::path::Path;
    use std::{env, fs};

    println!("cargo::rerun-if-changed=www");
    let out = env::var_os("OUT_DIR").expect("cargo says where to write");
    for entry in fs::read_dir("www")? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().expect("a file has a name");
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&fs::read(&path)?)?;
            let compressed = Path::new(&out).join(name).with_added_extension("gz");
            fs::write(compressed, encoder.finish()?)?;
        }
    }
    Ok(())
}
