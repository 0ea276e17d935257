//! WebSocket 101.
pub mod protocol;
