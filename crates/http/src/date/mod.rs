//! Moments as HTTP writes them: one form to send, three to understand.
//!
//! RFC 9110 §5.6.7
//!
//! | form        | looks like                       | sent      |
//! |-------------|----------------------------------|-----------|
//! | IMF-fixdate | `Sun, 06 Nov 1994 08:49:37 GMT`  | always    |
//! | RFC 850     | `Sunday, 06-Nov-94 08:49:37 GMT` | never     |
//! | asctime     | `Sun Nov  6 08:49:37 1994`       | never     |
//!
//! RFC 850 writes two digits of the year. The RFC says how to read them: what seems to lie more
//! than 50 years ahead is the latest year in the past with these digits. That needs to know what
//! time it is, so [`parse`] takes it.
//!
//! Invariant: [`parse`] understands every text that [`format()`] makes, and gives the same second.
//!
//! Used by: `Date`, `Last-Modified`, `Expires`, `Retry-After`, the three conditional fields that
//! hold dates.

mod civil;

pub use civil::Civil;

use std::{fmt, ops::Deref};
use wire::UnixTime;

const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Text that is none of the three forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no HTTP date: octet {offset} (RFC 9110 §5.6.7)")]
pub struct InvalidDate {
    /// The first octet that fits none of the forms; the end, where the form is right and the moment
    /// does not exist.
    pub offset: usize,
}

/// An IMF-fixdate: 29 octets, without allocation.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImfFixdate([u8; 29]);

impl ImfFixdate {
    /// The 29 octets.
    pub const fn as_bytes(&self) -> &[u8; 29] {
        &self.0
    }

    /// The value of a field.
    pub const fn as_value(&self) -> crate::HeaderValue<'_> {
        crate::HeaderValue::trusted(&self.0)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // All of it was written as ASCII, so the default never shows.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Deref for ImfFixdate {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<[u8]> for ImfFixdate {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for ImfFixdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for ImfFixdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// `time` as an IMF-fixdate. The form has four digits for the year, so times before the year 0 and
/// after 9999 become the first and the last second that can be written.
pub fn format(time: UnixTime) -> ImfFixdate {
    let time = time.clamp(Civil::FIRST.to_unix(), Civil::LAST.to_unix());
    let civil = Civil::from_unix(time);
    let digit = |number: u32| u8::try_from(number % 10).unwrap_or_default() + b'0';
    let name = |names: &[&'static str], index: u32| {
        let name = names.get(index as usize).copied().unwrap_or_default().as_bytes();
        name.first_chunk::<3>().copied().unwrap_or_default()
    };
    let [d1, d2, d3] = name(&DAYS, civil.weekday());
    let [m1, m2, m3] = name(&MONTHS, civil.month - 1);
    let year = u32::try_from(civil.year).unwrap_or_default();
    let tens = |number: u32| digit(number / 10);
    ImfFixdate([
        d1,
        d2,
        d3,
        b',',
        b' ',
        tens(civil.day),
        digit(civil.day),
        b' ',
        m1,
        m2,
        m3,
        b' ',
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b' ',
        tens(civil.hour),
        digit(civil.hour),
        b':',
        tens(civil.minute),
        digit(civil.minute),
        b':',
        tens(civil.second),
        digit(civil.second),
        b' ',
        b'G',
        b'M',
        b'T',
    ])
}

/// The moment that `text` names in any of the three forms. `now` decides the century of RFC 850's
/// two digits and nothing else.
///
/// The weekday's name must be one, but need not be the right one: the rest says the day already. A
/// leap second (`:60`) is the second after it.
///
/// # Errors
/// [`InvalidDate`] with the offset of the first octet that fits no form.
pub fn parse(text: impl AsRef<[u8]>, now: UnixTime) -> Result<UnixTime, InvalidDate> {
    let text = text.as_ref();
    let mut cursor = Cursor { text, at: 0 };
    let civil = cursor.date(now).filter(|_| cursor.at == text.len());
    civil.and_then(Civil::checked).map(Civil::to_unix).ok_or(InvalidDate { offset: cursor.at })
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn date(&mut self, now: UnixTime) -> Option<Civil> {
        // The longer names begin with the shorter ones, so they are tried first.
        if DAYS.iter().any(|day| self.literal(day)) {
            self.rfc850(now)
        } else if DAYS.iter().any(|day| self.literal(day.get(..3).unwrap_or(day))) {
            if self.literal(", ") { self.imf_fixdate() } else { self.asctime() }
        } else {
            None
        }
    }

    /// `date1 = day SP month SP year`
    fn imf_fixdate(&mut self) -> Option<Civil> {
        let day = self.number(2)?;
        let month = self.between(" ", Self::month, " ")?;
        let year = i64::from(self.number(4)?);
        let (hour, minute, second) = self.between(" ", Self::clock, " GMT")?;
        Some(Civil { year, month, day, hour, minute, second })
    }

    /// `date2 = day "-" month "-" 2DIGIT`
    fn rfc850(&mut self, now: UnixTime) -> Option<Civil> {
        let day = self.between(", ", |cursor| cursor.number(2), "-")?;
        let month = self.month()?;
        let digits = self.between("-", |cursor| cursor.number(2), " ")?;
        let (hour, minute, second) = self.between("", Self::clock, " GMT")?;
        let civil = |year| Civil { year, month, day, hour, minute, second };
        // The latest year with these digits that is not more than 50 years ahead.
        let today = Civil::from_unix(now);
        let horizon = (today.year + 50, today.month, today.day, today.hour, today.minute);
        let century = horizon.0.div_euclid(100) * 100;
        let latest = civil(century + i64::from(digits));
        let moment = (latest.year, month, day, hour, minute);
        let ahead = (moment, second) > (horizon, today.second);
        Some(civil(if ahead { latest.year - 100 } else { latest.year }))
    }

    /// `date3 = month SP ( 2DIGIT / ( SP 1DIGIT ))`
    fn asctime(&mut self) -> Option<Civil> {
        let month = self.between(" ", Self::month, " ")?;
        let day = if self.literal(" ") { self.number(1)? } else { self.number(2)? };
        let (hour, minute, second) = self.between(" ", Self::clock, " ")?;
        let year = i64::from(self.number(4)?);
        Some(Civil { year, month, day, hour, minute, second })
    }

    /// `time-of-day = hour ":" minute ":" second`
    fn clock(&mut self) -> Option<(u32, u32, u32)> {
        let hour = self.number(2)?;
        let minute = self.between(":", |cursor| cursor.number(2), ":")?;
        Some((hour, minute, self.number(2)?))
    }

    fn month(&mut self) -> Option<u32> {
        let index = MONTHS.iter().position(|month| self.literal(month))?;
        u32::try_from(index + 1).ok()
    }

    fn between<T>(
        &mut self,
        before: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
        behind: &str,
    ) -> Option<T> {
        let found = if self.literal(before) { read(self)? } else { return None };
        self.literal(behind).then_some(found)
    }

    /// Passes over `expected`; names and zones are case-sensitive.
    fn literal(&mut self, expected: &str) -> bool {
        let there = self.text.get(self.at..).unwrap_or_default().starts_with(expected.as_bytes());
        if there {
            self.at += expected.len();
        }
        there
    }

    fn number(&mut self, digits: usize) -> Option<u32> {
        let mut number = 0;
        for _ in 0..digits {
            let octet = self.text.get(self.at).filter(|octet| octet.is_ascii_digit())?;
            number = number * 10 + u32::from(octet - b'0');
            self.at += 1;
        }
        Some(number)
    }
}
