//! How urgent a response is, and whether a part of it is of use.
//!
//! RFC 9218 §4, §5
//!
//! ```text
//! priority: u=2, i        u = 0 (first) to 7 (last), 3 where nothing is said
//!                         i = a part is of use: share the line with others of the same urgency
//! ```
//!
//! Invariant: the urgency lies in 0 to 7.
//!
//! Used by: HTTP/2 and HTTP/3, for the field `priority` and the frame PRIORITY_UPDATE.

use std::fmt;

/// A response's priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priority {
    urgency: u8,
    incremental: bool,
}

impl Default for Priority {
    fn default() -> Self {
        Self { urgency: 3, incremental: false }
    }
}

impl Priority {
    /// The least urgent: for what may wait until nothing else is to be sent.
    pub const LEAST: u8 = 7;

    /// This urgency, or 7 where it is larger.
    pub fn new(urgency: u8, incremental: bool) -> Self {
        Self { urgency: urgency.min(Self::LEAST), incremental }
    }

    /// 0 is sent first, 7 last.
    pub const fn urgency(self) -> u8 {
        self.urgency
    }

    /// Whether a part is of use before the whole is there.
    pub const fn incremental(self) -> bool {
        self.incremental
    }

    // ANCHOR: parse
    /// Reads a field's value, a dictionary (RFC 9651 §3.2). Members that are unknown, of the wrong
    /// type or out of range are as if they were not there (RFC 9218 §4); of two with one name the
    /// last counts, even where it is of no use. It is read member by member and not as a whole: a
    /// broken member does not void the others, and a comma inside a string ends a member too.
    pub fn parse(value: &[u8]) -> Self {
        let mut priority = Self::default();
        for member in value.split(|octet| *octet == b',') {
            let member = member.trim_ascii();
            // A parameter behind `;` means nothing here.
            let bare = member.split(|octet| *octet == b';').next().unwrap_or_default();
            match bare.trim_ascii_end() {
                [b'u', b'=', urgency @ b'0'..=b'7'] => priority.urgency = urgency - b'0',
                [b'u'] | [b'u', b'=', ..] => priority.urgency = Self::default().urgency,
                b"i" | b"i=?1" => priority.incremental = true,
                [b'i', b'=', ..] => priority.incremental = false,
                _ => {}
            }
        }
        priority
    }
    // ANCHOR_END: parse
}

/// The field's value; empty where nothing differs from the default.
impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.urgency, self.incremental) {
            (3, false) => Ok(()),
            (3, true) => f.write_str("i"),
            (urgency, false) => write!(f, "u={urgency}"),
            (urgency, true) => write!(f, "u={urgency}, i"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Priority;

    #[test]
    fn s4_what_is_written_is_read() {
        for urgency in 0..=Priority::LEAST {
            for incremental in [false, true] {
                let priority = Priority::new(urgency, incremental);
                assert_eq!(Priority::parse(priority.to_string().as_bytes()), priority);
            }
        }
    }

    #[test]
    fn s4_what_is_unknown_or_out_of_range_is_ignored() {
        for value in ["", "u=8", "u=-1", "u=x", "i=?0", "i=1", "x, y=2", "\u{0}\u{ff}", "u", ",,;"]
        {
            assert_eq!(Priority::parse(value.as_bytes()), Priority::default(), "{value}");
        }
        assert_eq!(Priority::parse(b"u=1;a=2 , x=\"y\",i=?1"), Priority::new(1, true));
        assert_eq!(Priority::parse(b"u=1, u=5"), Priority::new(5, false));
    }
}
