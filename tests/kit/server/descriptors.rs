//! The limit on descriptors: some rows have a thousand clients.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

pub(crate) fn allow_many() {
    let limit = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Fails where the hard limit is more than the system allows; the limit stays as it is.
    let _ = setrlimit(Resource::Nofile, all);
}
