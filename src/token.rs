//! Secrets that a client proves itself with.

/// `bytes` random bytes from the operating system, as hexadecimal digits.
pub(crate) fn random(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).expect("an operating system has randomness");
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}
