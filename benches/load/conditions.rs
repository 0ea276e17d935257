//! What else is so while the crowd talks.

use super::bystander::{Company, Part, Told};
use super::clients::Crowd;
use std::io;
use std::time::Duration;

/// By default, everyone speaks as fast as they hear, and nobody else is there.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scene {
    /// From one batch of each sender to the next: p99 says something when the server is not
    /// busy all the time.
    pub(crate) pace: Option<Duration>,
    pub(crate) company: Option<Part>,
}

impl Scene {
    pub(super) fn enter(&self, crowd: &Crowd) -> io::Result<Option<Company>> {
        let Some(part) = self.company else {
            return Ok(None);
        };
        let token = crowd.token().unwrap_or_default().to_owned();
        Company::enter(part, crowd.address(), token).map(Some)
    }

    /// Was the company what it should be? In a very short time nobody lags.
    pub(super) fn check(&self, told: Told, is_short: bool) -> io::Result<()> {
        let fault = match self.company {
            Some(Part::Watches | Part::WatchesBlindly) if told.seen == 0 => "saw nothing",
            Some(Part::NeverReads | Part::ReadsSlowly | Part::ComesBack)
                if told.evicted == 0 && !is_short =>
            {
                "was never evicted"
            }
            _ => return Ok(()),
        };
        let fault = format!("{:?}: {fault}", self.company);
        Err(io::Error::other(fault))
    }
}
