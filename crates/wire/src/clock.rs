//! Wall time, as certificates, cookies and `Date` need it. For everything that waits or measures
//! there is [`std::time::Instant`], which never jumps.
//!
//! Invariant: arithmetic saturates; no time that a peer names can wrap around.

/// Seconds since 1970-01-01T00:00:00Z; before that, negative. Leap seconds are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// This many seconds later, or the last representable time.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl From<std::time::SystemTime> for UnixTime {
    fn from(time: std::time::SystemTime) -> Self {
        let seconds = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        Self(match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => seconds(after),
            // Rounded down, as it is after 1970: half a second before it is in second −1.
            Err(before) => {
                let span = before.duration();
                -seconds(span) - i64::from(span.subsec_nanos() > 0)
            }
        })
    }
}
