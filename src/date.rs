//! The time as HTTP writes it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7, §6.6.1), and as
//! the chat does, `1994-11-06T08:49:37.000Z` (RFC 3339).

use std::time::{SystemTime, UNIX_EPOCH};

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // 1 January 1970 was a Thursday
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `time` in the one form that may be sent. A clock that is set before 1970 shows 1970.
pub(crate) fn http_date(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date_of(days);
    let weekday = WEEKDAYS[(days % 7) as usize];
    let month = MONTHS[month];
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// So many milliseconds after 1 January 1970, to the millisecond.
pub(crate) fn timestamp(milliseconds: u64) -> String {
    let (seconds, millisecond) = (milliseconds / 1_000, milliseconds % 1_000);
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date_of(days);
    let (month, hour, minute, second) = (month + 1, clock / 3_600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

/// Milliseconds since 1 January 1970, by the clock on the wall.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// Year, month (from 0) and day of the month, so many days after 1 January 1970.
pub(crate) const fn date_of(days: u64) -> (u64, usize, u64) {
    // Counted as if a year began in March: then the day that some years lack is the last one.
    let days = days + FROM_MARCH_0000;
    let (era, day) = (days / 146_097, days % 146_097); // 400 years, after which all repeats
    let leap_days = day / 1_460 - day / 36_524 + day / 146_096;
    let year = (day - leap_days) / 365;
    let day = day - (year * 365 + year / 4 - year / 100);
    // Five months from March or August on are 153 days, always in the order 31 30 31 30 31.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let is_next_year = month >= 10;
    let month = if is_next_year { month - 10 } else { month + 2 };
    (era * 400 + year + is_next_year as u64, month as usize, day)
}

/// The way back. Years from 1970 on, months from 1; a day that the month does not have is one of the
/// next month.
pub(crate) const fn days_before(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - FROM_MARCH_0000
}

/// Days from 1 March of the year 0 to 1 January 1970.
const FROM_MARCH_0000: u64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates() {
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
            assert_eq!(http_date(UNIX_EPOCH + Duration::from_secs(seconds)), date);
        }
    }

    #[test]
    fn every_day_there_and_back() {
        let mut next = (1970, 0, 1);
        for days in 0..200_000 {
            let (year, month, day) = date_of(days);
            assert_eq!((year, month, day), next, "day {days}");
            assert_eq!(days_before(year, month as u64 + 1, day), days);
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let february = if is_leap { 29 } else { 28 };
            let length = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
            next = match (month, day) {
                (11, 31) => (year + 1, 0, 1),
                _ if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }

    #[test]
    fn timestamps() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (784_111_777_007, "1994-11-06T08:49:37.007Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(timestamp(milliseconds), text);
        }
    }
}
