//! File descriptors: a connection takes one on either side, and each side is a process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for everything that is not a connection.
pub(crate) const OTHERS: usize = 64;

/// Raises the limit of this process, and of the servers that it starts from now on, so that there is a descriptor for each of
/// `connections`. Returns the limit, if it cannot be raised that far.
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
