//! Watching one's own connection: a recorder notes what goes over it, and `/ws/wire` shows that.
//!
//! | file | what happens there |
//! |---|---|
//! | `recorder` | looks on at one connection: its recent frames, and those who watch it |
//! | `frame_collector` | what is kept of the frames of one direction |
//! | `excerpt`, `recent_frames` | what is kept of a burst; the last of them |
//! | `queue` | what waits for one watcher |
//! | `tickets` | who may watch what, and for how long |
//! | `endpoint`, `request` | `/ws/wire`: the request to watch, and its refusals |
//! | `view` | one watcher's thread: bytes in, records out |
//! | `redact` | what must not be seen, not even here |
//! | `record` | the JSON of the records |

mod endpoint;
mod excerpt;
mod frame_collector;
mod queue;
mod recent_frames;
mod record;
mod recorder;
mod redact;
mod request;
mod tickets;
mod view;

pub(crate) use endpoint::Watcher;
pub(crate) use recorder::Recorder;
pub(crate) use request::request_for;
pub(crate) use tickets::{MOST_WATCHERS, Subject, Ticket, Tickets};
