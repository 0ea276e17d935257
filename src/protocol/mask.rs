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
    if payload.len() < LONG {
        apply_wordwise(key, payload);
    } else {
        apply_aligned(key, payload);
    }
}

/// From this length on, it pays to begin at an address that suits the processor.
const LONG: usize = 4 << 10;

/// A register that straddles two cache lines costs twice: so a few bytes go first, singly.
#[inline(never)]
fn apply_aligned(key: MaskKey, payload: &mut [u8]) {
    let straddling = payload.as_ptr().align_offset(16).min(payload.len());
    let (first, rest) = payload.split_at_mut(straddling);
    apply_bytewise(key, first);
    apply_wordwise(key.after(straddling), rest);
}

#[inline]
fn apply_wordwise(key: MaskKey, payload: &mut [u8]) {
    let word_key = u32::from_ne_bytes(key.0);
    let wide_key = u64::from(word_key) * 0x1_0000_0001; // the key, twice
    // Eight and four are multiples of four, so each word, and the rest too, begins with the key's first byte.
    let (wide_words, rest) = payload.as_chunks_mut();
    for word in wide_words {
        *word = (u64::from_ne_bytes(*word) ^ wide_key).to_ne_bytes();
    }
    let (words, rest) = rest.as_chunks_mut();
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ word_key).to_ne_bytes();
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
