//! The judges of the fuzzer, with inputs that are the same in every run: 10 000 each, made from the
//! examples in `tests/corpus`.

mod judges;
#[path = "../kit/seeded.rs"]
mod seeded;

#[test]
fn r14_head() {
    seeded::run("head", judges::head);
}

#[test]
fn r14_frames() {
    seeded::run("frames", judges::frames);
}

#[test]
fn r14_client_handshake() {
    seeded::run("client_handshake", judges::client_handshake);
}
