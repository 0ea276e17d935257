//! All connections of a server: which are admitted, how far each has come, and how they end together.
//!
//! | file | what happens there |
//! |---|---|
//! | `table` | the open connections and those that wait; how they end |
//! | `requests` | whose request makes room for another's |
//! | `slot` | one connection's slot in the table, from its first byte to its end |
//! | `admission` | which newcomers are admitted, which wait, which are refused |

mod admission;
#[cfg(test)]
mod models;
mod requests;
mod slot;
mod table;
#[cfg(test)]
mod tests;

pub(super) use admission::{Admission, longest_queue};
pub(super) use slot::Slot;
pub(super) use table::{ConnectionTable, Newcomer};
