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
//! | `frames` | server frames by header: what came, complete |
//! | `batch` | client frames, built once and stamped anew for each sending |
//! | `upgrade` | the request, and its answer |
//! | `clients` | the connections: opened, read, written to |
//! | `joining` | how they come into the room |
//! | `driver` | senders that keep so many messages in flight, or a pace |
//! | `conditions` | what else is so meanwhile |
//! | `bystander` | somebody besides the crowd, who watches or does not keep up |
//! | `deliveries` | who has heard how much of it, how soon, in which order |
//! | `figures` | what changed from one moment to another, as figures |
//! | `rounds` | servers in turn, medians, ratios, the table |

#![allow(dead_code)] // Several benches share this folder; none needs all of it.

pub(crate) mod arguments;
mod batch;
pub(crate) mod bystander;
pub(crate) mod clients;
pub(crate) mod conditions;
mod cores;
mod criterion_options;
pub(crate) mod deliveries;
pub(crate) mod descriptors;
pub(crate) mod driver;
mod figures;
pub(crate) mod frames;
pub(crate) mod joining;
pub(crate) mod rounds;
pub(crate) mod server;
pub(crate) mod target;
mod upgrade;
#[path = "../../tests/live/usage.rs"]
pub(crate) mod usage;

use std::time::Duration;

/// What must come at all comes within this: it only turns a hang into a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
