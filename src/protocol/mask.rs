//! Masking: what a client does to every payload it sends. RFC 6455 §5.3.
//!
//! Byte `i` of the payload is XORed with byte `i mod 4` of a key that the client draws
//! anew for each frame. Doing it twice gives the payload back, so one function masks
//! and unmasks. It hides nothing (the key travels in the header): it keeps a script in a
//! browser from choosing which bytes appear on the wire, where an old proxy might take
//! them for a request of their own (§10.3).

/// The four bytes that a client XORs its payload with. §5.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaskKey(pub [u8; 4]);

impl MaskKey {
    /// The key for the bytes that follow the first `count` ones of a payload.
    pub const fn after(self, count: usize) -> Self {
        let [a, b, c, d] = self.0;
        match count % 4 {
            0 => self,
            1 => Self([b, c, d, a]),
            2 => Self([c, d, a, b]),
            _ => Self([d, a, b, c]),
        }
    }
}

/// Masks, or unmasks, `payload` in place: eight bytes at a time, which the compiler
/// turns into the machine's widest registers.
#[inline]
pub fn apply(key: MaskKey, payload: &mut [u8]) {
    let wide_key = u64::from(u32::from_ne_bytes(key.0)) * 0x1_0000_0001; // the key, twice
    // Eight is a multiple of four, so each word, and the rest too, begins with the key's first byte.
    let (words, rest) = payload.as_chunks_mut();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide_key).to_ne_bytes();
    }
    apply_bytewise(key, rest);
}

/// §5.3 word for word: `transformed-octet-i = original-octet-i XOR masking-key-octet-(i mod 4)`.
///
/// The slow twin of [`apply`]: tests hold the two equal, `cargo bench` shows what the
/// wide one earns.
pub fn apply_bytewise(key: MaskKey, payload: &mut [u8]) {
    for (i, octet) in payload.iter_mut().enumerate() {
        *octet ^= key.0[i % 4];
    }
}
