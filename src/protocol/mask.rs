//! Masking: what a client does to every payload that it sends. RFC 6455 §5.3.
//!
//! Byte `i` of the payload is XORed with byte `i mod 4` of a key, which the client draws at random for
//! each frame. XOR undoes itself, so one function masks and unmasks. Masking hides nothing: the key
//! travels in the header. It keeps a script in a browser from choosing the bytes on the wire, which
//! an old proxy could mistake for an HTTP request (§10.3).

/// A masking key: the four bytes that a client XORs a payload with. §5.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaskKey(pub [u8; 4]);

impl MaskKey {
    /// The key for a payload without its first `count` bytes: this key, rotated.
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

/// Masks or unmasks `payload` in place, eight bytes at a time, which the compiler turns into the widest
/// registers of the machine.
#[inline]
pub fn apply(key: MaskKey, payload: &mut [u8]) {
    if payload.len() < LONG {
        apply_wordwise(key, payload);
    } else {
        apply_aligned(key, payload);
    }
}

/// From this length on, it pays to begin at an aligned address.
const LONG: usize = 4 << 10;

/// A register that straddles two cache lines costs twice, so the bytes before an aligned address go first.
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
    // Eight and four are multiples of four, so every word and the rest begin with the first byte of the key.
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
/// The slow twin of [`apply`]. Tests hold the two equal, and `cargo bench --bench framing -- unmask`
/// shows the difference.
pub fn apply_bytewise(key: MaskKey, payload: &mut [u8]) {
    for (i, octet) in payload.iter_mut().enumerate() {
        *octet ^= key.0[i % 4];
    }
}
