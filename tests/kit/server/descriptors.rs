//! As many descriptors as this program may have: some rows are crowds.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

pub(crate) fn allow_many() {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Where the hard limit is not what the system really allows, it stays as it is.
    let _ = setrlimit(Resource::Nofile, all);
}
