//! Masking keys from the operating system's randomness. RFC 6455 §5.3, §10.3.

use crate::protocol::{KeySource, MaskKey};

/// Keys that cannot be foreseen, drawn sixty-four at a time: a key is four bytes, and asking the operating
/// system for them costs more than masking a message.
#[derive(Debug)]
pub struct RandomKeys {
    drawn: [[u8; 4]; 64],
    left: usize,
}

impl RandomKeys {
    /// A source that has drawn nothing yet.
    pub const fn new() -> Self {
        Self {
            drawn: [[0; 4]; 64],
            left: 0,
        }
    }
}

impl Default for RandomKeys {
    fn default() -> Self {
        Self::new()
    }
}

impl KeySource for RandomKeys {
    fn next_key(&mut self) -> MaskKey {
        if self.left == 0 {
            getrandom::fill(self.drawn.as_flattened_mut())
                .expect("an operating system has randomness");
            self.left = self.drawn.len();
        }
        self.left -= 1;
        MaskKey(self.drawn[self.left])
    }
}
