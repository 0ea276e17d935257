//! A load for servers: one thread that is all of a server's clients, and costs less than the server.
//!
//! What a server can do in a second shows only if its clients cost less: these follow frames by
//! their headers, look at the first bytes of each, and never parse JSON. They know
//! nothing of ws101: a [`Target`](target::Target) says how a server is started, its dialect which messages it speaks.
//! `benches/README.md` says how it measures.
//!
//! Each file uses only files above it:
//!
//! | file | |
//! |---|---|
//! | `criterion_options`, `deadline` | options to pass over; how long anything may take |
//! | `workload` | how many members and senders, how much they say, and for how long |
//! | `arguments` | the command line |
//! | `target` | how a server is started, and which messages it speaks |
//! | `cores`, `descriptors` | which processors the server and the load have; descriptors for all connections |
//! | `server` | a server's process, and what it uses |
//! | `tag`, `batch` | what names a message; client frames, built once and stamped with tags |
//! | `frames` | server frames, followed by their headers |
//! | `upgrade`, `clients`, `joining` | the clients: connected, upgraded, polled, in the room |
//! | `deliveries` | which member has received which messages, how soon, in which order |
//! | `bystander`, `conditions` | one client more, which watches or does not keep up; a pace |
//! | `figures` | rate, cost and latency between two moments |
//! | `driver` | senders that keep messages in flight |
//! | `rounds` | servers in turn, medians, ratios, the table |

#![allow(dead_code)] // Several benches share this folder; none needs all of it.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "the load is made with epoll, and servers are measured by /proc: these benches run on Linux; \
     `cargo bench --bench framing` runs everywhere"
);

pub(crate) mod arguments;
mod batch;
pub(crate) mod bystander;
pub(crate) mod clients;
pub(crate) mod conditions;
mod cores;
mod criterion_options;
mod deadline;
pub(crate) mod deliveries;
pub(crate) mod descriptors;
pub(crate) mod driver;
pub(crate) mod figures;
pub(crate) mod frames;
pub(crate) mod joining;
pub(crate) mod rounds;
pub(crate) mod server;
pub(crate) mod tag;
pub(crate) mod target;
mod upgrade;
#[path = "../../tests/kit/server/usage.rs"]
pub(crate) mod usage;
pub(crate) mod workload;
