//! Values that are numbers: counts, sizes, seconds.

use super::{Parsed, UsageError};
use std::{str::FromStr, time::Duration};

/// No span of time is longer than this; a larger number would overflow the clock. A year is for
/// ever.
const LONGEST: f64 = 365.0 * 86_400.0;

impl Parsed {
    /// A whole number.
    ///
    /// # Errors
    /// [`UsageError::BadValue`] where it is none, or does not fit.
    pub(crate) fn number<T: FromStr>(&self, long: &'static str) -> Result<Option<T>, UsageError> {
        let Some(text) = self.text(long)? else { return Ok(None) };
        let wrong = |_| UsageError::value(long, text, "not a whole number that fits here");
        text.parse().map(Some).map_err(wrong)
    }

    /// Seconds, with a fraction if somebody likes.
    ///
    /// # Errors
    /// [`UsageError::BadValue`].
    pub(crate) fn seconds(&self, long: &'static str) -> Result<Option<Duration>, UsageError> {
        let Some(text) = self.text(long)? else { return Ok(None) };
        let wrong = || UsageError::value(long, text, "not a number of seconds");
        let seconds: f64 = text.parse().map_err(|_| wrong())?;
        if !seconds.is_finite() || seconds < 0.0 {
            return Err(wrong());
        }
        Ok(Some(Duration::from_secs_f64(seconds.min(LONGEST))))
    }
}
