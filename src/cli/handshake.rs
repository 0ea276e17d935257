//! `ws101 handshake`: the accept key, computed in four steps. RFC 6455 §4.2.2.

use super::bytes::spaced;
use super::print;
use crate::protocol::AcceptSteps;
use clap::Args;

const EXAMPLES: &str = "\
The same with other tools, for KEY and the GUID that step 2 appends:
  printf %s 'KEY258EAFA5-E914-47DA-95CA-C5AB0DC85B11' | openssl sha1 -binary | openssl base64

Example: ws101 handshake 'dGhlIHNhbXBsZSBub25jZQ=='";

/// Compute the answer to a Sec-WebSocket-Key, step by step
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Handshake {
    /// The value of a client's Sec-WebSocket-Key
    #[arg(value_name = "KEY")]
    key: String,
}

impl Handshake {
    pub(super) fn run(&self) -> Result<(), String> {
        let key = self.key.trim();
        let steps = AcceptSteps::of(key);
        let Some(key_bytes) = &steps.key_bytes else {
            return Err(format!(
                "{key:?} is not 16 bytes in base64 (22 characters and ==); a server answers 400"
            ));
        };
        print(&format!(
            "1  the key                {key}\n   \
                which stands for       {}\n\
             2  and the fixed text     {}\n\
             3  hashed with SHA-1      {}\n\
             4  in base64              {}\n",
            spaced(key_bytes),
            steps.concatenated,
            spaced(&steps.sha1),
            steps.accept
        ))
    }
}
