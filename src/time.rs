//! Time as text: in HTTP, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7); in the chat's messages,
//! `1994-11-06T08:49:37.000Z` (RFC 3339); on a terminal, in the reader's own time zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::{rfc2822, temporal};
use jiff::tz::TimeZone;
use std::time::{SystemTime, UNIX_EPOCH};

/// `time` in the one form that HTTP allows to be sent. A clock set before 1970 shows 1970.
pub(crate) fn http_date(time: SystemTime) -> String {
    const PRINTER: rfc2822::DateTimePrinter = rfc2822::DateTimePrinter::new();
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    PRINTER
        .timestamp_to_rfc9110_string(&time.max(Timestamp::UNIX_EPOCH))
        .expect("years from 1970 to 9999 can be written")
}

/// The timestamp of a number of milliseconds since 1 January 1970.
pub(crate) fn timestamp(milliseconds: u64) -> String {
    const PRINTER: temporal::DateTimePrinter = temporal::DateTimePrinter::new().precision(Some(3));
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX);
    PRINTER.timestamp_to_string(&time)
}

/// Milliseconds since 1 January 1970, by the system's clock.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// The time zone of a reader.
#[derive(Debug, Clone)]
pub(crate) struct Zone(TimeZone);

/// A day on the calendar of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(Date);

/// What calendar and clock show in a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalTime {
    pub(crate) day: Day,
    /// `07:31`
    pub(crate) clock: String,
}

impl Zone {
    /// The zone that `TZ` names, or else that of this machine; UTC where neither is known.
    pub(crate) fn local() -> Self {
        Self(TimeZone::system())
    }

    /// The current day.
    pub(crate) fn today(&self) -> Day {
        Day(self.0.to_datetime(Timestamp::now()).date())
    }

    /// The local time of a timestamp; `None` if `timestamp` is something else.
    pub(crate) fn read(&self, timestamp: &str) -> Option<LocalTime> {
        // The offset is that of the timestamp's own day, on either side of a daylight saving change.
        let time = self.0.to_datetime(timestamp.parse().ok()?);
        Some(LocalTime {
            day: Day(time.date()),
            clock: time.strftime("%H:%M").to_string(),
        })
    }
}

impl Day {
    /// `Saturday, 21 November 2026`
    pub(crate) fn name(self) -> String {
        self.0.strftime("%A, %-d %B %Y").to_string()
    }
}

#[cfg(test)]
impl Zone {
    pub(crate) const UTC: Self = Self(TimeZone::UTC);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn http_dates() {
        let rows = [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), // RFC 9110's own example
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), // 2100 has no 29 February
        ];
        for (seconds, date) in rows {
            for nanoseconds in [0, 1, 999_999_999] {
                let time = UNIX_EPOCH + Duration::new(seconds, nanoseconds);
                assert_eq!(http_date(time), date, "{nanoseconds}");
            }
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(http_date(before), rows[0].1);
    }

    #[test]
    fn timestamps() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (784_111_777_007, "1994-11-06T08:49:37.007Z"),
            (951_782_400_100, "2000-02-29T00:00:00.100Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
            (4_107_542_400_010, "2100-03-01T00:00:00.010Z"),
            (u64::MAX, "9999-12-30T22:00:00.999Z"), // the last that can be written
        ] {
            assert_eq!(timestamp(milliseconds), text);
        }
    }

    #[test]
    fn every_day_there_and_back() {
        let rows = (0..80_000).map(|days| days * 86_400_000 + 1);
        for milliseconds in rows {
            let time: Timestamp = timestamp(milliseconds).parse().expect("a timestamp");
            assert_eq!(time.as_millisecond() as u64, milliseconds);
        }
    }

    /// Central Europe: an hour ahead of UTC, two from the last Sunday of March to that of October.
    const CENTRAL_EUROPE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

    #[test]
    fn local_times() {
        let rows = [
            (
                "UTC0",
                "1970-01-01T00:00:00.000Z",
                "00:00",
                "Thursday, 1 January 1970",
            ),
            (
                "UTC0",
                "2000-02-29T12:34:56.789Z",
                "12:34",
                "Tuesday, 29 February 2000",
            ),
            (
                "UTC0",
                "2026-11-21T07:31:02.123Z",
                "07:31",
                "Saturday, 21 November 2026",
            ),
            (
                "UTC-1",
                "2026-11-21T23:31:02Z",
                "00:31",
                "Sunday, 22 November 2026",
            ),
            (
                "UTC5:30",
                "2027-01-01T00:10:00Z",
                "18:40",
                "Thursday, 31 December 2026",
            ),
            (
                CENTRAL_EUROPE,
                "2026-01-01T12:00:00.000Z",
                "13:00",
                "Thursday, 1 January 2026",
            ),
            (
                CENTRAL_EUROPE,
                "2026-03-29T00:59:59.999Z",
                "01:59",
                "Sunday, 29 March 2026",
            ),
            (
                CENTRAL_EUROPE,
                "2026-03-29T01:00:00.000Z",
                "03:00",
                "Sunday, 29 March 2026",
            ),
            (
                CENTRAL_EUROPE,
                "2026-07-01T22:00:00.000Z",
                "00:00",
                "Thursday, 2 July 2026",
            ),
            (
                CENTRAL_EUROPE,
                "2026-10-25T00:30:00.000Z",
                "02:30",
                "Sunday, 25 October 2026",
            ),
            (
                CENTRAL_EUROPE,
                "2026-10-25T01:30:00.000Z",
                "02:30",
                "Sunday, 25 October 2026",
            ),
            (
                CENTRAL_EUROPE,
                "2026-10-25T23:30:00.000Z",
                "00:30",
                "Monday, 26 October 2026",
            ),
        ];
        for (zone, at, clock, day) in rows {
            let zone = Zone(TimeZone::posix(zone).expect("a zone"));
            let time = zone.read(at).expect("a timestamp");
            assert_eq!(
                (time.clock.as_str(), time.day.name().as_str()),
                (clock, day)
            );
        }
    }

    #[test]
    fn no_timestamps() {
        for text in [
            "",
            "yesterday",
            "1969-12-31T23:59",
            "0000-00-00T00:00",
            "2026-13-01T00:00Z",
            "2026-02-30T00:00Z",
            "2026-11-21T24:00Z",
            "2026-11-21T07:31:02.123",
            "２026",
        ] {
            assert_eq!(Zone::UTC.read(text), None, "{text:?}");
        }
    }
}
