//! A server in a process of its own, under the load of one thread that costs less than it.
//!
//! What a server does in a second shows only when the other side is cheaper: this one follows
//! frames by their headers, looks at the first bytes of each, and never parses JSON. It knows
//! nothing of ws101: a [`Target`] says how a server is started, a [`Dialect`] how it is spoken to.
//!
//! | file | |
//! |---|---|
//! | `arguments` | what is to be measured, and how long |
//! | `target` | the command and the dialect of a server |
//! | `server` | its process, and what it uses |
//! | `cores` | where it runs, and where we do |
//! | `descriptors` | enough of them for all connections |
//! | `follow` | server frames by header: what came, complete |
//! | `batch` | client frames, built once and stamped anew for each sending |
//! | `upgrade` | the request, and its answer |
//! | `crowd` | the connections: opened, read, written to |
//! | `entry` | how they come into the room |
//! | `talk` | senders that keep so many messages in flight, or a pace |
//! | `scene` | what else is so meanwhile |
//! | `company` | somebody besides the crowd, who watches or does not keep up |
//! | `ledger` | who has heard how much of it, how soon, in which order |
//! | `look` | what changed from one moment to another, as figures |
//! | `rounds` | servers in turn, medians, ratios, the table |

#![allow(dead_code)] // Several benches share this folder; none needs all of it.

pub(crate) mod arguments;
mod batch;
pub(crate) mod company;
mod cores;
mod criterion;
pub(crate) mod crowd;
pub(crate) mod descriptors;
pub(crate) mod entry;
pub(crate) mod follow;
pub(crate) mod ledger;
mod look;
pub(crate) mod rounds;
pub(crate) mod scene;
pub(crate) mod server;
pub(crate) mod talk;
pub(crate) mod target;
mod upgrade;
#[path = "../../tests/live/usage.rs"]
pub(crate) mod usage;

use std::time::Duration;

/// What must come at all comes within this: it only turns a hang into a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
