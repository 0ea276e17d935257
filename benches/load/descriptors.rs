//! A connection takes a descriptor on either side, and each side is a process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For everything that is not a connection.
pub(crate) const OTHERS: usize = 64;

/// Makes sure that there are descriptors for so many connections, also in the servers that are
/// started from now on, or says how many there may be.
pub(crate) fn too_few(connections: usize) -> Option<u64> {
    let wanted = (connections + OTHERS) as u64;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return None;
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => None,
        Err(_) => limit.maximum.or(limit.current),
    }
}
