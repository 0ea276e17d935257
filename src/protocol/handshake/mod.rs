//! The opening handshake: how an HTTP request becomes a WebSocket. RFC 6455 §1.3, §4.
//!
//! The client sends sixteen random bytes in base64. The server appends a fixed text to them, hashes the
//! whole, and sends the hash back. This proves that the server *meant* to speak WebSocket: no other
//! server, and no cache, gives that answer by accident. It is neither a secret nor a login.

mod accept_key;
mod client;
mod error;
mod own_headers;
mod server;

pub use accept_key::{AcceptSteps, accept_key};
pub use client::{Request, ResponseRule};
pub use error::{HandshakeError, ResponseError};
pub use own_headers::HeaderError;
pub use server::{Upgrade, UpgradeRule};
