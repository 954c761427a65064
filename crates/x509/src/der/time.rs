//! Times as certificates write them, and the arithmetic of the calendar.
//!
//! RFC 5280 §4.1.2.5, X.690 §11.7, §11.8
//!
//! ```text
//!   UTCTime           250131235959Z          years 1950 to 2049: below 50 is 20xx
//!   GeneralizedTime   20500131235959Z        all others
//! ```
//!
//! A GeneralizedTime of a year that UTCTime can say is taken: a root that half of Poland's servers
//! lead to has one.
//!
//! Invariant: seconds are there, fractions and offsets are not; a day that the month does not have
//! is refused.

use crate::Violation;
use std::fmt;
use wire::UnixTime;

/// A moment by the calendar, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

impl DateTime {
    /// `YYMMDDHHMMSSZ`.
    pub(crate) fn from_utc(text: &[u8]) -> Result<Self, Violation> {
        let wrong = Violation::TimeInvalid { form: "YYMMDDHHMMSSZ" };
        let (year, rest) = digits(text, 2).ok_or(wrong)?;
        Self::from_parts(if year < 50 { 2000 + year } else { 1900 + year }, rest).ok_or(wrong)
    }

    /// `YYYYMMDDHHMMSSZ`.
    pub(crate) fn from_generalized(text: &[u8]) -> Result<Self, Violation> {
        let wrong = Violation::TimeInvalid { form: "YYYYMMDDHHMMSSZ" };
        let (year, rest) = digits(text, 4).ok_or(wrong)?;
        Self::from_parts(year, rest).ok_or(wrong)
    }

    fn from_parts(year: i64, text: &[u8]) -> Option<Self> {
        let (month, text) = digits(text, 2)?;
        let (day, text) = digits(text, 2)?;
        let (hour, text) = digits(text, 2)?;
        let (minute, text) = digits(text, 2)?;
        let (second, text) = digits(text, 2)?;
        let time = Self { year, month, day, hour, minute, second };
        // A day or an hour that does not exist comes back from the count as another one.
        let exists = Self::of(time.to_unix()) == time;
        (text == b"Z" && exists).then_some(time)
    }

    /// Seconds since 1970. Years are counted from March, so that a leap day is a year's last.
    pub(crate) fn to_unix(self) -> UnixTime {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let days = era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH;
        UnixTime(((days * 24 + self.hour) * 60 + self.minute) * 60 + self.second)
    }

    /// The moment by the calendar; the other way round.
    pub fn of(time: UnixTime) -> Self {
        let (days, seconds) = (time.0.div_euclid(86_400), time.0.rem_euclid(86_400));
        let days = days + EPOCH;
        let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Self {
            year: era * 400 + year + i64::from(month <= 2),
            month,
            day: of_year - (153 * from_march + 2) / 5 + 1,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }

    /// Whether UTCTime can say it.
    pub(crate) fn fits_utc(&self) -> bool {
        (1950..=2049).contains(&self.year)
    }

    /// The text of the form that RFC 5280 asks for. Years past 9999, which it cannot say, become
    /// the last moment that it can: "no end", as §4.1.2.5 has it.
    pub(crate) fn text(&self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
        match year {
            1950..=2049 => format!("{:02}{rest}", year % 100),
            0..=9999 => format!("{year:04}{rest}"),
            ..0 => "00000101000000Z".to_string(),
            _ => "99991231235959Z".to_string(),
        }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}

/// The number that the next `count` digits say, and what follows.
fn digits(text: &[u8], count: usize) -> Option<(i64, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    let value = digits.iter().try_fold(0i64, |high, digit| {
        digit.is_ascii_digit().then(|| high * 10 + i64::from(digit - b'0'))
    })?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_goes_both_ways() {
        for (text, seconds) in [
            ("1970-01-01 00:00:00 UTC", 0),
            ("1969-12-31 23:59:59 UTC", -1),
            ("2000-02-29 12:00:00 UTC", 951_825_600),
            ("2024-02-29 23:59:59 UTC", 1_709_251_199),
            ("2050-01-01 00:00:00 UTC", 2_524_608_000),
            ("9999-12-31 23:59:59 UTC", 253_402_300_799),
        ] {
            let time = DateTime::of(UnixTime(seconds));
            assert_eq!(time.to_string(), text);
            assert_eq!(time.to_unix(), UnixTime(seconds));
        }
    }

    #[test]
    fn every_day_of_four_centuries_is_found_again() {
        for day in 0..ERA {
            let time = UnixTime(day * 86_400);
            assert_eq!(DateTime::of(time).to_unix(), time);
        }
    }

    #[test]
    fn the_form_follows_the_year() {
        let text = |seconds| DateTime::of(UnixTime(seconds)).text();
        assert_eq!(text(0), "700101000000Z");
        assert_eq!(text(2_524_607_999), "491231235959Z");
        assert_eq!(text(2_524_608_000), "20500101000000Z");
        assert_eq!(text(i64::MAX / 2), "99991231235959Z");
        assert_eq!(text(i64::MIN / 2), "00000101000000Z");
    }
}
