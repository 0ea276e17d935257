//! The server's time, `2026-11-21T07:31:02.123Z`, as people here read it.

use crate::date::{date_of, days_before};
use std::ops::Range;
use std::process::{Command, Stdio};

/// How far local time is ahead of UTC, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone(i64);

/// A minute of a local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) day: Day,
    minute: i64,
}

/// Days since 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day(i64);

const MINUTES_A_DAY: i64 = 24 * 60;

impl Zone {
    pub(super) const UTC: Self = Self(0);

    /// The zone of this machine, today.
    ///
    /// The standard library does not know it, but `date` does. A line from the other half of the
    /// year is an hour off where clocks are changed in between, which a chat can live with.
    pub(super) fn local() -> Self {
        let date = Command::new("date")
            .arg("+%z")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output();
        let said = date.map(|output| output.stdout).unwrap_or_default();
        Self::parse(String::from_utf8_lossy(&said).trim()).unwrap_or(Self::UTC)
    }

    /// Reads `+0130`.
    fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => return None,
        };
        let (hours, minutes) = digits.split_at_checked(2)?;
        let minutes = hours.parse::<u8>().ok()? as i64 * 60 + minutes.parse::<u8>().ok()? as i64;
        Some(Self(sign * minutes))
    }

    /// The moment that the server's `at` names.
    pub(super) fn read(self, at: &str) -> Option<Moment> {
        let number = |range: Range<usize>| at.get(range)?.parse::<u16>().ok();
        let [year, month, day] = [0..4, 5..7, 8..10].map(number);
        let [hour, minute] = [11..13, 14..16].map(number);
        let (year, month, day) = (year?, month?, day?);
        let (hour, minute) = (i64::from(hour?), i64::from(minute?));
        // Before 1970 there was no chat.
        if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        if hour > 23 || minute > 59 {
            return None;
        }
        let days = days_before(year.into(), month.into(), day.into()) as i64;
        Some(self.moment(days * MINUTES_A_DAY + hour * 60 + minute))
    }

    /// The local day of a moment that is so many seconds after 1970 began.
    pub(super) fn day(self, seconds: u64) -> Day {
        self.moment((seconds / 60) as i64).day
    }

    const fn moment(self, minutes: i64) -> Moment {
        let local = minutes + self.0;
        Moment {
            day: Day(local.div_euclid(MINUTES_A_DAY)),
            minute: local.rem_euclid(MINUTES_A_DAY),
        }
    }
}

impl Moment {
    /// `07:31`
    pub(super) fn time(self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

impl Day {
    /// `Saturday, 21 November 2026`
    pub(super) fn name(self) -> String {
        const WEEKDAYS: [&str; 7] = [
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
            "Monday",
            "Tuesday",
            "Wednesday",
        ];
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        // West of Greenwich, the first of all moments is on the day before.
        let days = u64::try_from(self.0).unwrap_or_default();
        let (weekday, (year, month, day)) = (WEEKDAYS[(days % 7) as usize], date_of(days));
        format!("{weekday}, {day} {} {year}", MONTHS[month])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_names() {
        for (at, zone, time, name) in [
            (
                "1970-01-01T00:00:00.000Z",
                0,
                "00:00",
                "Thursday, 1 January 1970",
            ),
            (
                "2000-02-29T12:34:56.789Z",
                0,
                "12:34",
                "Tuesday, 29 February 2000",
            ),
            (
                "2026-11-21T07:31:02.123Z",
                0,
                "07:31",
                "Saturday, 21 November 2026",
            ),
            (
                "2026-11-21T23:31:02Z",
                60,
                "00:31",
                "Sunday, 22 November 2026",
            ),
            (
                "2027-01-01T00:10:00Z",
                -330,
                "18:40",
                "Thursday, 31 December 2026",
            ),
        ] {
            let moment = Zone(zone).read(at).expect("a time");
            assert_eq!(
                (moment.time().as_str(), moment.day.name().as_str()),
                (time, name)
            );
        }
        for at in [
            "",
            "yesterday",
            "1969-12-31T23:59",
            "0000-00-00T00:00",
            "2026-13-01T00:00",
            "2026-11-21T24:00",
            "２026",
        ] {
            assert_eq!(Zone::UTC.read(at), None, "{at:?}");
        }
    }

    #[test]
    fn zones() {
        assert_eq!(Zone::parse("+0530"), Some(Zone(330)));
        assert_eq!(Zone::parse("-0800"), Some(Zone(-480)));
        assert_eq!(Zone::parse("UTC"), None);
        assert_eq!(Zone::parse(""), None);
    }
}
