#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ws101::fuzzing::client_handshake(input));
