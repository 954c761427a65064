//! The calendar on the wall, from seconds and back.
//!
//! ```text
//! year  | Mar Apr May Jun Jul | Aug Sep Oct Nov Dec | Jan Feb |
//! days  |  31  30  31  30  31 |  31  30  31  30  31 |  31  28/29
//! ```
//!
//! A year that begins in March has its leap day at the end, and its months' lengths repeat every
//! five months (153 days); so a month's first day is `(153 m + 2) / 5`, without a table. 400 years
//! always have 146,097 days. The Gregorian calendar is continued to both sides without end.
//!
//! Invariant: `from_unix(to_unix(c)) = c` for each date that exists.

use wire::UnixTime;

const DAY: i64 = 86_400;
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// A moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// With the century; the year 0 is the one before the year 1.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 60; a leap second is counted as the second after it.
    pub second: u32,
}

impl Civil {
    /// The first second that four digits can date.
    pub const FIRST: Self = Self { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    /// The last one.
    pub const LAST: Self =
        Self { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 };

    /// The calendar's view of `time`.
    pub fn from_unix(time: UnixTime) -> Self {
        let (days, second) = (time.0.div_euclid(DAY), time.0.rem_euclid(DAY));
        let from_march = days.saturating_add(EPOCH);
        let era = from_march.div_euclid(DAYS_PER_ERA);
        let day_of_era = from_march.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        // Each of these is below 61.
        let small = |number: i64| u32::try_from(number).unwrap_or_default();
        Self {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month: small(month),
            day: small(day_of_year - (153 * from_march + 2) / 5 + 1),
            hour: small(second / 3600),
            minute: small(second / 60 % 60),
            second: small(second % 60),
        }
    }

    /// Seconds since 1970. Years beyond some hundred thousand million saturate.
    pub fn to_unix(self) -> UnixTime {
        let clock = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60;
        // The first day of an `i64` begins before its first second, so the sum needs more room.
        let seconds =
            i128::from(self.days()) * i128::from(DAY) + i128::from(clock) + i128::from(self.second);
        let end = if seconds < 0 { i64::MIN } else { i64::MAX };
        UnixTime(i64::try_from(seconds).unwrap_or(end))
    }

    /// This, if such a moment exists: no 30 February, no 25 o'clock.
    pub fn checked(self) -> Option<Self> {
        let exists = (1..=12).contains(&self.month)
            && (1..=self.days_in_month()).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60;
        exists.then_some(self)
    }

    /// 0 for Sunday to 6 for Saturday.
    pub fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        u32::try_from(self.days().saturating_add(4).rem_euclid(7)).unwrap_or_default()
    }

    /// Days since 1970-01-01.
    fn days(self) -> i64 {
        let year = self.year.saturating_sub(i64::from(self.month <= 2));
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month = i64::from((self.month % 12 + 9) % 12);
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era.saturating_mul(DAYS_PER_ERA).saturating_add(day_of_era - EPOCH)
    }

    const fn days_in_month(self) -> u32 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}
