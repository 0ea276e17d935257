//! The accept key: how a server shows that it read the client's key. RFC 6455 §1.3, §4.2.2.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};
use sha1::{Digest, Sha1};

/// The text that §1.3 appends to every key. No program that does not know WebSocket is likely to hash it.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`. §4.2.2 step 5.4.
///
/// The key is hashed as text, without decoding it.
///
/// ```
/// use ws101::protocol::accept_key;
///
/// assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
/// ```
pub fn accept_key(key: &str) -> String {
    STANDARD.encode(digest(key))
}

fn digest(key: &str) -> [u8; 20] {
    (Sha1::new().chain_update(key).chain_update(GUID).finalize()).into()
}

/// The way from a key to its accept key, step by step: for an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptSteps {
    /// The sixteen bytes that the key encodes, if it is valid.
    pub key_bytes: Option<Vec<u8>>,
    /// The key followed by the fixed text: this is hashed.
    pub concatenated: String,
    /// Its SHA-1 hash.
    pub sha1: [u8; 20],
    /// The hash in base64.
    pub accept: String,
}

impl AcceptSteps {
    /// The steps for `key`, which need not be valid.
    pub fn of(key: &str) -> Self {
        // The last character may have bits set that belong to no byte, as in the example of §4.1.
        let lenient = GeneralPurpose::new(
            &base64::alphabet::STANDARD,
            PAD.with_decode_allow_trailing_bits(true),
        );
        let (bytes, sha1) = (lenient.decode(key).ok(), digest(key));
        Self {
            key_bytes: bytes.filter(|_| is_key(key)),
            concatenated: format!("{key}{GUID}"),
            sha1,
            accept: STANDARD.encode(sha1),
        }
    }
}

/// A client's sixteen random bytes as the text of its `Sec-WebSocket-Key`. §4.1 item 7.
pub(super) fn nonce_in_base64(nonce: [u8; 16]) -> String {
    STANDARD.encode(nonce)
}

/// Does `key` look like sixteen bytes in base64, that is 22 characters and "=="? It is not decoded: its
/// last character may have bits set that belong to no byte, as in the example of §4.1, which a strict
/// decoder refuses.
pub(super) fn is_key(key: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    key.strip_suffix("==")
        .is_some_and(|digits| digits.len() == 22 && digits.bytes().all(is_base64))
}
