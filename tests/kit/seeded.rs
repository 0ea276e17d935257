//! 10 000 inputs for each target, the same in each run: the examples in `tests/corpus`, each changed in a
//! few places.
//!
//! An input that fails is printed. It belongs into the corpus, under a name that says what it is.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

const INPUTS: u64 = 10_000;
const LONGEST: usize = 4_096;

/// Where something ends, begins or means something else, in one of the languages.
const INTERESTING: [&[u8]; 24] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"\0",
    b":",
    b" ",
    b"\t",
    b"\x80",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xe2\x82\xac",
    b"\xf4\x90\x80\x80",
    b"\x7e\x00\x7e",
    b"\x7f\0\0\0\0\0\x01\0\0",
    b"\xfe\x00\x7d",
    b"\xff\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"}",
    b"[[[[",
    b"1e999",
];

/// Runs `target` with the examples of its name, and with what is made from them.
pub(crate) fn run(name: &str, target: fn(&[u8])) {
    let corpus = corpus(name);
    assert!(corpus.len() >= 5, "{} examples of {name}", corpus.len());
    for example in &corpus {
        check(name, "an example", example, target);
    }
    for seed in 0..INPUTS {
        let input = Chance(seed).spoil(&corpus);
        check(name, &format!("seed {seed}"), &input, target);
    }
}

fn check(name: &str, which: &str, input: &[u8], target: fn(&[u8])) {
    if catch_unwind(|| target(input)).is_err() {
        let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("{name}, {which}: {hex}\n{}", input.escape_ascii());
    }
}

/// In the order of their names.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = fs::read_dir(folder.join(name)).expect("a folder of examples");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path| fs::read(path).expect("an example");
    paths.into_iter().map(read).collect()
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn one_of<'a>(&mut self, corpus: &'a [Vec<u8>]) -> &'a [u8] {
        &corpus[self.below(corpus.len())]
    }

    fn spoil(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.one_of(corpus).to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(input.len() + 1);
            let end = at + self.below((input.len() - at + 1).min(32));
            match self.below(7) {
                0 if at < input.len() => input[at] ^= 1 << self.below(8),
                1 if at < input.len() => input[at] = self.below(256) as u8,
                2 => drop(input.drain(at..end)),
                3 => input.truncate(at),
                4 => input.extend_from_within(at..end),
                // Two examples, one after the other or one within the other.
                5 => drop(input.splice(at..end, self.one_of(corpus).iter().copied())),
                _ => {
                    let interesting = INTERESTING[self.below(INTERESTING.len())];
                    input.splice(at..end, interesting.iter().copied());
                }
            }
        }
        input.truncate(LONGEST);
        input
    }
}
