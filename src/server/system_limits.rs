//! How many connections and large messages this process can hold, whatever its flags say.
//!
//! A connection is a descriptor and a thread. Without another descriptor `accept` fails, and the server survives
//! that. With more memory mappings than the kernel allows (four for each thread of `std`), the process is
//! *aborted*, even though `spawn` could have returned an error. So the server knows its own limit and
//! stays below it. Nor can Rust go on when the system refuses a few bytes of memory, so the server also
//! keeps away from a limit on its memory, if it was given one.

use super::connections::longest_queue;
use super::refuse;
use crate::outbox::MOST_WRITERS;
use crate::watch::MOST_WATCHERS;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::num::NonZero;
use std::{env, thread};

/// Descriptors for everything that is not a connection: three standard ones, the listener, the signals'
/// pipe, connections that are being refused, and a few to spare.
const OTHER_DESCRIPTORS: usize = 16 + refuse::MOST_AT_ONCE;
/// Each thread: its stack, that stack's guard page, and two for catching stack overflows.
const MAPPINGS_PER_THREAD: usize = 4;
/// Mappings for everything that is not a connection's thread: the program, its libraries, its
/// heaps, writer threads, and the threads of watchers.
const OTHER_MAPPINGS: usize = 512 + (MOST_WRITERS + MOST_WATCHERS) * MAPPINGS_PER_THREAD;
/// Address space of a connection: its thread's stack, and what it keeps.
const SPACE_PER_CONNECTION: usize = 384 << 10;
/// Address space for everything else, and the least that it can be.
const OTHER_SPACE: usize = 24 << 20;
const LEAST_OTHER_SPACE: usize = 16 << 20;
/// What the memory allocator reserves at once for a thread, if twice as much is to be had: it
/// keeps the half that begins where it likes …
const ARENA: usize = 64 << 20;
/// … and so often for each processor.
const ARENAS: usize = 8;
/// What part of the remaining address space is for connections; for large messages, whose buffers leave
/// holes as large as themselves when they grow; and for the backlogs of clients that lag.
const FOR_CONNECTIONS: usize = 3;
const FOR_MESSAGES: usize = 4;
const FOR_BACKLOGS: usize = 8;

/// `wanted` connections, or as many as there can be; raises the descriptor limit if that helps.
pub(super) fn clamp_connections(wanted: usize) -> usize {
    let by_descriptors = by_descriptors(wanted);
    let by_threads = mappings().saturating_sub(OTHER_MAPPINGS) / MAPPINGS_PER_THREAD;
    let by_space = address_space() / FOR_CONNECTIONS / SPACE_PER_CONNECTION;
    let possible = wanted.min(by_descriptors).min(by_threads).min(by_space);
    let possible = possible.max(1);
    if possible < wanted {
        log::warn!(
            "at most {possible} connections instead of {wanted}: this system allows {by_descriptors} by descriptors \
             (ulimit -n), {by_threads} by threads (vm.max_map_count) and {by_space} by memory (ulimit -v)"
        );
    }
    possible
}

/// `wanted` bytes for all large messages together, or as many as there can be.
pub(super) fn clamp_messages(wanted: usize) -> usize {
    clamp_space("for large messages", wanted, address_space() / FOR_MESSAGES)
}

/// `wanted` bytes for the backlog of a client, or as many as there can be for each.
pub(super) fn clamp_backlog(wanted: usize, connections: usize) -> usize {
    let possible = address_space() / FOR_BACKLOGS / connections;
    clamp_space("for a client that does not keep up", wanted, possible)
}

fn clamp_space(what: &str, wanted: usize, possible: usize) -> usize {
    if possible < wanted {
        log::warn!(
            "at most {possible} bytes {what} instead of {wanted}: this system allows no more (ulimit -v)"
        );
    }
    wanted.min(possible)
}

/// The number of connections for which there are descriptors, if some more wait for a place.
fn by_descriptors(wanted: usize) -> usize {
    let needed = |connections: usize| {
        let waiting = longest_queue(connections);
        connections.saturating_add(waiting + OTHER_DESCRIPTORS)
    };
    let allowed = raise_descriptor_limit(needed(wanted));
    if allowed >= needed(wanted) {
        return allowed - longest_queue(wanted) - OTHER_DESCRIPTORS;
    }
    let left = allowed.saturating_sub(OTHER_DESCRIPTORS);
    left - longest_queue(left)
}

/// Raises the limit of descriptors to `wanted`, as far as the hard limit allows; returns the limit.
fn raise_descriptor_limit(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current.map_or(usize::MAX, to_usize);
    let hard = limit.maximum.map_or(usize::MAX, to_usize);
    if current >= wanted {
        return current;
    }
    let raised = wanted.min(hard);
    match setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(raised as u64),
            maximum: limit.maximum,
        },
    ) {
        Ok(()) => raised,
        Err(_) => current,
    }
}

/// How many memory mappings this process may have. A system without this file has no such limit.
fn mappings() -> usize {
    let text = std::fs::read_to_string("/proc/sys/vm/max_map_count");
    text.ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(usize::MAX)
}

/// The address space that is left once the memory allocator has reserved as much in advance as it can.
fn address_space() -> usize {
    let Some(limit) = getrlimit(Resource::As).current.map(to_usize) else {
        return usize::MAX;
    };
    let told = env::var("MALLOC_ARENA_MAX").ok();
    let most = match told.and_then(|count| count.parse::<usize>().ok()) {
        Some(count) => count.saturating_sub(1), // the first one is the program's
        None => ARENAS * thread::available_parallelism().map_or(1, NonZero::get),
    };
    let arenas = most.min(limit.saturating_sub(LEAST_OTHER_SPACE + ARENA) / ARENA);
    limit.saturating_sub(OTHER_SPACE + arenas * ARENA)
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
