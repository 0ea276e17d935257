#![no_main]

#[allow(dead_code, unused_imports)] // Each target needs one of them.
#[path = "../judges/mod.rs"]
mod judges;

libfuzzer_sys::fuzz_target!(|input: &[u8]| judges::frames(input));
