//! benches/README.md: its ratios are those of the race.

use crate::markdown::rows;
use std::fs;
use std::path::Path;

#[test]
fn ratios_are_those_of_the_race() {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    let Ok(race) = fs::read_to_string(benches.join("peers/race.md")) else {
        return; // a package of its own, which is not packed with this one
    };
    let mut measured: Vec<&str> = (race.split("**").skip(1).step_by(2))
        .filter_map(|bold| bold.strip_suffix(" ×"))
        .collect();
    let readme = fs::read_to_string(benches.join("README.md")).expect("text");
    let rows = rows(&readme, "load");
    let mut quoted: Vec<&str> = rows.iter().flat_map(|row| row[1].split(" · ")).collect();
    // The last two rows, handshakes and memory, are no ratios of speed.
    quoted.truncate(measured.len());
    measured.sort_unstable();
    quoted.sort_unstable();
    assert!(measured.len() >= 16, "the ratios were found");
    assert_eq!(quoted, measured);
}
