//! Under which conditions a load runs.

use super::bystander::{Bystander, Report, Running};
use super::clients::Clients;
use std::io;
use std::time::Duration;

/// By default every sender goes on as soon as its messages are back, and there is no bystander.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Conditions {
    /// The time from one batch of each sender to the next: a p99 says something when the server is not
    /// busy all the time.
    pub(crate) pace: Option<Duration>,
    pub(crate) bystander: Option<Bystander>,
}

impl Conditions {
    pub(super) fn start_bystander(&self, clients: &Clients) -> io::Result<Option<Running>> {
        let Some(bystander) = self.bystander else {
            return Ok(None);
        };
        let token = clients.token().unwrap_or_default().to_owned();
        bystander.start(clients.address(), token).map(Some)
    }

    /// An error if the bystander did not do its part. In a very short time no client lags.
    pub(super) fn check(&self, report: Report, is_short: bool) -> io::Result<()> {
        let fault = match self.bystander {
            Some(Bystander::Watcher | Bystander::StalledWatcher) if report.watched == 0 => {
                "saw nothing"
            }
            Some(Bystander::NeverReads | Bystander::ReadsSlowly | Bystander::ComesBack)
                if report.evictions == 0 && !is_short =>
            {
                "was never evicted"
            }
            _ => return Ok(()),
        };
        let fault = format!("{:?}: {fault}", self.bystander);
        Err(io::Error::other(fault))
    }
}
